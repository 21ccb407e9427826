//! Deletions of many objects.

use qingstor::{Bucket, Error, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::refusal;
use crate::report::Report;
use crate::script::{Script, Step};
use crate::slot::Problem;
use crate::wire::{Received, Sent};

pub(super) static ALL: [Behaviour; 2] = [
    behaviour!("deletions", many_are_deleted_in_batches, buckets: 0),
    behaviour!("deletions", every_deletion_is_accounted_for, buckets: 0),
];

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

fn json(sent: &Sent) -> serde_json::Value {
    serde_json::from_slice(&sent.body).unwrap_or_default()
}

/// A thousand at a time unless fewer are wanted; a key that is named twice in a batch is named once.
async fn many_are_deleted_in_batches(_: &Bench<'_>, report: &mut Report) -> Done {
    let numbered = |count: usize| (0..count).map(|n| format!("k{n}")).collect::<Vec<_>>();
    let twice = ["a", "b", "a", "c", "b", "d"].map(str::to_owned).to_vec();
    for (what, keys, size, expected) in [
        ("5 by 2", numbered(5), Some(2), vec![2, 2, 1]),
        ("4 by 2", numbered(4), Some(2), vec![2, 2]),
        ("none", numbered(0), None, vec![]),
        ("1000", numbered(1000), None, vec![1000]),
        ("1001", numbered(1001), None, vec![1000, 1]),
        ("with repetitions by 3", twice, Some(3), vec![3, 2]),
    ] {
        let script = Script::new([Received::new(200, r#"{"deleted": [], "errors": []}"#)]);
        let many = bucket_of(&script)?.delete_many(keys.clone());
        let many = match size {
            Some(size) => many.batch_size(size),
            None => many,
        };
        let output = needed(
            what,
            many.customize(|call| call.header("X-QS-Trace", "1"))
                .send()
                .await,
        )?;
        let sent = script.sent();
        let lists = sent
            .iter()
            .map(|sent| json(sent)["objects"].as_array().map_or(0, Vec::len));
        report.equal(
            &format!("the batches of {what}"),
            &lists.collect::<Vec<_>>(),
            &expected,
        );
        report.equal(
            &format!("the requests of {what}"),
            &output.requests,
            &(expected.len() as u64),
        );
        for sent in &sent {
            report.equal("X-QS-Trace", &sent.header("x-qs-trace"), &Some("1"));
        }
    }
    for size in [0, 1001] {
        let script = Script::new([Step::Hangs]);
        let many = bucket_of(&script)?
            .delete_many(["a"])
            .batch_size(size)
            .send()
            .await;
        report.error(many.map(drop), ErrorKind::InvalidInput, None);
        report.equal("the requests with a bad size", &script.lines().len(), &0);
    }
    Ok(())
}

/// What the answer does not mention was not deleted, as far as anybody knows; and a break tells how far it came.
async fn every_deletion_is_accounted_for(_: &Bench<'_>, report: &mut Report) -> Done {
    let answer = r#"{"deleted": [{"key": "a"}, {"key": "a"}, {"key": "stranger"}],
        "errors": [{"key": "b", "code": "permission_denied", "message": "no"}]}"#;
    let script = Script::new([Received::new(200, answer)]);
    let output = bucket_of(&script)?
        .delete_many(["a", "b", "c"])
        .send()
        .await;
    let output = needed("deleting", output)?;
    report.equal("how many are deleted", &output.deleted, &1);
    let errors: Vec<(String, Option<String>)> = output
        .errors
        .iter()
        .map(|error| (error.key.clone(), error.code.clone()))
        .collect();
    let expected = vec![
        ("b".to_owned(), Some("permission_denied".to_owned())),
        ("c".to_owned(), None),
    ];
    report.equal("what is not", &errors, &expected);
    let text = match output.clone().all() {
        Ok(count) => format!("(success of {count})"),
        Err(error) => error.to_string(),
    };
    report.holds(
        format!("how many of how many were not deleted, and which first: {text}"),
        text.contains("2 of 3 objects") && text.contains("\"b\": permission_denied no"),
    );
    report.error(
        output.all(),
        ErrorKind::PermissionDenied,
        Some("permission_denied"),
    );

    let all = r#"{"deleted": [{"key": "a"}, {"key": "b"}]}"#;
    let script = Script::new([Received::new(200, all)]);
    let output = bucket_of(&script)?.delete_many(["a", "b"]).send().await;
    report.equal(
        "all of them",
        &needed("deleting", output)?.all().ok(),
        &Some(2),
    );

    let script = Script::new([
        Received::new(200, all),
        Received::new(503, refusal("service_unavailable")),
    ]);
    let broken = bucket_of(&script)?
        .delete_many(["a", "b", "c"])
        .batch_size(2)
        .send()
        .await;
    let text = broken
        .as_ref()
        .err()
        .map_or(String::new(), Error::to_string);
    report.error(
        broken.map(drop),
        ErrorKind::Service,
        Some("service_unavailable"),
    );
    report.holds(
        format!("it does not say how far it came: {text}"),
        text.contains("2 objects had been deleted"),
    );

    // What a list gives is named as it is there.
    let listed = Received::new(200, r#"{"keys": [{"key": "Ä b/C"}, {"key": "a+b"}]}"#);
    let script = Script::new([listed, Received::new(200, "{}")]);
    let bucket = bucket_of(&script)?;
    let items = bucket.list_objects().items();
    let output = needed("deleting", bucket.delete_stream(items).send().await)?;
    report.equal("what is not confirmed", &output.errors.len(), &2);
    let named = script
        .sent()
        .pop()
        .map(|sent| json(&sent)["objects"].clone());
    let expected = serde_json::json!([{"key": "Ä b/C"}, {"key": "a+b"}]);
    report.equal("the objects of a list", &named, &Some(expected));

    // Whoever names the objects breaks off: what it would have named is not known, so its last ones stay.
    let script = Script::new([Received::new(200, all)]);
    let named = [
        Ok("a"),
        Ok("b"),
        Ok("c"),
        Err(Error::new(ErrorKind::Transport, "the list breaks off")),
    ];
    let stream = futures_util::stream::iter(named);
    let many = bucket_of(&script)?
        .delete_stream(stream)
        .batch_size(2)
        .send()
        .await;
    report.error(many.map(drop), ErrorKind::Transport, None);
    report.equal(
        "the requests for a list that breaks off",
        &script.lines().len(),
        &1,
    );
    Ok(())
}
