//! Lists in pages: their ends, their positions, and services that lead in circles.

use qingstor::operation::Position;
use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;
use crate::script::Script;
use crate::slot::Problem;
use crate::wire::{Received, Sent};

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("walks", a_list_ends_where_the_service_says, buckets: 0),
    behaviour!("walks", circles_are_noticed, buckets: 0),
    behaviour!("walks", a_position_leads_back, buckets: 0),
    behaviour!("walks", a_position_is_of_one_list, buckets: 0),
    behaviour!("walks", nobody_asks_for_more_than_is_wanted, buckets: 0),
];

/// A page of objects, and what it says of the next one.
fn page(keys: &[&str], more: Option<bool>, next: Option<&str>) -> Received {
    let keys: Vec<_> = keys
        .iter()
        .map(|key| serde_json::json!({ "key": key }))
        .collect();
    let mut page = serde_json::json!({ "keys": keys });
    if let Some(more) = more {
        page["has_more"] = more.into();
    }
    if let Some(next) = next {
        page["next_marker"] = next.into();
    }
    Received::new(200, page.to_string())
}

fn bucket_of(script: &Script) -> Result<Bucket, Problem> {
    Ok(script.client()?.bucket("example-photos"))
}

/// Without `has_more` or a marker nothing follows, whatever the other one says.
async fn a_list_ends_where_the_service_says(_: &Bench<'_>, report: &mut Report) -> Done {
    for (more, next, expected) in [
        (Some(true), Some("b"), 2),
        (Some(true), Some(""), 1),
        (Some(true), None, 1),
        (Some(false), Some("b"), 1),
        (None, Some("b"), 1),
        (None, None, 1),
    ] {
        let script = Script::new([
            page(&["a", "b"], more, next),
            page(&["c"], Some(false), None),
        ]);
        let items = bucket_of(&script)?
            .list_objects()
            .items()
            .try_collect()
            .await;
        let what = format!("a page with has_more {more:?} and the marker {next:?}");
        needed(&what, items)?;
        report.equal(
            &format!("the pages behind {what}"),
            &script.lines().len(),
            &expected,
        );
    }
    Ok(())
}

/// A marker that is there again would be followed for ever.
async fn circles_are_noticed(_: &Bench<'_>, report: &mut Report) -> Done {
    let more = |next: &str| page(&["k"], Some(true), Some(next));
    let once = Script::new([more("a"), more("a")]);
    let round = Script::playing(move |index, _| more(["a", "b", "c"][index % 3]).into());
    let versions = |_: usize, _: &Sent| {
        let page = r#"{"keys": [{"key": "k"}], "has_more": true, "next_key_marker": "k", "next_version_id_marker": "v"}"#;
        Received::new(200, page).into()
    };
    let script = Script::playing(versions);
    let mut items = bucket_of(&script)?
        .list_object_versions()
        .items()
        .at_most(50);
    let mut last = Ok(None);
    for _ in 0..9 {
        last = items.try_next().await;
        if last.is_err() {
            break;
        }
    }
    let what = "the end of a list of versions that stands still";
    report.equal(
        what,
        &last.err().map(|error| error.kind()),
        &Some(ErrorKind::Decode),
    );
    for (what, script) in [("stands still", once), ("goes round", round)] {
        let mut items = bucket_of(&script)?.list_objects().items();
        let mut count = 0;
        let error = loop {
            match items.try_next().await {
                Ok(Some(_)) if count < 50 => count += 1,
                Ok(_) => break None,
                Err(error) => break Some(error.kind()),
            }
        };
        report.equal(
            &format!("the end of a list that {what}"),
            &error,
            &Some(ErrorKind::Decode),
        );
        let asked = script.lines().len();
        // That a marker is the one just given is seen at once.
        let most = if what == "stands still" { 2 } else { 11 };
        report.holds(
            format!("a list that {what} is asked for {asked} times"),
            asked <= most,
        );
    }
    Ok(())
}

