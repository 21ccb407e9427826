//! What policies and access control lists can say, and whom a request is measured by.

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::handmade::outcome;
use crate::report::Report;
use crate::slot::Problem;

pub(super) static ALL: [Behaviour; 6] = [
    behaviour!("statements", a_policy_has_limits),
    behaviour!("statements", a_policy_is_written_in_two_ways),
    behaviour!("statements", an_action_has_two_names),
    behaviour!("statements", a_resource_is_a_pattern),
    behaviour!("statements", conditions_are_joined_by_and),
    behaviour!("statements", what_a_condition_asks_unknown_lets_nobody_in, unverified: "the vendor does not say what an operator that is none leads to"),
];

pub(super) fn expect(report: &mut Report, what: &str, got: &(u16, String), expected: (u16, &str)) {
    report.equal(what, &(got.0, got.1.as_str()), &expected);
}

/// Puts a document by hand and says what came of it.
pub(super) async fn put(
    bench: &Bench<'_>,
    setting: &str,
    body: &Value,
) -> Result<(u16, String), Problem> {
    let target = format!("/{}?{setting}", bench.bucket().name());
    let request = bench.handmade("PUT", target).json(body);
    Ok(outcome(&request.signed(bench.key()).send().await?))
}

pub(super) async fn policy(bench: &Bench<'_>, statements: Value) -> Result<(u16, String), Problem> {
    put(bench, "policy", &json!({ "statement": statements })).await
}

/// Sets a policy that everything after it needs.
pub(super) async fn set(bench: &Bench<'_>, statements: Value) -> Done {
    match policy(bench, statements).await? {
        (200, _) => Ok(()),
        (status, code) => Err(Problem::Fail(format!(
            "setting the policy: {status} {code}"
        ))),
    }
}

/// Status of a request that another user makes, or with `None` nobody.
pub(super) async fn tries(
    bench: &Bench<'_>,
    signed: bool,
    method: &'static str,
    target: &str,
) -> Result<u16, Problem> {
    let request = bench.handmade(method, target);
    let request = if signed {
        request.signed(bench.second_key()?)
    } else {
        request
    };
    Ok(request.send().await?.status)
}

pub(super) fn statement(changes: Value) -> Value {
    let mut statement = json!({
        "id": "s", "user": ["*"], "action": ["list_objects"], "effect": "allow",
    });
    if let (Value::Object(all), Value::Object(changes)) = (&mut statement, changes) {
        all.extend(changes);
    }
    statement
}

/// As the vendor's page on policies has them, in characters.
async fn a_policy_has_limits(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let all = format!("{name}/*");
    let text = |count: usize| "界".repeat(count);
    // The limit is one of all together.
    let users = |last: usize| json!([text(100), text(100), text(last)]);
    // 36 times 13, and the lengths of the others.
    let actions = |others: [&'static str; 3]| {
        let mut names = vec!["delete_object"; 36];
        names.extend(others);
        json!({ "action": names, "resource": [all] })
    };
    let referers = |length: usize| {
        // `{"string_like":{"Referer":["…"]}}` has 32 characters without the text.
        json!({ "string_like": { "Referer": ["r".repeat(length - 32)] } })
    };
    let objects = |action: &str| json!({ "action": [action] });
    for (what, changes, allowed) in [
        ("nothing special", json!({}), true),
        ("an id of 100", json!({ "id": text(100) }), true),
        ("an id of 101", json!({ "id": text(101) }), false),
        ("no id", json!({ "id": null }), false),
        ("users of 300", json!({ "user": users(100) }), true),
        ("users of 301", json!({ "user": users(101) }), false),
        ("no user", json!({ "user": null }), false),
        ("an empty list of users", json!({ "user": [] }), false),
        (
            "actions of 500",
            actions(["get_object", "head_object", "head_object"]),
            true,
        ),
        ("actions of 501", actions(["head_object"; 3]), false),
        (
            "resources of 2048",
            json!({ "resource": [text(1024), text(1024)] }),
            true,
        ),
        (
            "resources of 2049",
            json!({ "resource": [text(1024), text(1025)] }),
            false,
        ),
        (
            "a condition of 2048",
            json!({ "condition": referers(2048) }),
            true,
        ),
        (
            "a condition of 2049",
            json!({ "condition": referers(2049) }),
            false,
        ),
        (
            "an effect that is none",
            json!({ "effect": "maybe" }),
            false,
        ),
        ("no effect", json!({ "effect": null }), false),
        ("the effect deny", json!({ "effect": "deny" }), true),
        (
            "an action that is none",
            json!({ "action": ["eat_object"] }),
            false,
        ),
        ("no action", json!({ "action": null }), false),
        (
            "an action on objects without a resource",
            objects("get_object"),
            false,
        ),
        (
            "an action on the bucket without a resource",
            objects("head_bucket"),
            true,
        ),
        (
            "a network that is none",
            json!({ "condition": { "ip_address": { "source_ip": ["10.0.0"] } } }),
            false,
        ),
        (
            "a network",
            json!({ "condition": { "ip_address": { "source_ip": ["10.0.0.0/8"] } } }),
            true,
        ),
        (
            "is_null that is a text",
            json!({ "condition": { "is_null": { "Referer": "yes" } } }),
            false,
        ),
    ] {
        let got = policy(bench, json!([statement(changes)])).await?;
        let what = format!("a policy with {what}");
        report.equal(&what, &got.0, &if allowed { 200 } else { 400 });
    }
    for (what, statements, allowed) in [
        ("no statements", json!([]), true),
        ("no list of statements", json!(null), false),
        (
            "two ids",
            json!([
                statement(json!({})),
                statement(json!({ "id": "t", "effect": "deny" }))
            ]),
            true,
        ),
        (
            "one id twice",
            json!([statement(json!({})), statement(json!({ "effect": "deny" }))]),
            false,
        ),
        (
            "two that are the same but for their ids",
            json!([statement(json!({})), statement(json!({ "id": "t" }))]),
            false,
        ),
        (
            "two that are the same but for a member that is null",
            json!([
                statement(json!({})),
                statement(json!({ "id": "t", "condition": null })),
            ]),
            false,
        ),
    ] {
        let got = policy(bench, statements).await?;
        report.equal(
            &format!("a policy with {what}"),
            &got.0,
            &if allowed { 200 } else { 400 },
        );
    }
    Ok(())
}

