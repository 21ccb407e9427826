//! What of a query is signed.

use qingstor::sign::Signable;

use super::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 1] = [behaviour!("signature", these_query_keys_are_signed)];

/// As the newest Go and Java SDKs have them; the vendor's page on signatures lacks the three about versions.
const SIGNED: [&str; 26] = [
    "acl",
    "append",
    "cname",
    "cors",
    "delete",
    "image",
    "lifecycle",
    "logging",
    "mirror",
    "notification",
    "part_number",
    "policy",
    "position",
    "replication",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "stats",
    "upload_id",
    "uploads",
    "version_id",
    "versioning",
    "versions",
];

/// Those that tell what to list, how to process and who asks.
const UNSIGNED: [&str; 13] = [
    "action",
    "delimiter",
    "key_marker",
    "lang",
    "limit",
    "location",
    "marker",
    "offset",
    "part_number_marker",
    "prefix",
    "upload_id_marker",
    "version_id_marker",
    "x_unknown",
];

async fn these_query_keys_are_signed(bench: &Bench<'_>, report: &mut Report) -> Done {
    let last_line = |key: &str| {
        let query = format!("{key}=v");
        let request = Signable::new("GET", "/example/k").query(&query);
        let text = request.string_to_sign(None);
        text.lines().last().unwrap_or_default().to_owned()
    };
    for key in SIGNED {
        let expected = format!("/example/k?{key}=v");
        report.equal("the canonical resource", &last_line(key), &expected);
    }
    for key in UNSIGNED {
        let expected = "/example/k".to_owned();
        report.equal("the canonical resource", &last_line(key), &expected);
    }
    // And the endpoint agrees, for keys with and without a meaning there.
    let bucket = bench.bucket();
    needed("storing", bucket.put_object("k", "hello").send().await)?;
    let get = bucket.get_object("k").response_content_language("fr");
    let got = needed("reading with another language", get.send().await)?;
    report.equal(
        "the language",
        &got.content_language.as_deref(),
        &Some("fr"),
    );
    Ok(())
}
