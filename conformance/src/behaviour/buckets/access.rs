//! What others than the owner may do.

use qingstor::ErrorKind;
use qingstor::types::{
    AclEntry, Grantee, PolicyCondition, PolicyIpMatch, PolicyNullCheck, PolicyStatement,
    PolicyStringMatch,
};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 8] = [
    behaviour!("access", strangers_may_nothing),
    behaviour!("access", everybody_reads_what_the_acl_opens),
    behaviour!("access", a_permission_opens_its_half),
    behaviour!("access", a_policy_opens_what_it_names),
    behaviour!("access", the_first_statement_that_fits_decides),
    behaviour!("access", conditions_decide_whether_a_statement_fits),
    behaviour!("access", a_folder_is_opened_for_listing),
    behaviour!("access", settings_stay_the_owners),
];

const DENIED: Option<ErrorKind> = Some(ErrorKind::PermissionDenied);

async fn strangers_may_nothing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let (own, stranger) = (bench.bucket(), bench.second()?);
    needed("storing", own.put_object("k", "hello").send().await)?;
    for (who, client) in [("another user", stranger), ("nobody", bench.anonymous()?)] {
        let bucket = client.bucket(own.name());
        for (what, got) in [
            (
                "read",
                bucket.get_object("k").send().await.err().map(|e| e.kind()),
            ),
            (
                "write",
                bucket
                    .put_object("k", "x")
                    .send()
                    .await
                    .err()
                    .map(|e| e.kind()),
            ),
            (
                "list",
                bucket.list_objects().send().await.err().map(|e| e.kind()),
            ),
        ] {
            report.equal(&format!("{who} tries to {what}"), &got, &DENIED);
        }
    }
    Ok(())
}

/// READ for everybody opens objects, not the list.
async fn everybody_reads_what_the_acl_opens(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    needed("storing", own.put_object("k", "hello").send().await)?;
    let everybody = Grantee::new("group").name("QS_ALL_USERS");
    let acl = [AclEntry::new(everybody, "READ")];
    needed("setting the ACL", own.put_bucket_acl(acl).send().await)?;
    let bucket = bench.anonymous()?.bucket(own.name());
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"hello").await;
    let listed = bucket.list_objects().send().await.err().map(|e| e.kind());
    report.equal("listing", &listed, &DENIED);
    let written = bucket
        .put_object("k", "x")
        .send()
        .await
        .err()
        .map(|e| e.kind());
    report.equal("writing", &written, &DENIED);
    Ok(())
}

/// READ opens reading, WRITE writing, FULL_CONTROL both.
async fn a_permission_opens_its_half(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    needed("storing", own.put_object("k", "hello").send().await)?;
    let bucket = bench.anonymous()?.bucket(own.name());
    for (permission, may_read, may_write) in [
        ("READ", true, false),
        ("WRITE", false, true),
        ("FULL_CONTROL", true, true),
    ] {
        let everybody = Grantee::new("group").name("QS_ALL_USERS");
        let acl = [AclEntry::new(everybody, permission)];
        needed("setting the ACL", own.put_bucket_acl(acl).send().await)?;
        let expected = |may: bool| if may { None } else { DENIED };
        let got = bucket.get_object("k").send().await;
        report.equal(
            &format!("reading with {permission}"),
            &got.err().map(|error| error.kind()),
            &expected(may_read),
        );
        let got = bucket.put_object("new", "x").send().await;
        report.equal(
            &format!("writing with {permission}"),
            &got.err().map(|error| error.kind()),
            &expected(may_write),
        );
    }
    Ok(())
}