/// What is a list in the one is a text in the other.
async fn a_policy_is_written_in_two_ways(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let object = format!("/{name}/k");
    for texts in [false, true] {
        let of = |text: &str| if texts { json!(text) } else { json!([text]) };
        let changes = json!({
            "user": of("*"),
            "action": of("get_object"),
            "resource": of(&format!("{name}/*")),
            "condition": {
                "string_not_like": { "Referer": of("*evil*") },
                "ip_address": { "source_ip": of("0.0.0.0/0") },
            },
        });
        set(bench, json!([statement(changes)])).await?;
        let what = if texts { "texts" } else { "lists" };
        report.equal(
            &format!("reading by {what}"),
            &tries(bench, false, "GET", &object).await?,
            &200,
        );
        let evil = bench
            .handmade("GET", &object)
            .header("referer", "http://evil.test/");
        report.equal(
            &format!("reading from an evil page by {what}"),
            &evil.send().await?.status,
            &403,
        );
        let got = needed(
            "reading the policy",
            bucket.get_bucket_policy().send().await,
        )?;
        let users = got
            .statement
            .first()
            .map(|statement| statement.user.to_vec());
        report.equal(
            &format!("the users by {what}"),
            &users,
            &Some(vec!["*".to_owned()]),
        );
    }
    Ok(())
}

/// The vendor's page and its Swagger call the actions on uploads differently.
async fn an_action_has_two_names(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    let begun = bucket.initiate_multipart_upload("k").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    let begin = format!("/{name}/new?uploads");
    let upload = format!("/{name}/k?upload_id={id}");
    let part = format!("{upload}&part_number=0");
    for (action, method, target) in [
        ("initiate_multipart", "POST", &begin),
        ("initiate_multipart_upload", "POST", &begin),
        ("upload_multipart", "PUT", &part),
        ("upload_object_part", "PUT", &part),
        ("list_multipart", "GET", &upload),
        ("list_object_parts", "GET", &upload),
        ("abort_multipart", "DELETE", &upload),
        ("abort_multipart_upload", "DELETE", &upload),
    ] {
        let changes = json!({ "action": [action], "resource": [format!("{name}/*")] });
        set(bench, json!([statement(changes)])).await?;
        let got = tries(bench, true, method, target).await?;
        report.holds(
            format!("{action} does not open {method} {target}: {got}"),
            got < 300,
        );
        let other = tries(bench, true, "DELETE", &format!("/{name}/k")).await?;
        report.equal(&format!("deleting by {action}"), &other, &403);
    }
    Ok(())
}

