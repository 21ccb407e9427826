//! What answers to other origins say in detail.

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::slot::Problem;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("cors", a_preflight_is_told_what_its_rule_says),
    behaviour!("cors", all_headers_that_are_asked_for_have_to_be_covered),
    behaviour!("cors", any_method_is_every_method),
    behaviour!("cors", answers_vary_if_that_is_wanted),
    behaviour!("cors", refusals_can_be_read_too, unverified: "the vendor does not say what answers to the requests themselves have"),
];

const HERE: &str = "https://app.example.com";

async fn set(bench: &Bench<'_>, rules: Value, vary: Option<&str>) -> Done {
    let document = json!({ "cors_rules": rules, "resp_vary": vary });
    let request = bench.handmade("PUT", format!("/{}?cors", bench.bucket().name()));
    match request
        .json(&document)
        .signed(bench.key())
        .send()
        .await?
        .status
    {
        200 => Ok(()),
        status => Err(Problem::Fail(format!(
            "setting {document} is answered with {status}"
        ))),
    }
}

/// Asks as a browser does, without a signature.
async fn ask(
    bench: &Bench<'_>,
    origin: &str,
    method: &str,
    headers: &[&str],
) -> Result<Received, Problem> {
    let mut request = bench
        .handmade("OPTIONS", format!("/{}/k", bench.bucket().name()))
        .header("origin", origin)
        .header("access-control-request-method", method);
    for line in headers {
        request = request.header("access-control-request-headers", *line);
    }
    request.send().await
}

fn told<'a>(answer: &'a Received, name: &str) -> Option<&'a str> {
    answer
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
}

fn allowed(answer: &Received) -> bool {
    told(answer, "access-control-allow-origin").is_some()
}

/// The words of a list, in order and in small letters.
fn words(list: Option<&str>) -> Vec<String> {
    let words = list.unwrap_or("").split(',');
    let words = words.map(|word| word.trim().to_ascii_lowercase());
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.sort();
    words
}

/// Of the first rule that fits; the age is 5 seconds if it has none, and 0 is one.
async fn a_preflight_is_told_what_its_rule_says(bench: &Bench<'_>, report: &mut Report) -> Done {
    let rules = json!([
        { "allowed_origin": HERE, "allowed_methods": ["PUT"], "allowed_headers": ["x-b", "x-a"],
          "expose_headers": ["etag", "x-qs-request-id"], "max_age_seconds": 0 },
        { "allowed_origin": HERE, "allowed_methods": ["PUT", "GET"], "allowed_headers": ["*"], "max_age_seconds": 77 },
        { "allowed_origin": "http://*.example.org", "allowed_methods": ["HEAD"] },
        { "allowed_origin": "*", "allowed_methods": ["DELETE"], "allowed_headers": ["x-*"] },
    ]);
    set(bench, rules, None).await?;
    for (origin, method, asked, methods, headers, exposed, age) in [
        (
            HERE,
            "PUT",
            "X-A",
            "put",
            "x-a x-b",
            "etag x-qs-request-id",
            "0",
        ),
        (
            HERE,
            "PUT",
            "",
            "put",
            "x-a x-b",
            "etag x-qs-request-id",
            "0",
        ),
        (HERE, "PUT", "x-c, X-D", "get put", "x-c x-d", "", "77"),
        (HERE, "GET", "x-a", "get put", "x-a", "", "77"),
        ("http://a.example.org", "HEAD", "", "head", "", "", "5"),
        (
            "http://b.example.org",
            "DELETE",
            "x-anything",
            "delete",
            "x-anything",
            "",
            "5",
        ),
    ] {
        let lines: Vec<&str> = Some(asked)
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect();
        let answer = ask(bench, origin, method, &lines).await?;
        let what = format!("{method} from {origin} with {asked:?}");
        report.equal(&what, &answer.status, &200);
        report.holds(format!("{what} is not allowed"), allowed(&answer));
        let list =
            |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        for (header, expected) in [
            ("access-control-allow-methods", list(methods)),
            ("access-control-allow-headers", list(headers)),
            ("access-control-expose-headers", list(exposed)),
            ("access-control-max-age", list(age)),
        ] {
            report.equal(
                &format!("{what}: {header}"),
                &words(told(&answer, header)),
                &expected,
            );
        }
        report.equal(&format!("{what}: Vary"), &told(&answer, "vary"), &None);
    }
    Ok(())
}

