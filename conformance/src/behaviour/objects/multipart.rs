//! Objects that come in parts.

use bytes::Bytes;
use qingstor::types::ObjectPart;
use qingstor::{Bucket, ErrorKind};

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::report::Report;

pub(super) static ALL: [Behaviour; 5] = [
    behaviour!("multipart", parts_come_in_any_order_and_with_gaps),
    behaviour!("multipart", a_part_is_replaced),
    behaviour!("multipart", uploads_do_not_know_each_other),
    behaviour!("multipart", an_aborted_upload_is_gone),
    behaviour!("multipart", a_part_is_there_once, unverified: "the vendor wants the numbers ascending and does not say what comes of one that is there twice"),
];

/// All parts but the last have at least so many bytes.
const LEAST: usize = 4 << 20;

async fn begin(bucket: &Bucket, key: &str) -> Result<String, crate::behaviour::Problem> {
    let begun = bucket.initiate_multipart_upload(key).send().await;
    Ok(needed("beginning an upload", begun)?.upload_id)
}

/// Parts 7 and 2 are uploaded in this order; the object has part 2 first. It appears when the upload is completed.
async fn parts_come_in_any_order_and_with_gaps(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = begin(&bucket, "film").await?;
    let last = bucket
        .upload_multipart("film", &id, 7, "the end")
        .send()
        .await;
    needed("uploading part 7", last)?;
    let first = Bytes::from(vec![b'x'; LEAST]);
    let sent = bucket
        .upload_multipart("film", &id, 2, first.clone())
        .send()
        .await;
    needed("uploading part 2", sent)?;
    let early = bucket.get_object("film").send().await;
    report.error(
        early.map(drop),
        ErrorKind::NotFound,
        Some("object_not_exists"),
    );
    let listed = needed("listing", bucket.list_multipart("film", &id).send().await)?;
    let parts: Vec<(u64, Option<u64>)> = listed
        .object_parts
        .iter()
        .map(|p| (p.part_number, p.size))
        .collect();
    let expected = vec![(2, Some(LEAST as u64)), (7, Some(7))];
    report.equal("the parts in the list", &parts, &expected);
    let backwards = [ObjectPart::new(7), ObjectPart::new(2)];
    let refused = bucket
        .complete_multipart_upload("film", &id, backwards)
        .send()
        .await;
    let kind = refused.err().map(|error| error.kind());
    report.equal(
        "completing with the numbers backwards",
        &kind,
        &Some(ErrorKind::Rejected),
    );
    let parts = [ObjectPart::new(2), ObjectPart::new(7)];
    let completed = bucket
        .complete_multipart_upload("film", &id, parts)
        .send()
        .await;
    needed("completing", completed)?;
    let film = needed("reading", bucket.get_object("film").send().await)?;
    let body = needed("reading", film.body.into_bytes().await)?;
    let whole = [&first[..], b"the end"].concat();
    report.holds(
        "the object is not its parts in the order of their numbers",
        body[..] == whole[..],
    );
    Ok(())
}

/// The last upload of a number counts, and what is not listed is left out.
async fn a_part_is_replaced(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = begin(&bucket, "k").await?;
    for (number, content) in [(0, "first"), (3, "left out"), (0, "second")] {
        let sent = bucket
            .upload_multipart("k", &id, number, content)
            .send()
            .await;
        needed("uploading", sent)?;
    }
    let completed = bucket.complete_multipart_upload("k", &id, [ObjectPart::new(0)]);
    needed("completing", completed.send().await)?;
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"second").await;
    let again = bucket.list_multipart("k", &id).send().await;
    report.error(again, ErrorKind::NotFound, Some("upload_not_exists"));
    Ok(())
}

/// Two uploads of one key have two ids; the one that is completed last wins.
async fn uploads_do_not_know_each_other(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let (one, two) = (begin(&bucket, "k").await?, begin(&bucket, "k").await?);
    report.holds("two uploads have one id", one != two);
    for (id, content) in [(&one, "one"), (&two, "two")] {
        let sent = bucket.upload_multipart("k", id, 0, content).send().await;
        needed("uploading", sent)?;
    }
    let listed = bucket.list_multipart_uploads().items().try_collect().await;
    report.equal(
        "the uploads in the list",
        &needed("listing", listed)?.len(),
        &2,
    );
    for id in [&two, &one] {
        let completed = bucket.complete_multipart_upload("k", id, [ObjectPart::new(0)]);
        needed("completing", completed.send().await)?;
    }
    let got = needed("reading", bucket.get_object("k").send().await)?;
    report.body(got.body, b"one").await;
    Ok(())
}

async fn an_aborted_upload_is_gone(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = begin(&bucket, "k").await?;
    let sent = bucket.upload_multipart("k", &id, 0, "hello").send().await;
    needed("uploading", sent)?;
    needed(
        "aborting",
        bucket.abort_multipart_upload("k", &id).send().await,
    )?;
    let late = bucket.upload_multipart("k", &id, 1, "hello").send().await;
    report.error(late, ErrorKind::NotFound, Some("upload_not_exists"));
    let listed = bucket.list_multipart_uploads().items().try_collect().await;
    report.equal(
        "the uploads that are left",
        &needed("listing", listed)?.len(),
        &0,
    );
    Ok(())
}

/// A number that comes twice does not ascend.
async fn a_part_is_there_once(bench: &Bench<'_>, report: &mut Report) -> Done {
    let bucket = bench.bucket();
    let id = begin(&bucket, "k").await?;
    let content = Bytes::from(vec![b'x'; LEAST]);
    let sent = bucket.upload_multipart("k", &id, 0, content).send().await;
    needed("uploading", sent)?;
    let twice = [ObjectPart::new(0), ObjectPart::new(0)];
    let refused = bucket.complete_multipart_upload("k", &id, twice);
    report.error(
        refused.send().await,
        ErrorKind::Rejected,
        Some("invalid_argument"),
    );
    Ok(())
}