/// `*` stands for any text, everything else for itself.
async fn a_resource_is_a_pattern(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    for key in ["a/b.jpg", "a/b.jpg.bak", "b/a/b.jpg", "a"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    for (pattern, allowed) in [
        ("*", [true, true, true, true]),
        ("a/*", [true, true, false, false]),
        ("*.jpg", [true, false, true, false]),
        ("a/*.jpg", [true, false, false, false]),
        ("*a*b*", [true, true, true, false]),
        ("*b/*a*", [false, false, true, false]),
        ("a", [false, false, false, true]),
        ("a/b.jp?", [false, false, false, false]),
        ("a/b.jpg", [true, false, false, false]),
        ("A/*", [false, false, false, false]),
    ] {
        let changes =
            json!({ "action": ["get_object"], "resource": [format!("{name}/{pattern}")] });
        set(bench, json!([statement(changes)])).await?;
        for (key, allowed) in ["a/b.jpg", "a/b.jpg.bak", "b/a/b.jpg", "a"]
            .iter()
            .zip(allowed)
        {
            let got = tries(bench, false, "GET", &format!("/{name}/{key}")).await?;
            let expected = if allowed { 200 } else { 403 };
            report.equal(&format!("reading {key} by {pattern}"), &got, &expected);
        }
    }
    let other = format!("{name}x");
    for (resource, head, list) in [
        (json!(null), 200, 200),
        (json!([name]), 200, 200),
        (json!([other]), 403, 403),
        (json!([other, name]), 200, 200),
        (json!([format!("{name}/*")]), 403, 200),
        (json!([format!("{name}/a/*")]), 403, 403),
    ] {
        let changes = json!({ "action": ["head_bucket", "list_objects"], "resource": resource });
        set(bench, json!([statement(changes)])).await?;
        let got = tries(bench, true, "HEAD", &format!("/{name}")).await?;
        report.equal(&format!("HEAD Bucket by {resource}"), &got, &head);
        let got = tries(bench, true, "GET", &format!("/{name}")).await?;
        report.equal(&format!("listing by {resource}"), &got, &list);
    }
    Ok(())
}

/// All operators of a condition have to hold, and of a list of patterns one, or none.
async fn conditions_are_joined_by_and(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let like = json!({ "Referer": ["*good*", "*fine*"] });
    let not_like = json!({ "Referer": ["*bad*", "*evil*"] });
    let (here, nowhere) = (
        json!({ "source_ip": "0.0.0.0/0" }),
        json!({ "source_ip": "203.0.113.9" }),
    );
    let given = json!({ "Referer": false });
    let (good, fine, bad, mixed) = (
        "http://good/",
        "http://fine/",
        "http://bad/",
        "http://good.evil/",
    );
    for (condition, cases) in [
        (
            json!({ "string_like": like, "string_not_like": not_like }),
            &[
                (Some(good), true),
                (Some(fine), true),
                (Some(bad), false),
                (Some(mixed), false),
            ][..],
        ),
        (
            json!({ "string_like": like, "not_ip_address": nowhere }),
            &[(Some(good), true), (Some(bad), false), (None, false)],
        ),
        (
            json!({ "string_like": like, "not_ip_address": here }),
            &[(Some(good), false), (Some(bad), false)],
        ),
        (
            json!({ "string_like": like, "ip_address": nowhere }),
            &[(Some(good), false)],
        ),
        (
            json!({ "ip_address": here, "not_ip_address": nowhere, "is_null": given }),
            &[(Some(good), true), (None, false)],
        ),
        (
            json!({ "string_not_like": not_like, "is_null": given }),
            &[
                (Some(good), true),
                (Some(bad), false),
                (Some(mixed), false),
                (None, false),
            ],
        ),
        (json!({}), &[(Some(good), true), (None, true)]),
    ] {
        let changes = json!({
            "action": ["get_object"], "resource": [format!("{name}/*")], "condition": condition,
        });
        set(bench, json!([statement(changes)])).await?;
        for (referer, allowed) in cases {
            let mut get = bench.handmade("GET", format!("/{name}/k"));
            if let Some(referer) = referer {
                get = get.header("referer", *referer);
            }
            let expected = if *allowed { 200 } else { 403 };
            let what = format!("reading from {referer:?} under {condition}");
            report.equal(&what, &get.send().await?.status, &expected);
        }
    }
    Ok(())
}

/// To leave out what is not understood would let in whom it keeps out. To refuse such a policy is as good.
async fn what_a_condition_asks_unknown_lets_nobody_in(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let bucket = bench.bucket();
    let name = bucket.name();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    for condition in [
        json!({ "date_after": { "now": "2999-01-01" } }),
        json!({ "string_like": { "User-Agent": "*" } }),
        json!({ "ip_address": { "source_ip": "0.0.0.0/0", "proxy_ip": "203.0.113.9" } }),
    ] {
        let changes = json!({
            "action": ["get_object"], "resource": [format!("{name}/*")], "condition": condition,
        });
        let (status, _) = policy(bench, json!([statement(changes)])).await?;
        let got = tries(bench, false, "GET", &format!("/{name}/k")).await?;
        let what = format!("reading under {condition}, whose setting is answered with {status}");
        report.equal(&what, &got, &403);
    }
    Ok(())
}
