//! Encryption, appending, metadata, and many writers at once.

use futures_util::future::join_all;
use qingstor::ErrorKind;
use qingstor::types::CustomerKey;

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 8] = [
    behaviour!("encryption", only_the_key_opens_an_object),
    behaviour!("append", appending_goes_on_where_it_ended),
    behaviour!("metadata", what_is_stored_comes_back),
    behaviour!("metadata", many_names_come_back),
    behaviour!("form", a_stream_is_stored_by_a_form),
    behaviour!("writers", one_of_many_writers_wins),
    behaviour!("delete", many_objects_are_deleted_at_once),
    behaviour!("delete", a_thousand_are_not_too_many, unverified: "the vendor does not publish how many one request may name; its tools send 1000"),
];

async fn only_the_key_opens_an_object(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let (key, wrong) = (CustomerKey::new([b'x'; 32]), CustomerKey::new([b'y'; 32]));
    let put = bucket.put_object("k", "0123456789");
    let stored = put.encryption_customer_key(key.clone()).send().await;
    let stored = needed("storing", stored)?;
    let algorithm = stored.encryption_customer_algorithm.as_deref();
    report.equal("the algorithm", &algorithm, &Some("AES256"));
    let get = bucket.get_object("k").encryption_customer_key(key.clone());
    let got = needed("reading with the key", get.send().await)?;
    report.body(got.body, b"0123456789").await;
    let get = bucket
        .get_object("k")
        .encryption_customer_key(key)
        .range(3..=5);
    let got = needed("reading a range with the key", get.send().await)?;
    report.body(got.body, b"345").await;
    let without = bucket.get_object("k").send().await;
    report.holds("it can be read without the key", without.is_err());
    let with_wrong = bucket
        .get_object("k")
        .encryption_customer_key(wrong)
        .send()
        .await;
    report.holds("it can be read with another key", with_wrong.is_err());
    let head = needed(
        "looking without the key",
        bucket.head_object("k").send().await,
    )?;
    report.equal("the length", &head.content_length, &Some(10));
    Ok(())
}

async fn appending_goes_on_where_it_ended(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let mut position = 0;
    for (content, next) in [("", 0), ("hello", 5), (" world", 11)] {
        let appended = bucket.append_object("log", position, content).send().await;
        let appended = needed("appending", appended)?;
        report.equal(
            "the next position",
            &appended.next_append_position,
            &Some(next),
        );
        position = next;
    }
    for wrong in [0, 5, 12] {
        let refused = bucket.append_object("log", wrong, "x").send().await;
        report.error(refused, ErrorKind::Rejected, Some("invalid_argument"));
    }
    let head = needed("looking", bucket.head_object("log").send().await)?;
    report.equal("the next position", &head.next_append_position, &Some(11));
    report.equal(
        "the type",
        &head.object_type.as_deref(),
        &Some("appendable"),
    );
    let got = needed("reading", bucket.get_object("log").send().await)?;
    report.body(got.body, b"hello world").await;
    Ok(())
}

/// Headers that are kept with the object, and metadata, whose names come back in lower case.
async fn what_is_stored_comes_back(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let put = bucket
        .put_object("k", "hello")
        .content_type("text/plain; charset=utf-8")
        .cache_control("max-age=60")
        .content_disposition("attachment; filename=\"a b.txt\"")
        .content_encoding("identity")
        .expires("Thu, 31 Dec 2099 23:59:59 GMT")
        .metadata("Owner.name_1-a", "Ann B %41+/=\"")
        .storage_class("STANDARD_IA");
    needed("storing", put.send().await)?;
    let head = needed("looking", bucket.head_object("k").send().await)?;
    let get = needed("reading", bucket.get_object("k").send().await)?;
    for (what, head, got, expected) in [
        (
            "Content-Type",
            &head.content_type,
            &get.content_type,
            "text/plain; charset=utf-8",
        ),
        (
            "Cache-Control",
            &head.cache_control,
            &get.cache_control,
            "max-age=60",
        ),
        (
            "Content-Disposition",
            &head.content_disposition,
            &get.content_disposition,
            "attachment; filename=\"a b.txt\"",
        ),
        (
            "Content-Encoding",
            &head.content_encoding,
            &get.content_encoding,
            "identity",
        ),
        (
            "Expires",
            &head.expires,
            &get.expires,
            "Thu, 31 Dec 2099 23:59:59 GMT",
        ),
    ] {
        report.equal(
            &format!("{what} of HEAD"),
            &head.as_deref(),
            &Some(expected),
        );
        report.equal(&format!("{what} of GET"), &got.as_deref(), &Some(expected));
    }
    let expected = [("owner.name_1-a".to_owned(), "Ann B %41+/=\"".to_owned())].into();
    report.equal("the metadata of HEAD", &head.metadata, &expected);
    report.equal("the metadata of GET", &get.metadata, &expected);
    let class = head.storage_class.as_ref().map(|class| class.as_str());
    report.equal("the storage class", &class, &Some("STANDARD_IA"));
    Ok(())
}

