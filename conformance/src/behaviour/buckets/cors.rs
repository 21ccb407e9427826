//! Which requests of other origins a browser is told to let through.

use qingstor::types::CorsRule;

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 3] = [
    behaviour!("cors", the_first_rule_that_fits_decides),
    behaviour!("cors", without_rules_nothing_is_allowed),
    behaviour!("cors", the_request_itself_is_told_too),
];

/// Origin, method and headers of a preflight request, and whether it is allowed.
const MATRIX: &[(&str, &str, Option<&str>, bool)] = &[
    ("https://app.example.com", "PUT", None, true),
    ("https://app.example.com", "PUT", Some("content-type"), true),
    (
        "https://app.example.com",
        "PUT",
        Some("Content-Type, X-QS-Date"),
        true,
    ),
    ("https://app.example.com", "PUT", Some("x-other"), false),
    ("https://app.example.com", "DELETE", None, false),
    ("http://app.example.com", "PUT", None, false),
    ("https://example.com", "PUT", None, false),
    ("https://evil.test", "PUT", None, false),
    ("https://app.example.com.evil.test", "PUT", None, false),
    ("evil-https://app.example.com", "PUT", None, false),
    // The second rule.
    ("https://anything.test", "GET", None, true),
    ("https://anything.test", "GET", Some("x-whatever"), true),
    ("https://anything.test", "HEAD", None, false),
];

async fn the_first_rule_that_fits_decides(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let rules = [
        CorsRule::new("https://*.example.com", ["PUT"])
            .allowed_headers(["content-type", "x-qs-date"])
            .expose_headers(["x-qs-request-id"])
            .max_age_seconds(600),
        CorsRule::new("*", ["GET"]).allowed_headers(["*"]),
    ];
    needed("setting rules", bucket.put_bucket_cors(rules).send().await)?;
    for (origin, method, headers, allowed) in MATRIX {
        let request = bucket.options_object("k", *origin, *method);
        let request = match headers {
            Some(headers) => request.access_control_request_headers(*headers),
            None => request,
        };
        let what = format!("{method} from {origin} with {headers:?}");
        let answer = needed(&what, request.send().await)?;
        report.equal(
            &what,
            &answer.access_control_allow_origin.is_some(),
            allowed,
        );
        if *method == "PUT" && *allowed {
            let age = answer.access_control_max_age.as_deref();
            report.equal("Access-Control-Max-Age", &age, &Some("600"));
        }
    }
    Ok(())
}

/// The answer is a success without the headers that allow something.
async fn without_rules_nothing_is_allowed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let ask = async || {
        let request = bucket.options_object("k", "https://app.example.com", "GET");
        needed("asking", request.send().await)
    };
    let never = ask().await?;
    report.holds(
        "no rules allow an origin",
        never.access_control_allow_origin.is_none(),
    );
    let rules = [CorsRule::new("*", ["*"])];
    needed("setting rules", bucket.put_bucket_cors(rules).send().await)?;
    report.holds(
        "`*` allows nothing",
        ask().await?.access_control_allow_origin.is_some(),
    );
    needed(
        "deleting the rules",
        bucket.delete_bucket_cors().send().await,
    )?;
    let deleted = ask().await?;
    report.holds(
        "deleted rules allow an origin",
        deleted.access_control_allow_origin.is_none(),
    );
    Ok(())
}

/// A browser shows a script nothing of an answer that does not name the origin, whatever the preflight request was told.
async fn the_request_itself_is_told_too(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let rule = CorsRule::new("https://app.example.com", ["GET"]).expose_headers(["etag"]);
    needed("setting rules", bucket.put_bucket_cors([rule]).send().await)?;
    for (origin, allowed, exposed) in [
        (
            "https://app.example.com",
            Some("https://app.example.com"),
            Some("etag"),
        ),
        ("https://evil.test", None, None),
    ] {
        let get = bucket.get_object("k");
        let get = get.customize(|call| call.header("Origin", origin));
        let got = needed("reading", get.send().await)?;
        report.body(got.body, b"hello").await;
        let answer = bench.last_answer();
        let header = |name| {
            answer
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let origins = header("access-control-allow-origin");
        report.equal("Access-Control-Allow-Origin", &origins, &allowed);
        let headers = header("access-control-expose-headers").map(str::to_ascii_lowercase);
        report.equal(
            "Access-Control-Expose-Headers",
            &headers.as_deref(),
            &exposed,
        );
    }
    Ok(())
}
