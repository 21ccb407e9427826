//! Whom policies and access control lists let in, and how they work together.

use qingstor::types::{AclEntry, Grantee, ObjectToDelete, PolicyStatement};
use serde_json::json;

use super::statements::{expect, policy, put, set, statement, tries};
use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::handmade::{outcome, unix_now};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("statements", a_user_is_named_or_everybody),
    behaviour!("statements", what_a_statement_denies_no_list_gives, unverified: "that an owner can be shut out is not documented"),
    behaviour!("statements", objects_that_are_named_elsewhere_are_judged_too, buckets: 2),
    behaviour!("statements", a_list_gives_what_it_names),
    behaviour!("statements", every_entry_of_a_list_gives),
    behaviour!("statements", a_folder_is_opened_for_every_list),
];

/// Everybody is also who does not sign.
async fn a_user_is_named_or_everybody(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let id = bench.second_id()?;
    let object = format!("/{name}/k");
    for (users, signed, unsigned) in [
        (json!(["*"]), 200, 200),
        (json!([id]), 200, 403),
        (json!(["usr-nobody", id]), 200, 403),
        (json!(["usr-nobody"]), 403, 403),
        (json!(["usr-nobody", "*"]), 200, 200),
        (json!([""]), 0, 0),
    ] {
        let changes = json!({
            "user": users, "action": ["get_object"], "resource": [format!("{name}/*")],
        });
        let got = policy(bench, json!([statement(changes)])).await?;
        if signed == 0 {
            report.equal(&format!("a policy for {users}"), &got.0, &400);
            continue;
        }
        report.equal(&format!("a policy for {users}"), &got.0, &200);
        let got = tries(bench, true, "GET", &object).await?;
        report.equal(
            &format!("another user's reading, policy for {users}"),
            &got,
            &signed,
        );
        let got = tries(bench, false, "GET", &object).await?;
        report.equal(
            &format!("unsigned reading, policy for {users}"),
            &got,
            &unsigned,
        );
    }
    Ok(())
}

/// Not even to the owner.
async fn what_a_statement_denies_no_list_gives(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let everybody = AclEntry::new(Grantee::new("group").name("QS_ALL_USERS"), "FULL_CONTROL");
    let opened = bucket.put_bucket_acl([everybody]).send().await;
    needed("setting the ACL", opened)?;
    let object = format!("/{name}/k");
    let changes = json!({
        "action": ["get_object"], "resource": [format!("{name}/*")], "effect": "deny",
    });
    set(bench, json!([statement(changes)])).await?;
    for signed in [true, false] {
        let got = tries(bench, signed, "GET", &object).await?;
        report.equal(&format!("reading, signed: {signed}"), &got, &403);
        let got = tries(bench, signed, "HEAD", &object).await?;
        report.equal(&format!("looking, signed: {signed}"), &got, &200);
    }
    let own = bench.handmade("GET", &object).signed(bench.key());
    expect(
        report,
        "the owner's reading",
        &outcome(&own.send().await?),
        (403, "permission_denied"),
    );
    let url = bench
        .handmade("GET", &object)
        .presigned(bench.key(), unix_now() + 60);
    report.equal(
        "reading with the owner's URL",
        &url.send().await?.status,
        &403,
    );
    Ok(())
}