async fn a_policy_opens_what_it_names(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    for key in ["open/k", "closed/k"] {
        needed("storing", own.put_object(key, "hello").send().await)?;
    }
    let statement = PolicyStatement::new("read-open", ["*"], ["get_object"], "allow")
        .resource([format!("{}/open/*", own.name())]);
    needed(
        "setting the policy",
        own.put_bucket_policy([statement]).send().await,
    )?;
    let bucket = bench.anonymous()?.bucket(own.name());
    let got = needed(
        "reading what is open",
        bucket.get_object("open/k").send().await,
    )?;
    report.body(got.body, b"hello").await;
    let closed = bucket
        .get_object("closed/k")
        .send()
        .await
        .err()
        .map(|e| e.kind());
    report.equal("reading what is not", &closed, &DENIED);
    let written = bucket
        .put_object("open/k", "x")
        .send()
        .await
        .err()
        .map(|e| e.kind());
    report.equal("writing", &written, &DENIED);
    needed(
        "deleting the policy",
        own.delete_bucket_policy().send().await,
    )?;
    let again = bucket
        .get_object("open/k")
        .send()
        .await
        .err()
        .map(|e| e.kind());
    report.equal("reading without the policy", &again, &DENIED);
    Ok(())
}

/// Statements are tried in order; a policy outranks the ACL.
async fn the_first_statement_that_fits_decides(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    for key in ["secret/k", "k"] {
        needed("storing", own.put_object(key, "hello").send().await)?;
    }
    let everybody = Grantee::new("group").name("QS_ALL_USERS");
    let acl = [AclEntry::new(everybody, "READ")];
    needed("setting the ACL", own.put_bucket_acl(acl).send().await)?;
    let all = format!("{}/*", own.name());
    let secret = format!("{}/secret/*", own.name());
    let statement = |id, resource: &String, effect| {
        PolicyStatement::new(id, ["*"], ["get_object"], effect).resource([resource.clone()])
    };
    let bucket = bench.anonymous()?.bucket(own.name());
    for (policy, refused) in [
        (
            [
                statement("a", &secret, "deny"),
                statement("b", &all, "allow"),
            ],
            DENIED,
        ),
        (
            [
                statement("a", &all, "allow"),
                statement("b", &secret, "deny"),
            ],
            None,
        ),
    ] {
        needed(
            "setting the policy",
            own.put_bucket_policy(policy).send().await,
        )?;
        let got = bucket
            .get_object("secret/k")
            .send()
            .await
            .err()
            .map(|e| e.kind());
        report.equal("reading what one statement denies", &got, &refused);
        let got = bucket.get_object("k").send().await.err().map(|e| e.kind());
        report.equal("reading what none denies", &got, &None);
    }
    Ok(())
}

/// A resource below the bucket opens the list of that folder, and of what is in it, but no other.
async fn a_folder_is_opened_for_listing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    for key in ["open/k", "closed/k"] {
        needed("storing", own.put_object(key, "hello").send().await)?;
    }
    let statement = PolicyStatement::new("s", ["*"], ["list_objects"], "allow")
        .resource([format!("{}/open/*", own.name())]);
    needed(
        "setting the policy",
        own.put_bucket_policy([statement]).send().await,
    )?;
    let bucket = bench.second()?.bucket(own.name());
    for (prefix, expected) in [
        ("open/", Ok(1)),
        ("open/k", Ok(1)),
        ("", Err(ErrorKind::PermissionDenied)),
        ("closed/", Err(ErrorKind::PermissionDenied)),
        ("open", Err(ErrorKind::PermissionDenied)),
    ] {
        let listed = bucket.list_objects().prefix(prefix).send().await;
        let listed = listed.map(|list| list.keys.len());
        let listed = listed.map_err(|error| error.kind());
        let what = format!("listing with the prefix {prefix:?}");
        report.equal(&what, &listed, &expected);
    }
    Ok(())
}