/// As a text, to another process, for pages and for items.
async fn a_position_leads_back(_: &Bench<'_>, report: &mut Report) -> Done {
    let odd = "a&b=c?中/ \n%";
    let pages = || {
        Script::new([
            page(&["1", "2"], Some(true), Some(odd)),
            page(&["3", "4"], Some(true), Some("4")),
            page(&["5"], Some(false), None),
        ])
    };
    let script = pages();
    let bucket = bucket_of(&script)?;
    let mut walk = bucket.list_objects().pages();
    let mut kept = Vec::new();
    loop {
        kept.push(walk.position().map(|position| position.to_string()));
        if needed("a page", walk.try_next().await)?.is_none() {
            break;
        }
    }
    let texts: Vec<Option<&str>> = kept.iter().map(Option::as_deref).collect();
    report.equal(
        "the positions",
        &texts,
        &vec![
            Some("ListObjects"),
            Some("ListObjects?marker=a%26b%3Dc%3F%E4%B8%AD%2F%20%0A%25"),
            Some("ListObjects?marker=4"),
            None,
        ],
    );
    let asked = script.lines();
    for (text, line) in kept.into_iter().flatten().zip(asked) {
        let position: Position = needed("reading a position", text.parse())?;
        let script = pages();
        let rest = bucket_of(&script)?
            .list_objects()
            .pages()
            .resume_at(&position)
            .try_next()
            .await;
        needed("going on", rest)?;
        report.equal(
            &format!("the request at {text}"),
            &script.lines(),
            &vec![line],
        );
    }
    // Of items: the page that the next one is on.
    let script = pages();
    let mut items = bucket_of(&script)?.list_objects().items();
    let mut told = Vec::new();
    loop {
        let position = items.position().map(|position| position.to_string());
        told.push(position.map_or("(end)".to_owned(), |text| text.replace("ListObjects", "")));
        if needed("an item", items.try_next().await)?.is_none() {
            break;
        }
    }
    let first = "?marker=a%26b%3Dc%3F%E4%B8%AD%2F%20%0A%25";
    report.equal(
        "the positions of items",
        &told,
        &["", "", first, first, "?marker=4", "(end)"]
            .map(str::to_owned)
            .to_vec(),
    );
    // What was left of the page is not given twice.
    let script = pages();
    let mut items = bucket_of(&script)?.list_objects().items();
    needed("an item", items.try_next().await)?;
    let start: Position = needed("reading a position", "ListObjects?marker=a+b".parse())?;
    let script = Script::new([page(&["x"], Some(false), None)]);
    let mut own = bucket_of(&script)?.list_objects().items().resume_at(&start);
    needed("an item", own.try_next().await)?;
    let asked = "GET https://pek3a.qingstor.com/example-photos?marker=a%2Bb";
    report.equal(
        "the request at a+b",
        &script.lines(),
        &vec![asked.to_owned()],
    );
    let again = items.resume_at(&start).try_collect().await;
    let again = needed("going on", again)?;
    let again: Vec<&str> = again.iter().map(|item| item.key.as_str()).collect();
    report.equal("the items behind a position", &again, &vec!["3", "4", "5"]);
    // The same walker may be sent back, which is no circle; and a marker may be empty.
    let script =
        Script::playing(|index, _| page(&["1"], Some(true), Some(["a", "b"][index % 2])).into());
    let mut walk = bucket_of(&script)?.list_objects().marker("").pages();
    for round in 0..4 {
        let start = walk.position().map(|position| position.to_string());
        let expected = Some("ListObjects?marker=");
        report.equal(
            "the position at an empty marker",
            &start.as_deref(),
            &expected,
        );
        for _ in 0..2 {
            needed(&format!("a page of round {round}"), walk.try_next().await)?;
        }
        let start: Position = needed("reading a position", "ListObjects?marker=".parse())?;
        walk = walk.resume_at(&start);
    }
    // Uploads and versions have two markers, and need both.
    for (text, query) in [
        (
            "ListMultipartUploads?key_marker=k&upload_id_marker=u",
            "uploads&key_marker=k&upload_id_marker=u",
        ),
        ("ListMultipartUploads?key_marker=k", "uploads&key_marker=k"),
    ] {
        let position: Position = needed("reading a position", text.parse())?;
        let script = Script::new([Received::new(200, "{}")]);
        let list = bucket_of(&script)?.list_multipart_uploads();
        needed(
            "going on",
            list.pages().resume_at(&position).try_next().await,
        )?;
        let expected = format!("GET https://pek3a.qingstor.com/example-photos?{query}");
        report.equal(
            &format!("the request at {text}"),
            &script.lines(),
            &vec![expected],
        );
    }
    let position: Position = needed(
        "reading a position",
        "ListObjectVersions?key_marker=k&version_id_marker=v".parse(),
    )?;
    let script = Script::new([Received::new(200, "{}")]);
    let list = bucket_of(&script)?.list_object_versions();
    needed(
        "going on",
        list.pages().resume_at(&position).try_next().await,
    )?;
    let expected =
        "GET https://pek3a.qingstor.com/example-photos?versions&key_marker=k&version_id_marker=v";
    report.equal(
        "the request among versions",
        &script.lines(),
        &vec![expected.to_owned()],
    );
    Ok(())
}