/// The source of a copy, and the keys of a list to delete.
async fn objects_that_are_named_elsewhere_are_judged_too(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let (source, target) = (bench.other(), bench.bucket());
    for key in ["open/k", "closed/k"] {
        needed("storing", source.put_object(key, "hello").send().await)?;
        needed("storing", target.put_object(key, "hello").send().await)?;
    }
    let write = PolicyStatement::new("w", ["*"], ["create_object"], "allow");
    let delete = PolicyStatement::new("d", ["*"], ["delete_object"], "allow");
    let below = |folder: &str| [format!("{}/{folder}*", target.name())];
    let statements = [write.resource(below("")), delete.resource(below("open/"))];
    let set = target.put_bucket_policy(statements).send().await;
    needed("setting the policy of the target", set)?;
    let open = [format!("{}/open/*", source.name())];
    for (action, expected) in [
        ("get_object", 201),
        ("head_object", 403),
        ("create_object", 403),
    ] {
        let read = PolicyStatement::new("r", ["*"], [action], "allow").resource(open.clone());
        let set = source.put_bucket_policy([read]).send().await;
        needed("setting the policy of the source", set)?;
        for (key, expected) in [("open/k", expected), ("closed/k", 403)] {
            let copy = bench.handmade("PUT", format!("/{}/new", target.name()));
            let copy = copy.header("x-qs-copy-source", format!("/{}/{key}", source.name()));
            let answer = copy.signed(bench.second_key()?).send().await?;
            report.equal(
                &format!("copying {key} by {action}"),
                &answer.status,
                &expected,
            );
        }
    }
    let stranger = bench.second()?.bucket(target.name());
    let keys = ["open/k", "closed/k"].map(ObjectToDelete::new);
    let deleted = stranger.delete_multiple_objects(keys).send().await;
    let deleted = needed("deleting many", deleted)?;
    let gone: Vec<&str> = deleted.deleted.iter().map(|key| key.key.as_str()).collect();
    report.equal("what was deleted", &gone, &vec!["open/k"]);
    let refused: Vec<&str> = deleted
        .errors
        .iter()
        .map(|error| error.key.as_str())
        .collect();
    report.equal("what was refused", &refused, &vec!["closed/k"]);
    let kept = target.head_object("closed/k").send().await;
    needed("looking at what was refused", kept)?;
    for (action, stays) in [("create_object", true), ("delete_object", false)] {
        let only = PolicyStatement::new("o", ["*"], [action], "allow").resource(below(""));
        let set = target.put_bucket_policy([only]).send().await;
        needed("setting another policy of the target", set)?;
        // Refused as a whole or key by key.
        let keys = [ObjectToDelete::new("closed/k")];
        let _ = stranger.delete_multiple_objects(keys).send().await;
        let there = target.head_object("closed/k").send().await.is_ok();
        let what = format!("whether an object is there that was deleted by {action}");
        report.equal(&what, &there, &stays);
    }
    Ok(())
}

/// To a user by id, or to everybody; a list of objects is shown only to who is named.
async fn a_list_gives_what_it_names(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let own = needed("reading the ACL", bucket.get_bucket_acl().send().await)?.owner;
    let (own, owner) = own.map_or_else(Default::default, |owner| (owner.name, owner.id));
    report.holds(
        "the owner has no name",
        own.as_ref().is_some_and(|name| !name.is_empty()),
    );
    report.holds("the owner's name is its id", own != owner);
    let id = bench.second_id()?;
    report.holds(
        "the owner has somebody else's id",
        owner.as_deref() != Some(id),
    );
    let user = json!({ "type": "user", "id": id });
    let everybody = json!({ "type": "group", "name": "QS_ALL_USERS" });
    let nobody = json!({ "type": "user", "id": "usr-nobody" });
    let (read, write, full) = ("READ", "WRITE", "FULL_CONTROL");
    // What the second user gets for: reading, writing, listing, HEAD of the bucket, deleting.
    for (grantee, permission, expected) in [
        (&user, read, [200, 403, 200, 200, 403]),
        (&user, write, [403, 201, 403, 403, 204]),
        (&user, full, [200, 201, 200, 200, 204]),
        (&everybody, read, [200, 403, 403, 403, 403]),
        (&everybody, write, [403, 201, 403, 403, 403]),
        (&everybody, full, [200, 201, 403, 403, 403]),
        (&nobody, full, [403, 403, 403, 403, 403]),
    ] {
        let list = json!({ "acl": [{ "grantee": grantee, "permission": permission }] });
        let what = format!("{permission} for {grantee}");
        expect(report, &what, &put(bench, "acl", &list).await?, (200, ""));
        let mut got = [0; 5];
        for (at, (method, target)) in [
            ("GET", format!("/{name}/k")),
            ("PUT", format!("/{name}/new")),
            ("GET", format!("/{name}")),
            ("HEAD", format!("/{name}")),
            ("DELETE", format!("/{name}/new")),
        ]
        .into_iter()
        .enumerate()
        {
            got[at] = tries(bench, true, method, &target).await?;
        }
        report.equal(
            &format!("reading, writing, listing, HEAD, deleting with {what}"),
            &got,
            &expected,
        );
    }
    for (what, grantee, permission) in [
        (
            "another group",
            json!({ "type": "group", "name": "QS_SOME_USERS" }),
            json!(read),
        ),
        (
            "a group without a name",
            json!({ "type": "group" }),
            json!(read),
        ),
        (
            "a user without an id",
            json!({ "type": "user" }),
            json!(read),
        ),
        (
            "a kind that is none",
            json!({ "type": "robot", "id": id }),
            json!(read),
        ),
        (
            "a permission in small letters",
            everybody.clone(),
            json!("read"),
        ),
        (
            "a permission that is none",
            everybody.clone(),
            json!("DELETE"),
        ),
        ("no permission", everybody.clone(), json!(null)),
        ("no grantee", json!(null), json!(read)),
    ] {
        let list = json!({ "acl": [{ "grantee": grantee, "permission": permission }] });
        let got = put(bench, "acl", &list).await?;
        report.equal(&format!("a list with {what}"), &got.0, &400);
    }
    Ok(())
}