/// Of a list one is enough, or none may be; of several conditions all must hold.
async fn conditions_decide_whether_a_statement_fits(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let own = bench.bucket();
    needed("storing", own.put_object("k", "hello").send().await)?;
    let bucket = bench.anonymous()?.bucket(own.name());
    let like = || PolicyStringMatch::new().referer(["*.example.com/*", "*.example.org/*"]);
    // The address is not known here, only that it is one.
    let everywhere = || PolicyIpMatch::new().source_ip(["203.0.113.0/24", "0.0.0.0/0"]);
    let nowhere = || PolicyIpMatch::new().source_ip(["203.0.113.0/24", "198.51.100.7/32"]);
    let new = PolicyCondition::new;
    let com = Some("https://www.example.com/a");
    let org = Some("https://www.example.org/a");
    let net = Some("https://www.example.net/a");
    for (what, condition, cases) in [
        (
            "string_like",
            new().string_like(like()),
            &[(com, true), (org, true), (net, false), (None, false)][..],
        ),
        (
            "string_not_like",
            new().string_not_like(like()),
            &[(com, false), (org, false), (net, true)],
        ),
        (
            "is_null",
            new().is_null(PolicyNullCheck::new().referer(true)),
            &[(com, false), (None, true)],
        ),
        (
            "not is_null",
            new().is_null(PolicyNullCheck::new().referer(false)),
            &[(com, true), (None, false)],
        ),
        (
            "ip_address, everywhere",
            new().ip_address(everywhere()),
            &[(None, true)],
        ),
        (
            "ip_address, nowhere",
            new().ip_address(nowhere()),
            &[(None, false)],
        ),
        (
            "not_ip_address, everywhere",
            new().not_ip_address(everywhere()),
            &[(None, false)],
        ),
        (
            "not_ip_address, nowhere",
            new().not_ip_address(nowhere()),
            &[(None, true)],
        ),
        (
            "two that hold",
            new().string_like(like()).ip_address(everywhere()),
            &[(com, true), (net, false)],
        ),
        (
            "one that holds and one that does not",
            new().string_like(like()).ip_address(nowhere()),
            &[(com, false)],
        ),
    ] {
        let statement = PolicyStatement::new("s", ["*"], ["get_object"], "allow")
            .resource([format!("{}/*", own.name())])
            .condition(condition);
        needed(what, own.put_bucket_policy([statement]).send().await)?;
        for (referer, allowed) in cases {
            let get = bucket.get_object("k");
            let get = match referer {
                Some(referer) => get.customize(|call| call.header("Referer", *referer)),
                None => get,
            };
            let got = get.send().await.err().map(|error| error.kind());
            let expected = match allowed {
                true => None,
                false => DENIED,
            };
            let what = format!("reading under {what} with Referer: {referer:?}");
            report.equal(&what, &got, &expected);
        }
    }
    Ok(())
}

/// Whatever a policy says, nobody else changes settings.
async fn settings_stay_the_owners(bench: &Bench<'_>, report: &mut Report) -> Done {
    let own = bench.bucket();
    let actions = [
        "get_object",
        "create_object",
        "delete_object",
        "head_object",
    ];
    let everything = PolicyStatement::new("all", ["*"], actions, "allow")
        .resource([format!("{}/*", own.name())]);
    needed(
        "setting the policy",
        own.put_bucket_policy([everything]).send().await,
    )?;
    let bucket = bench.second()?.bucket(own.name());
    for (what, got) in [
        (
            "read the policy",
            bucket
                .get_bucket_policy()
                .send()
                .await
                .err()
                .map(|e| e.kind()),
        ),
        (
            "delete the policy",
            bucket
                .delete_bucket_policy()
                .send()
                .await
                .err()
                .map(|e| e.kind()),
        ),
        (
            "read the ACL",
            bucket.get_bucket_acl().send().await.err().map(|e| e.kind()),
        ),
        (
            "read the CORS rules",
            bucket
                .get_bucket_cors()
                .send()
                .await
                .err()
                .map(|e| e.kind()),
        ),
    ] {
        report.equal(&format!("another user tries to {what}"), &got, &DENIED);
    }
    Ok(())
}
