//! What is to be known of an operation in one sentence each.

use crate::model::{Access, Operation};
use crate::spec::{Auth, Permission};
use crate::view::retry;

pub(super) fn facts(operation: &Operation) -> Vec<String> {
    let mut facts = vec![
        match operation.auth {
            Auth::Required => "Signed.".to_string(),
            Auth::Optional => {
                "Signed if the client has an access key; unsigned it works where the bucket's policy or ACL allows it, or where the service needs no signature.".to_string()
            }
            Auth::Form => "Signed by fields of the form.".to_string(),
        },
        retry(operation.retry).to_string(),
    ];
    facts.extend(access(operation));
    if operation.presign {
        facts.push("`presign` makes a URL that others can use until it expires.".into());
    }
    if operation.paging.is_some() {
        facts.push("`pages` and `items` ask for all of the list, page by page.".into());
    }
    facts
}

/// Who may do it, where that is a matter of the bucket's settings.
fn access(operation: &Operation) -> Option<String> {
    let Access::Granted {
        actions,
        permission,
        users_only,
    } = &operation.access
    else {
        return None;
    };
    let names: Vec<String> = actions.iter().map(|name| format!("`{name}`")).collect();
    let list = match (permission, users_only) {
        (None, _) => " An access control list does not.",
        (Some(Permission::Read), false) => " So does an access control list with `READ`.",
        (Some(Permission::Write), false) => " So does an access control list with `WRITE`.",
        (Some(Permission::Read), true) => {
            " So does an access control list that gives the user itself `READ`."
        }
        (Some(Permission::Write), true) => {
            " So does an access control list that gives the user itself `WRITE`."
        }
    };
    Some(format!(
        "Besides the bucket's owner, a policy lets others do it, under the name {}.{list}",
        names.join(" or ")
    ))
}
