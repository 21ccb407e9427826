//! Keys that something on the way might rewrite.

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 1] = [behaviour!("keys", awkward_keys_come_back)];

/// The keys that the vendor's own test scenarios demand, and some that URL types like to rewrite.
const KEYS: &[&str] = &[
    "plain",
    "a b",
    "a+b",
    "100%",
    "%20",
    "a//b",
    "a/b/",
    "中文 测试.json",
    "😍👩‍👩‍👧👋🏽",
    "שלום/مرحبا",
    "１２３４５",
    "'single' \"double\"",
    ",./;'[]\\-=",
    "<>?:\"{}|_+",
    "!@#$%^&*()`~",
    "a&b=c",
    "?acl",
    "#fragment",
    "...",
    "tab\there",
];

/// Each is stored, found, listed and deleted under exactly its own name.
async fn awkward_keys_come_back(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let longest = "k/".repeat(511) + "k";
    let keys: Vec<&str> = KEYS.iter().copied().chain([longest.as_str()]).collect();
    for key in &keys {
        needed(key, bucket.put_object(*key, (*key).to_owned()).send().await)?;
    }
    let listed = bucket.list_objects().items().try_collect().await;
    let mut listed: Vec<String> = needed("listing", listed)?
        .into_iter()
        .map(|k| k.key)
        .collect();
    listed.sort();
    let mut expected: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    expected.sort();
    report.equal("the keys in the list", &listed, &expected);
    for key in &keys {
        let got = needed(key, bucket.get_object(*key).send().await)?;
        report.body(got.body, key.as_bytes()).await;
        needed(key, bucket.delete_object(*key).send().await)?;
    }
    let left = needed("listing", bucket.list_objects().send().await)?;
    report.equal("the keys that are left", &left.keys.len(), &0);
    Ok(())
}