/// Whatever the case of their letters, in how many lines they come.
async fn all_headers_that_are_asked_for_have_to_be_covered(
    bench: &Bench<'_>,
    report: &mut Report,
) -> Done {
    let rule = json!({ "allowed_origin": HERE, "allowed_methods": ["PUT"], "allowed_headers": ["X-A", "x-b", "x-qs-meta-*"] });
    set(bench, json!([rule]), None).await?;
    for (lines, expected) in [
        (&[][..], true),
        (&["x-a"], true),
        (&["X-B,x-a"], true),
        (&["x-a , x-b"], true),
        (&["x-a", "X-B"], true),
        (&["X-QS-Meta-Name"], true),
        (&["x-qs-met"], false),
        (&["x-a, x-c"], false),
        (&["x-c, x-a"], false),
        (&["x-a", "x-c"], false),
        (&["x-ab"], false),
    ] {
        let answer = ask(bench, HERE, "PUT", lines).await?;
        report.equal(&format!("with {lines:?}: the status"), &answer.status, &200);
        report.equal(
            &format!("with {lines:?}: allowed"),
            &allowed(&answer),
            &expected,
        );
    }
    // Without allowed headers none is.
    let rule = json!({ "allowed_origin": HERE, "allowed_methods": ["PUT"] });
    set(bench, json!([rule]), None).await?;
    for (lines, expected) in [(&[][..], true), (&["x-a"], false)] {
        let answer = ask(bench, HERE, "PUT", lines).await?;
        report.equal(
            &format!("with {lines:?} of none: allowed"),
            &allowed(&answer),
            &expected,
        );
    }
    Ok(())
}

async fn any_method_is_every_method(bench: &Bench<'_>, report: &mut Report) -> Done {
    for (methods, expected) in [
        (json!(["*"]), [true, true, true, true, true]),
        (json!(["GET"]), [true, false, false, false, false]),
        (json!(["PUT", "DELETE"]), [false, true, false, true, false]),
    ] {
        let rule = json!({ "allowed_origin": HERE, "allowed_methods": methods });
        set(bench, json!([rule]), None).await?;
        for (method, expected) in ["GET", "PUT", "POST", "DELETE", "HEAD"]
            .iter()
            .zip(expected)
        {
            let answer = ask(bench, HERE, method, &[]).await?;
            report.equal(
                &format!("{method} by {methods}"),
                &allowed(&answer),
                &expected,
            );
        }
    }
    Ok(())
}

/// `enabled`, in any letters, or `enable` as the vendor's examples have it; absent it is disabled.
async fn answers_vary_if_that_is_wanted(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let rule = json!({ "allowed_origin": "*", "allowed_methods": ["GET"] });
    for (vary, expected) in [
        (None, None),
        (Some("disabled"), None),
        (Some("enabled"), Some("origin")),
        (Some("ENABLED"), Some("origin")),
        (Some("enable"), Some("origin")),
    ] {
        set(bench, json!([rule]), vary).await?;
        let preflight = ask(bench, HERE, "GET", &[]).await?;
        let get = bench.handmade("GET", format!("/{}/k", bucket.name()));
        let get = get
            .header("origin", HERE)
            .signed(bench.key())
            .send()
            .await?;
        for (what, answer) in [("the preflight", preflight), ("the request", get)] {
            let got = told(&answer, "vary").map(str::to_ascii_lowercase);
            report.equal(
                &format!("Vary of {what} with {vary:?}"),
                &got.as_deref(),
                &expected,
            );
        }
    }
    Ok(())
}

/// By the rule for their method; what no rule allows tells nothing.
async fn refusals_can_be_read_too(bench: &Bench<'_>, report: &mut Report) -> Done {
    let name = bench.bucket().name().to_owned();
    let rule = json!({ "allowed_origin": HERE, "allowed_methods": ["GET"], "expose_headers": ["x-qs-request-id"] });
    set(bench, json!([rule]), None).await?;
    for (method, target, signed, origin, status, expected) in [
        ("GET", format!("/{name}"), true, HERE, 200, true),
        ("GET", format!("/{name}/nothing"), true, HERE, 404, true),
        ("GET", format!("/{name}/nothing"), false, HERE, 403, true),
        (
            "GET",
            format!("/{name}/nothing"),
            true,
            "https://evil.test",
            404,
            false,
        ),
        ("PUT", format!("/{name}/k"), true, HERE, 201, false),
        ("DELETE", format!("/{name}/k"), true, HERE, 204, false),
    ] {
        let mut request = bench.handmade(method, &target).header("origin", origin);
        if signed {
            request = request.signed(bench.key());
        }
        let answer = request.send().await?;
        let what = format!("{method} {target} from {origin}");
        report.equal(&what, &answer.status, &status);
        report.equal(&format!("{what}: allowed"), &allowed(&answer), &expected);
        let exposed = told(&answer, "access-control-expose-headers");
        let expected = expected.then_some("x-qs-request-id");
        report.equal(&format!("{what}: exposed"), &exposed, &expected);
    }
    Ok(())
}
