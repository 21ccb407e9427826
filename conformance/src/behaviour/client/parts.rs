//! The parts of an upload: their sizes and numbers, and how they are joined.

use qingstor::types::{CustomerKey, ObjectPart};
use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::script::Script;
use crate::slot::Problem;
use crate::wire::{Received, Sent};

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("parts", parts_are_joined_as_the_service_wants_them, buckets: 0),
    behaviour!("parts", sizes_of_parts_have_limits, buckets: 0),
];

/// MD5 of 32 times "x" in base64.
const KEY_MD5: &str = "3I/h1kl+vSP1l12NKhxegQ==";

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

fn json(sent: &Sent) -> serde_json::Value {
    serde_json::from_slice(&sent.body).unwrap_or_default()
}

/// By ascending numbers, each once, with bare entity tags; the numbers are 0 to 10,000.
async fn parts_are_joined_as_the_service_wants_them(_: &Bench<'_>, report: &mut Report) -> Done {
    let script = Script::new([Received::new(201, "").header("ETag", "\"e\"")]);
    let upload = bucket_of(&script)?.multipart_upload("k", "u");
    let upload = upload.encryption_customer_key(CustomerKey::new([b'x'; 32]));
    let part = |number, tag: &str| ObjectPart::new(number).etag(tag);
    let parts = [
        part(7, "\"seven\""),
        part(10_000, "W/\"last\""),
        part(2, "two"),
        ObjectPart::new(3),
    ];
    let complete = upload.complete(parts).etag("whole").send().await;
    needed("completing", complete)?;
    let sent = script.sent();
    let body = sent.first().map(json).unwrap_or_default();
    let expected = serde_json::json!({"object_parts": [
        {"part_number": 2, "etag": "two"},
        {"part_number": 3},
        {"part_number": 7, "etag": "seven"},
        {"part_number": 10_000, "etag": "last"},
    ]});
    report.equal("what is joined", &body, &expected);
    let tag = sent.first().and_then(|sent| sent.header("etag"));
    report.equal("the entity tag that is asked for", &tag, &Some("\"whole\""));
    let before = script.lines().len();
    let twice = upload.complete([part(1, "a"), part(2, "b"), part(1, "c")]);
    report.error(twice.send().await.map(drop), ErrorKind::InvalidInput, None);
    report.error(
        upload.complete([]).send().await.map(drop),
        ErrorKind::InvalidInput,
        None,
    );
    report.error(
        upload.upload_part(10_001, "x").await,
        ErrorKind::InvalidInput,
        None,
    );
    let source = ("example-music", "a");
    report.error(
        upload.copy_part(10_001, source, 0..5).await,
        ErrorKind::InvalidInput,
        None,
    );
    report.equal(
        "the requests that are wrong",
        &(script.lines().len() - before),
        &0,
    );

    for number in [0, 10_000] {
        let made = needed("uploading", upload.upload_part(number, "hello").await)?;
        report.equal(
            "the part",
            &(made.part_number, made.size, made.etag.as_deref()),
            &(number, Some(5), Some("\"e\"")),
        );
        let copied = needed("copying", upload.copy_part(number, source, 3..5).await)?;
        report.equal(
            "the copied part",
            &(copied.part_number, copied.size),
            &(number, Some(2)),
        );
        let sent = script.sent();
        for sent in sent.iter().rev().take(2) {
            let target = format!("/example-photos/k?upload_id=u&part_number={number}");
            report.equal("the target of a part", &sent.target, &target);
            let md5 = sent.header("x-qs-encryption-customer-key-md5");
            report.equal("the key of a part", &md5, &Some(KEY_MD5));
        }
        let range = sent.last().and_then(|sent| sent.header("x-qs-copy-range"));
        report.equal("the range of a copied part", &range, &Some("bytes=3-4"));
    }
    Ok(())
}

/// 4 MiB to 5 GiB, and at most 10,000: larger ones are taken then, in whole MiB.
async fn sizes_of_parts_have_limits(_: &Bench<'_>, report: &mut Report) -> Done {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    for (length, wanted, expected) in [
        (1, 4 * MIB, Some(4 * MIB)),
        (1, 4 * MIB - 1, None),
        (1, 5 * GIB, Some(5 * GIB)),
        (1, 5 * GIB + 1, None),
        (0, 0, None),
        (40_000 * MIB, 4 * MIB, Some(4 * MIB)),
        (40_000 * MIB + 1, 4 * MIB, Some(5 * MIB)),
        (40_000 * MIB + 1, 16 * MIB, Some(16 * MIB)),
        (1024 * GIB, 16 * MIB, Some(105 * MIB)),
        (50_000 * GIB, 4 * MIB, Some(5 * GIB)),
        (50_000 * GIB + 1, 4 * MIB, None),
    ] {
        let got = qingstor::transfer::part_size_for(length, wanted).ok();
        report.equal(
            &format!("the size for {length} bytes in parts of {wanted}"),
            &got,
            &expected,
        );
    }
    // A program must not fail only once its files grow.
    let file = tempfile::NamedTempFile::new();
    let file = file.map_err(|error| Problem::Fail(format!("making a file: {error}")))?;
    let script = Script::new([Received::new(201, "")]);
    for size in [0, 4 * MIB - 1, 5 * GIB + 1] {
        let upload = bucket_of(&script)?
            .upload_file("k", file.path())
            .part_size(size);
        report.error(upload.send().await.map(drop), ErrorKind::InvalidInput, None);
    }
    report.equal("the requests", &script.lines().len(), &0);
    Ok(())
}
