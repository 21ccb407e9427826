//! What opens an operation to others: the actions of a policy, the permissions of an access control list.
//!
//! Which ones do is written down here once more, from the vendor's pages on policies and access control lists, so that a
//! spec with another action or permission is found. Every operation is tried with all of them.

use qingstor::types::{AclEntry, AclPermission, Grantee, PolicyStatement};
use qingstor::{Bucket, Client, ErrorKind};

use crate::behaviour::needed;
use crate::facts::Operation;
use crate::names::Names;
use crate::report::Report;
use crate::slot::{Problem, Slot};
use crate::vary::Vary;

/// The actions on a bucket.
const BUCKET_ACTIONS: [&str; 3] = ["list_objects", "head_bucket", "get_bucket_stats"];

/// The actions on objects.
const OBJECT_ACTIONS: [&str; 9] = [
    "get_object",
    "create_object",
    "delete_object",
    "head_object",
    "list_multipart",
    "upload_multipart",
    "abort_multipart",
    "initiate_multipart",
    "complete_multipart",
];

/// What opens an operation.
#[derive(Clone, Copy, Debug)]
struct Grant {
    /// There is nothing to protect: whoever asks is answered.
    anyone: bool,
    /// The actions that it needs, all of them.
    actions: &'static [&'static str],
    /// The permission that opens it, given to everybody.
    permission: Option<&'static str>,
    /// Whether the policy opens it to requests without a signature too.
    unsigned: bool,
}

/// What opens an operation; nothing opens those that are the owner's affair.
fn grant(method: &str) -> Grant {
    let (actions, permission, unsigned): (&[&str], _, _) = match method {
        "abort_multipart_upload" => (&["abort_multipart"], Some("WRITE"), true),
        "complete_multipart_upload" => (&["complete_multipart"], Some("WRITE"), true),
        "copy_object" | "move_object" => (&["create_object", "get_object"], None, true),
        "delete_multiple_objects" => (&["delete_object"], None, true),
        "delete_object" => (&["delete_object"], None, false),
        "append_object" | "fetch_object" | "post_object" | "put_object" => {
            (&["create_object"], Some("WRITE"), true)
        }
        "get_bucket_statistics" => (&["get_bucket_stats"], None, false),
        "get_object" | "image_process" => (&["get_object"], Some("READ"), true),
        "head_bucket" => (&["head_bucket"], None, true),
        "head_object" => (&["head_object"], Some("READ"), true),
        "initiate_multipart_upload" => (&["initiate_multipart"], Some("WRITE"), true),
        "list_multipart" => (&["list_multipart"], Some("WRITE"), true),
        "list_object_versions" => (&["list_objects"], None, false),
        "list_objects" => (&["list_objects"], None, true),
        "upload_multipart" => (&["upload_multipart"], Some("WRITE"), true),
        "upload_multipart_copy" => (&["upload_multipart", "get_object"], None, true),
        _ => (&[], None, false),
    };
    Grant {
        anyone: ["list_buckets", "options_bucket", "options_object"].contains(&method),
        actions,
        permission,
        unsigned,
    }
}

/// Somebody else, and somebody who does not sign, make the call under one policy and list after the other.
pub(crate) async fn check(
    operation: &Operation,
    names: Names,
    slot: &Slot,
    report: &mut Report,
) -> Result<(), Problem> {
    let buckets = operation.examples.first().map(|example| example.buckets);
    let Some(name) = buckets.and_then(|buckets| buckets.first()) else {
        return Ok(());
    };
    let bucket = slot.client.bucket(names.text(name));
    let (other, nobody) = (slot.second()?, slot.anonymous()?);
    let vary = Vary::about(names);
    let open = async |client: &Client| denied(operation, client, &vary).await == Some(false);
    let grant = grant(operation.method);

    if grant.anyone {
        report.equal("open to others", &open(&other).await, &true);
        return Ok(());
    }
    let all = BUCKET_ACTIONS.iter().chain(&OBJECT_ACTIONS).copied();
    let (own, rest): (Vec<&str>, Vec<&str>) = all.partition(|a| grant.actions.contains(a));
    allow(&bucket, &rest).await?;
    report.equal("open by all other actions", &open(&other).await, &false);
    if !own.is_empty() {
        allow(&bucket, &own).await?;
        report.equal("open by its action", &open(&other).await, &true);
    }
    let unsigned = open(&nobody).await;
    report.equal("open unsigned by its action", &unsigned, &grant.unsigned);
    let deleted = bucket.delete_bucket_policy().send().await;
    needed("deleting the policy", deleted)?;
    for (permission, name) in [
        (AclPermission::Read, "READ"),
        (AclPermission::Write, "WRITE"),
    ] {
        let everybody = Grantee::new("group").name("QS_ALL_USERS");
        let list = [AclEntry::new(everybody, permission)];
        needed("setting the list", bucket.put_bucket_acl(list).send().await)?;
        report.equal(
            &format!("open by {name} for everybody"),
            &open(&other).await,
            &(grant.permission == Some(name)),
        );
    }
    Ok(())
}

/// Whether the call is refused because of who makes it; nothing if no answer came.
async fn denied(operation: &Operation, client: &Client, vary: &Vary) -> Option<bool> {
    match (operation.vary)(client, vary).await {
        Ok(()) => Some(false),
        Err(error) => match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::Unauthenticated => Some(true),
            // The SDK sends nothing unsigned that has to be signed.
            ErrorKind::InvalidInput | ErrorKind::Config => Some(true),
            ErrorKind::Transport | ErrorKind::Timeout => None,
            _ => Some(false),
        },
    }
}

/// A policy that allows everybody these actions.
async fn allow(bucket: &Bucket, actions: &[&str]) -> Result<(), Problem> {
    let name = bucket.name();
    let part = |id: &str, of: &[&str], resource: String| {
        let actions: Vec<&str> = actions.iter().copied().filter(|a| of.contains(a)).collect();
        let statement = PolicyStatement::new(id, ["*"], actions.clone(), "allow");
        (!actions.is_empty()).then(|| statement.resource([resource]))
    };
    let statements: Vec<PolicyStatement> = [
        part("bucket", &BUCKET_ACTIONS, name.to_owned()),
        part("objects", &OBJECT_ACTIONS, format!("{name}/*")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let set = bucket.put_bucket_policy(statements).send().await;
    needed("setting the policy", set).map(drop)
}