/// The order does not matter.
async fn every_entry_of_a_list_gives(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let id = bench.second_id()?;
    let entry = |grantee, permission| json!({ "grantee": grantee, "permission": permission });
    let first = entry(json!({ "type": "group", "name": "QS_ALL_USERS" }), "READ");
    let second = entry(json!({ "type": "user", "id": id }), "WRITE");
    let third = entry(
        json!({ "type": "user", "id": "usr-nobody" }),
        "FULL_CONTROL",
    );
    for (list, read, write) in [
        (json!([first, second]), 200, 201),
        (json!([second, first]), 200, 201),
        (json!([third, second]), 403, 201),
        (json!([third, first]), 200, 403),
        (json!([third]), 403, 403),
        (json!([]), 403, 403),
    ] {
        let what = format!("with {list}");
        let set = put(bench, "acl", &json!({ "acl": list })).await?;
        expect(report, &what, &set, (200, ""));
        let got = tries(bench, true, "GET", &format!("/{name}/k")).await?;
        report.equal(&format!("reading {what}"), &got, &read);
        let got = tries(bench, true, "PUT", &format!("/{name}/new")).await?;
        report.equal(&format!("writing {what}"), &got, &write);
    }
    Ok(())
}

/// Of objects, and of versions; whose bucket it is, is told to everybody who may list it.
async fn a_folder_is_opened_for_every_list(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    for key in ["open/k", "closed/k"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    let owner = needed("reading the ACL", bucket.get_bucket_acl().send().await)?.owner;
    let owner = owner.and_then(|owner| owner.id);
    let changes = json!({ "resource": [format!("{name}/open/*")] });
    set(bench, json!([statement(changes)])).await?;
    for selector in ["", "versions&"] {
        for (prefix, expected) in [("open/", 200), ("closed/", 403), ("", 403), ("open", 403)] {
            let target = format!("/{name}?{selector}prefix={prefix}");
            let request = bench.handmade("GET", &target).signed(bench.second_key()?);
            let answer = request.send().await?;
            report.equal(&target, &answer.status, &expected);
            if expected == 200 {
                let document = answer.json();
                let told = document["owner"]["id"].as_str();
                report.equal(&format!("{target}: the owner"), &told, &owner.as_deref());
                let keys = document["keys"].as_array().map(Vec::len);
                report.equal(&format!("{target}: the keys"), &keys, &Some(1));
            }
        }
    }
    Ok(())
}