/// 64 writers of one key: all succeed, and what is there afterwards is exactly what one of them wrote.
async fn one_of_many_writers_wins(bench: &Bench<'_>, report: &mut Report) -> Done {
    const WRITERS: u32 = 64;
    let bucket = bench.bucket();
    let content = |writer: u32| format!("writer {writer} ").repeat(500);
    let writes = (0..WRITERS).map(|writer| {
        let put = bucket
            .put_object("k", content(writer))
            .metadata("writer", writer.to_string());
        async move { put.send().await }
    });
    let mut etags = Vec::new();
    for outcome in join_all(writes).await {
        etags.push(needed("writing", outcome)?.etag);
    }
    let got = needed("reading", bucket.get_object("k").send().await)?;
    let winner = got
        .metadata
        .get("writer")
        .and_then(|text| text.parse::<u32>().ok());
    let Some(winner) = winner.filter(|winner| *winner < WRITERS) else {
        report.find("the object is of no writer");
        return Ok(());
    };
    let etag = etags.get(winner as usize).cloned().flatten();
    report.equal("the entity tag is the winner's", &got.etag, &etag);
    report.body(got.body, content(winner).as_bytes()).await;
    let listed = needed("listing", bucket.list_objects().send().await)?;
    report.equal("the objects in the list", &listed.keys.len(), &1);
    Ok(())
}

async fn many_objects_are_deleted_at_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    use qingstor::types::ObjectToDelete;
    let bucket = bench.bucket();
    for key in ["a", "b c", "中"] {
        needed("storing", bucket.put_object(key, "hello").send().await)?;
    }
    let keys = ["a", "中", "missing"].map(ObjectToDelete::new);
    let deleted = needed(
        "deleting",
        bucket.delete_multiple_objects(keys).send().await,
    )?;
    report.equal("the errors", &deleted.errors.len(), &0);
    let left = needed("listing", bucket.list_objects().send().await)?.keys;
    let left: Vec<&str> = left.iter().map(|key| key.key.as_str()).collect();
    report.equal("the objects that are left", &left, &vec!["b c"]);
    Ok(())
}

/// A thousand objects may be named in one request. One that does not exist counts as deleted.
async fn a_thousand_are_not_too_many(bench: &Bench<'_>, report: &mut Report) -> Done {
    use qingstor::types::ObjectToDelete;
    let bucket = bench.bucket();
    let keys = |count| (0..count).map(|n| ObjectToDelete::new(format!("k{n}")));
    let deleted = bucket.delete_multiple_objects(keys(1000)).send().await;
    match deleted {
        Ok(deleted) => {
            report.equal("the deleted objects", &deleted.deleted.len(), &1000);
            report.equal("the errors", &deleted.errors.len(), &0);
        }
        Err(error) => report.find(format!("1000 at once: {error}")),
    }
    let refused = bucket.delete_multiple_objects(keys(1001)).send().await;
    report.error(refused, ErrorKind::Rejected, Some("too_many_objects"));
    Ok(())
}

/// More headers are signed than most requests have, and their order counts.
async fn many_names_come_back(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let names = (0..40).map(|n| (format!("name-{}", n * 7 % 40), format!("value {n}")));
    let expected: std::collections::BTreeMap<String, String> = names.collect();
    let mut put = bucket.put_object("k", "hello");
    for (name, value) in &expected {
        put = put.metadata(name, value);
    }
    needed("storing", put.send().await)?;
    let head = needed("looking", bucket.head_object("k").send().await)?;
    report.equal("the metadata", &head.metadata, &expected);
    Ok(())
}

/// Content whose bytes are not there yet when the form begins.
async fn a_stream_is_stored_by_a_form(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let chunks = ["hel", "", "lo"].map(|chunk| Ok::<_, std::io::Error>(bytes::Bytes::from(chunk)));
    let body = qingstor::Body::from_stream(5, futures_util::stream::iter(chunks));
    needed("posting", bucket.post_object("k", body).send().await)?;
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"hello").await;
    Ok(())
}
