//! Notifications: who is told what, and what becomes of pictures.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, Bench, Done, made, needed};
use crate::report::Report;
use crate::site::Site;
use crate::slot::Problem;
use crate::wire::Received;

/// The path that was told, and what.
type Told = (String, Value);

/// Key, event, who is to be told, entity tag and size, and what was told.
type Event = (
    &'static str,
    &'static str,
    &'static str,
    String,
    u64,
    Vec<Told>,
);

pub(super) static ALL: [Behaviour; 4] = [
    behaviour!("consequences", every_notification_about_it_is_sent),
    behaviour!("consequences", a_notification_is_sent_twice_if_need_be),
    behaviour!("consequences", nobody_in_particular_has_no_id, unverified: "the vendor does not say how a request without a signature is told of"),
    behaviour!("consequences", a_notification_makes_a_preview, buckets: 2),
];

pub(super) async fn put(bench: &Bench<'_>, setting: &str, body: Value) -> Done {
    let target = format!("/{}?{setting}", bench.bucket().name());
    let request = bench.handmade("PUT", target).json(&body);
    match request.signed(bench.key()).send().await?.status {
        200 => Ok(()),
        status => Err(Problem::Fail(format!(
            "setting {setting} is answered with {status}"
        ))),
    }
}

/// By each rule about the event and the key, in the form that the vendor documents.
async fn every_notification_about_it_is_sent(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let receiver = Site::answering(|_| Received::new(200, "")).await?;
    let rule = |id: &str, events: Value, filters: Value| {
        json!({
            "id": id, "event_types": events, "object_filters": filters, "cloudfunc": "notifier",
            "notify_url": format!("{}/{id}", receiver.url("")),
        })
    };
    let rules = [
        rule(
            "all",
            json!([
                "create_object",
                "delete_object",
                "abort_multipart",
                "complete_multipart"
            ]),
            json!(null),
        ),
        rule("create", json!(["create_object"]), json!([])),
        rule(
            "images",
            json!(["create_object", "delete_object"]),
            json!(["*.jpg", "*.png"]),
        ),
        rule("logs", json!(["create_object"]), json!("logs/*")),
        rule("delete", json!(["delete_object"]), json!(["*"])),
    ];
    put(bench, "notification", json!({ "notifications": rules })).await?;
    let owner = needed("reading the ACL", bucket.get_bucket_acl().send().await)?.owner;
    let owner = owner.and_then(|owner| owner.id).unwrap_or_default();
    let heard = async || -> Vec<Told> {
        backstage.settle().await;
        let heard = receiver.take().into_iter();
        heard
            .map(|heard| {
                (
                    heard.target,
                    serde_json::from_str(&heard.body).unwrap_or_default(),
                )
            })
            .collect()
    };
    let mut events: Vec<Event> = Vec::new();
    for key in ["a.txt", "a.png", "logs/1"] {
        let stored = needed("storing", bucket.put_object(key, "hello").send().await)?;
        let etag = stored.etag.map(|tag| tag.to_string()).unwrap_or_default();
        let to = match key {
            "a.txt" => "/all /create",
            "a.png" => "/all /create /images",
            _ => "/all /create /logs",
        };
        events.push((key, "create_object", to, etag, 5, heard().await));
    }
    needed("deleting", bucket.delete_object("a.png").send().await)?;
    let etag = events[1].3.clone();
    events.push((
        "a.png",
        "delete_object",
        "/all /delete /images",
        etag,
        5,
        heard().await,
    ));
    let begun = bucket.initiate_multipart_upload("m.txt").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    let part = bucket
        .upload_multipart("m.txt", &id, 0, "hello!")
        .send()
        .await;
    needed("uploading a part", part)?;
    report.equal("what is told of a part", &heard().await.len(), &0);
    let parts = [qingstor::types::ObjectPart::new(0)];
    let complete = bucket.complete_multipart_upload("m.txt", &id, parts);
    needed("completing", complete.send().await)?;
    let head = needed("looking", bucket.head_object("m.txt").send().await)?;
    let etag = head.etag.map(|tag| tag.to_string()).unwrap_or_default();
    events.push(("m.txt", "complete_upload", "/all", etag, 6, heard().await));
    let begun = bucket.initiate_multipart_upload("n.txt").send().await;
    let id = needed("beginning an upload", begun)?.upload_id;
    needed(
        "aborting",
        bucket.abort_multipart_upload("n.txt", id).send().await,
    )?;
    events.push((
        "n.txt",
        "abort_upload",
        "/all",
        String::new(),
        0,
        heard().await,
    ));
    for (key, event, to, etag, size, heard) in events {
        let what = format!("{event} of {key}");
        let targets: BTreeSet<&str> = heard.iter().map(|(target, _)| target.as_str()).collect();
        report.equal(
            &format!("{what}: who is told"),
            &targets,
            &to.split(' ').collect(),
        );
        report.equal(
            &format!("{what}: how often"),
            &heard.len(),
            &to.split(' ').count(),
        );
        for (target, document) in heard {
            let told = &document["events"][0];
            let request_id = &told["response_elements"]["request_id"];
            report.holds(
                format!("{what}: there is no request id"),
                request_id.as_str().is_some_and(|id| id.len() > 7),
            );
            let time = told["event_time"].as_str().unwrap_or("");
            report.holds(
                format!("{what}: the time is {time}"),
                time.len() == "2006-01-02T15:04:05.000Z".len() && time.ends_with('Z'),
            );
            let expected = json!({ "events": [{
                "event_source": "qingstor",
                "event_version": "1.0",
                "event_type": event,
                "event_time": time,
                "zone_id": "pek3a",
                "user_identify": { "principal_id": owner },
                "response_elements": { "request_id": request_id },
                "qingstor": {
                    "schema_version": "1.0",
                    "notification_id": target.trim_start_matches('/'),
                    "bucket": { "name": bucket.name() },
                    "object": { "name": key, "etag": etag.trim_matches('"'), "size": size },
                },
            }] });
            report.equal(&format!("{what}: what is told"), &document, &expected);
        }
    }
    Ok(())
}