/// Texts that are no positions, and positions in other lists, are refused before anything is sent. An error leaves the
/// position where it was.
async fn a_position_is_of_one_list(_: &Bench<'_>, report: &mut Report) -> Done {
    for text in [
        "",
        "?a=1",
        "L?",
        "L?a",
        "L?=1",
        "L?a=1&a=2",
        "L?a=%FF",
        "L?a=1&",
    ] {
        report.holds(
            format!("{text:?} is a position"),
            text.parse::<Position>().is_err(),
        );
    }
    let script = Script::new([page(&["a"], Some(false), None)]);
    let bucket = bucket_of(&script)?;
    let other: Position = needed(
        "reading a position",
        "ListObjectVersions?key_marker=k".parse(),
    )?;
    let mut pages = bucket.list_objects().pages().resume_at(&other);
    report.error(pages.try_next().await, ErrorKind::InvalidInput, None);
    let mut items = bucket.list_objects().items().resume_at(&other);
    report.error(items.try_next().await, ErrorKind::InvalidInput, None);
    report.equal("the requests", &script.lines().len(), &0);

    let script = Script::new([page(&["a"], Some(true), Some("a")), Received::new(403, "")]);
    let mut pages = bucket_of(&script)?.list_objects().pages();
    needed("the first page", pages.try_next().await)?;
    report.error(pages.try_next().await, ErrorKind::PermissionDenied, None);
    let position = pages.position().map(|position| position.to_string());
    report.equal(
        "the position after an error",
        &position.as_deref(),
        &Some("ListObjects?marker=a"),
    );
    let after = pages.try_next().await;
    report.holds("something follows an error", matches!(after, Ok(None)));
    Ok(())
}

/// The last item that is wanted ends the list, also if it ends a page.
async fn nobody_asks_for_more_than_is_wanted(_: &Bench<'_>, report: &mut Report) -> Done {
    for (wanted, items, requests) in [
        (0, 0, 0),
        (1, 1, 1),
        (2, 2, 1),
        (3, 3, 2),
        (4, 4, 2),
        (5, 5, 3),
        (9, 5, 3),
    ] {
        let script = Script::new([
            page(&["1", "2"], Some(true), Some("2")),
            page(&["3", "4"], Some(true), Some("4")),
            page(&["5"], Some(false), None),
        ]);
        let list = bucket_of(&script)?.list_objects().items().at_most(wanted);
        let got = needed("listing", list.try_collect().await)?;
        report.equal(&format!("the items of {wanted}"), &got.len(), &items);
        report.equal(
            &format!("the requests for {wanted} items"),
            &script.lines().len(),
            &requests,
        );
    }
    // A page may be empty although more follows.
    let script = Script::new([
        page(&[], Some(true), Some("1")),
        page(&[], Some(true), Some("2")),
        page(&["3"], Some(false), None),
    ]);
    let got = bucket_of(&script)?
        .list_objects()
        .items()
        .try_collect()
        .await;
    report.equal(
        "the items behind empty pages",
        &needed("listing", got)?.len(),
        &1,
    );
    Ok(())
}
