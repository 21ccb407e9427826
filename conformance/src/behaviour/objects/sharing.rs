//! What two objects have in common, and what two requests want at once.

use bytes::Bytes;
use futures_util::future::join_all;

use crate::behaviour::{Behaviour, Bench, Done, Problem};
use crate::report::Report;
use crate::wire::Received;

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("copy", a_copy_outlives_its_source),
    behaviour!("move", a_move_onto_itself_loses_nothing, unverified: "the vendor does not say what a move to the same place does"),
    behaviour!("writers", one_of_many_appends_wins),
    behaviour!("writers", one_of_many_completions_wins),
];

fn content(byte: u8, length: usize) -> Bytes {
    let bytes = (0..length).map(|at| byte.wrapping_add((at % 97) as u8));
    bytes.collect::<Vec<u8>>().into()
}

/// Makes objects of every kind: short, long, grown, and put together.
async fn make(bench: &Bench<'_>) -> Result<Vec<(&'static str, Bytes)>, Problem> {
    let bucket = bench.bucket();
    let (short, long) = (content(b'a', 10), content(b'b', 40_000));
    bench
        .by_hand("PUT", &bucket, "short", &[], short.clone())
        .await?;
    bench
        .by_hand("PUT", &bucket, "long", &[], long.clone())
        .await?;
    let first = "grown?append&position=0";
    bench
        .by_hand("POST", &bucket, first, &[], long.clone())
        .await?;
    let second = "grown?append&position=40000";
    bench
        .by_hand("POST", &bucket, second, &[], short.clone())
        .await?;
    let third = "grown?append&position=40010";
    bench
        .by_hand("POST", &bucket, third, &[], long.clone())
        .await?;
    let id = bench.begin(&bucket, "parts", &[]).await?;
    let source = format!("/{}/long", bucket.name());
    let copied = [("x-qs-copy-source", source.as_str())];
    let part = format!("parts?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &copied, "").await?;
    bench.complete(&bucket, "parts", &id, &[0]).await?;
    let grown = [&long[..], &short, &long].concat().into();
    Ok(vec![
        ("short", short),
        ("long", long.clone()),
        ("grown", grown),
        ("parts", long),
    ])
}

async fn same(
    bench: &Bench<'_>,
    report: &mut Report,
    what: &str,
    key: &str,
    expected: &Bytes,
) -> Done {
    let got = bench.by_hand("GET", &bench.bucket(), key, &[], "").await?;
    report.status(&format!("{what}, {key}"), &got, 200);
    report.holds(
        format!(
            "{what}: {key} has other bytes, {} for {}",
            got.body.len(),
            expected.len()
        ),
        got.body == *expected,
    );
    Ok(())
}

/// And the other way round: whichever of them is overwritten or deleted, the others stay as they are.
async fn a_copy_outlives_its_source(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let objects = make(bench).await?;
    for (key, expected) in &objects {
        for (from, to) in [(*key, "one"), (*key, "two"), ("two", "three")] {
            let source = format!("/{}/{from}", bucket.name());
            let headers = [("x-qs-copy-source", source.as_str())];
            let got = bench.by_hand("PUT", &bucket, to, &headers, "").await?;
            report.status(&format!("copying {from} to {to}"), &got, 201);
        }
        bench.by_hand("DELETE", &bucket, "two", &[], "").await?;
        for kept in ["one", "three", key] {
            same(bench, report, "after a copy was deleted", kept, expected).await?;
        }
        let moving = format!("/{}/one", bucket.name());
        let headers = [("x-qs-move-source", moving.as_str())];
        bench.by_hand("PUT", &bucket, "moved", &headers, "").await?;
        match *key {
            "long" => bench.by_hand("PUT", &bucket, key, &[], "other").await?,
            _ => bench.by_hand("DELETE", &bucket, key, &[], "").await?,
        };
        // What nothing names any more may be swept up a little later.
        for step in 0..3 {
            let odd = format!("odd-{step}");
            bench
                .by_hand("PUT", &bucket, &odd, &[], content(b'x', 20_000))
                .await?;
            bench.by_hand("DELETE", &bucket, &odd, &[], "").await?;
        }
        let what = format!("after {key} is gone");
        for kept in ["moved", "three"] {
            same(bench, report, &what, kept, expected).await?;
            bench.by_hand("DELETE", &bucket, kept, &[], "").await?;
        }
        if *key == "long" {
            let parts = objects.iter().find(|(key, _)| *key == "parts");
            if let Some((key, expected)) = parts {
                same(bench, report, &what, key, expected).await?;
            }
        }
    }
    Ok(())
}

async fn a_move_onto_itself_loses_nothing(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for (key, expected) in make(bench).await? {
        let source = format!("/{}/{key}", bucket.name());
        let headers = [("x-qs-move-source", source.as_str())];
        bench.by_hand("PUT", &bucket, key, &headers, "").await?;
        same(bench, report, "after a move onto itself", key, &expected).await?;
    }
    Ok(())
}

/// How many of the answers are successes, and the codes of the others.
fn outcomes(answers: &[Received]) -> (usize, Vec<String>) {
    let (won, lost): (Vec<&Received>, Vec<&Received>) =
        answers.iter().partition(|answer| answer.status < 300);
    let mut codes: Vec<String> = lost.iter().map(|answer| answer.code()).collect();
    codes.dedup();
    (won.len(), codes)
}

/// 16 want to append at one place: one does.
async fn one_of_many_appends_wins(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    for round in 0..4_usize {
        let target = format!("log?append&position={}", round * 100);
        let writes = (0..16_u8).map(|writer| {
            let piece = vec![b'a' + writer; 100];
            bench.by_hand("POST", &bucket, &target, &[], piece)
        });
        let answers: Vec<Received> = join_all(writes)
            .await
            .into_iter()
            .collect::<Result<_, _>>()?;
        let expected = (1, vec!["invalid_argument".to_owned()]);
        report.equal(
            "successes and codes of appending at once",
            &outcomes(&answers),
            &expected,
        );
        let got = bench.by_hand("GET", &bucket, "log", &[], "").await?;
        report.equal(
            "the length after appending at once",
            &got.body.len(),
            &(round * 100 + 100),
        );
        let last = got.body.get(round * 100..).unwrap_or_default();
        let one = last
            .first()
            .is_some_and(|first| last.iter().all(|byte| byte == first));
        report.holds("what was appended is of several", one);
    }
    Ok(())
}

/// 8 want to complete an upload: one does, and the object is of all its parts.
async fn one_of_many_completions_wins(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = bench.begin(&bucket, "k", &[]).await?;
    let part = format!("k?part_number=0&upload_id={id}");
    bench.by_hand("PUT", &bucket, &part, &[], "hello").await?;
    let list = [0];
    let all = (0..8).map(|_| bench.complete(&bucket, "k", &id, &list));
    let answers: Vec<Received> = join_all(all).await.into_iter().collect::<Result<_, _>>()?;
    let expected = (1, vec!["upload_not_exists".to_owned()]);
    report.equal(
        "successes and codes of completing at once",
        &outcomes(&answers),
        &expected,
    );
    let got = bench.by_hand("GET", &bucket, "k", &[], "").await?;
    report.content("the object", &got, b"hello");
    Ok(())
}