/// A receiver that fails is told once more.
async fn a_notification_is_sent_twice_if_need_be(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let failed = AtomicBool::new(false);
    let receiver = Site::answering(move |heard| {
        let first = !failed.swap(true, Ordering::Relaxed);
        let status = match heard.target.as_str() {
            "/never" => 500,
            "/gone" => 404,
            "/moved" => 302,
            _ if first => 500,
            _ => 200,
        };
        Received::new(status, "")
    })
    .await?;
    for (path, expected) in [
        ("once", 2),
        ("well", 1),
        ("never", 2),
        ("gone", 2),
        ("moved", 2),
    ] {
        let rule = json!({
            "id": "n", "event_types": ["create_object"], "cloudfunc": "notifier",
            "notify_url": format!("{}/{path}", receiver.url("")),
        });
        put(bench, "notification", json!({ "notifications": [rule] })).await?;
        needed("storing", bucket.put_object("k", "hello").send().await)?;
        backstage.settle().await;
        let heard = receiver.take();
        report.equal(
            &format!("how often a receiver of the kind {path} is told"),
            &heard.len(),
            &expected,
        );
        report.holds(
            "the same is told",
            heard.windows(2).all(|two| two[0].body == two[1].body),
        );
        report.holds(
            "it is told by POST",
            heard.iter().all(|heard| heard.method == "POST"),
        );
    }
    Ok(())
}

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

/// Called `gen`, `_` and the picture's key, unless the rule says otherwise.
async fn a_notification_makes_a_preview(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let (bucket, other) = (bench.bucket(), bench.other());
    let rule = |id: &str, arguments: Value| {
        json!({
            "id": id, "event_types": ["create_object"], "object_filters": ["*.png"], "cloudfunc": "image",
            "cloudfunc_args": arguments,
        })
    };
    let rules = [
        rule("a", json!({ "action": "info" })),
        rule(
            "b",
            json!({ "action": "info", "key_prefix": "small", "key_seprate": "/", "save_bucket": other.name() }),
        ),
        // Nobody may write into the buckets of others.
        rule(
            "c",
            json!({ "action": "info", "save_bucket": format!("{}-foreign", bucket.name()) }),
        ),
    ];
    put(bench, "notification", json!({ "notifications": rules })).await?;
    let foreign = bench.second()?.bucket(format!("{}-foreign", bucket.name()));
    made(&foreign).await?;
    let picture = STANDARD.decode(PNG).unwrap_or_default();
    needed("storing", bucket.put_object("p.png", picture).send().await)?;
    backstage.settle().await;
    let listed = foreign.list_objects().send().await;
    // It is there only if a preview is where it must not be.
    let _ = foreign.delete_object("gen_p.png").send().await;
    needed("deleting the bucket", foreign.delete_bucket().send().await)?;
    let found = needed("listing the foreign bucket", listed)?.keys.len();
    report.equal("the previews in somebody else's bucket", &found, &0);
    for (bucket, expected) in [
        (&bucket, vec!["gen_p.png", "p.png"]),
        (&other, vec!["small/p.png"]),
    ] {
        let listed = needed("listing", bucket.list_objects().send().await)?;
        let keys: Vec<&str> = listed.keys.iter().map(|key| key.key.as_str()).collect();
        report.equal("the keys", &keys, &expected);
    }
    let made = needed(
        "reading the preview",
        bucket.get_object("gen_p.png").send().await,
    )?;
    let text = made.body.into_bytes().await.unwrap_or_default();
    let info: Value = serde_json::from_slice(&text).unwrap_or_default();
    report.equal("the width that it tells", &info["width"].as_u64(), &Some(1));
    Ok(())
}

async fn nobody_in_particular_has_no_id(bench: &Bench<'_>, report: &mut Report) -> Done {
    let backstage = bench.backstage()?;
    let bucket = bench.bucket();
    let name = bucket.name();
    let receiver = Site::answering(|_| Received::new(200, "")).await?;
    let rule = json!({
        "id": "n", "event_types": ["create_object"], "cloudfunc": "notifier", "notify_url": receiver.url(""),
    });
    put(bench, "notification", json!({ "notifications": [rule] })).await?;
    let everybody = json!({ "type": "group", "name": "QS_ALL_USERS" });
    let list = json!({ "acl": [{ "grantee": everybody, "permission": "WRITE" }] });
    put(bench, "acl", list).await?;
    let second = bench.second_key()?;
    for (who, request, expected) in [
        ("nobody", bench.handmade("PUT", format!("/{name}/k")), ""),
        (
            "another user",
            bench.handmade("PUT", format!("/{name}/l")).signed(second),
            bench.second_id()?,
        ),
    ] {
        let answer = request.send().await?;
        report.equal(&format!("writing by {who}"), &answer.status, &201);
        backstage.settle().await;
        let heard = receiver.take();
        let told = heard.first().map(|heard| heard.body.as_str()).unwrap_or("");
        let told: Value = serde_json::from_str(told).unwrap_or_default();
        let principal = &told["events"][0]["user_identify"]["principal_id"];
        report.equal(&format!("the id of {who}"), principal, &json!(expected));
        let id = answer.headers.get("x-qs-request-id");
        let id = id.and_then(|value| value.to_str().ok());
        let told = &told["events"][0]["response_elements"]["request_id"];
        report.equal(&format!("the request id of {who}"), &told.as_str(), &id);
    }
    Ok(())
}
