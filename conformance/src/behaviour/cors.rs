//! Which requests of other origins a browser is told to let through.

use qingstor::types::CorsRule;

use super::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("cors", the_first_rule_that_fits_decides),
    behaviour!("cors", without_rules_nothing_is_allowed),
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
