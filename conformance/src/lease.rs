//! Buckets that checks use one after the other.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use qingstor::types::ObjectToDelete;
use qingstor::{Client, Error, ErrorKind};

use crate::slot::Problem;
use crate::wire::Exchange;

/// How often creating and deleting is tried again where the service asks for patience.
const ATTEMPTS: usize = 12;

/// A bucket, or the name for one.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) name: String,
    pub(crate) state: State,
    /// When it was made, as far as that is known.
    since: Option<Instant>,
    /// Whether it has or had versions, which cannot be undone.
    pub(crate) versioned: bool,
    /// What may have to be cleaned.
    pub(crate) soil: BTreeSet<String>,
}

/// Whether it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Unknown,
    Absent,
    Present,
}

/// Something in the bucket: objects, versions or uploads.
const OBJECTS: &str = "(objects)";
/// The bucket itself may have been made or deleted.
const EXISTENCE: &str = "(existence)";
/// Settings that are cleaned by deleting them.
const DELETABLE: [&str; 7] = [
    "cors",
    "lifecycle",
    "logging",
    "mirror",
    "notification",
    "policy",
    "replication",
];

impl Lease {
    pub(crate) fn absent(name: &str) -> Lease {
        Lease {
            name: name.to_owned(),
            state: State::Absent,
            since: None,
            versioned: false,
            soil: BTreeSet::new(),
        }
    }

    /// One that an earlier run has left behind, with whatever is in it.
    pub(crate) fn found(name: &str) -> Lease {
        let everything = DELETABLE.into_iter().chain([OBJECTS, "acl", "versioning"]);
        Lease {
            state: State::Present,
            since: Some(Instant::now()),
            soil: everything.map(str::to_owned).collect(),
            ..Lease::absent(name)
        }
    }
}

/// What an exchange may have changed.
pub(crate) fn soil(exchange: &Exchange, virtual_host: bool) -> BTreeSet<String> {
    let sent = &exchange.sent;
    let mut soil = BTreeSet::new();
    if matches!(sent.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
        // The action `save` of images writes.
        if sent.query().iter().any(|(name, _)| *name == "image") {
            soil.insert(OBJECTS.to_owned());
        }
        return soil;
    }
    let path = sent.path().trim_start_matches('/');
    let about_bucket = match virtual_host {
        true => path.is_empty(),
        false => !path.trim_end_matches('/').contains('/'),
    };
    let selectors = sent.query();
    let setting = selectors.iter().find(|(_, value)| value.is_none());
    // These write objects themselves.
    let writing = ["logging", "mirror", "notification", "replication"];
    if setting.is_some_and(|(name, _)| writing.contains(name)) {
        soil.insert(OBJECTS.to_owned());
    }
    match setting {
        Some((name, _)) if about_bucket && *name != "delete" => soil.insert((*name).to_owned()),
        None if about_bucket && sent.method != "POST" => soil.insert(EXISTENCE.to_owned()),
        _ => soil.insert(OBJECTS.to_owned()),
    };
    soil
}

/// Finds out which buckets exist, where that is not certain.
pub(crate) async fn look(client: &Client, leases: &mut [Lease]) -> Result<(), Problem> {
    let uncertain = |lease: &Lease| lease.state == State::Unknown || lease.soil.contains(EXISTENCE);
    if !leases.iter().any(uncertain) {
        return Ok(());
    }
    let listed = client
        .list_buckets()
        .send()
        .await
        .map_err(|e| fail("listing buckets", &e))?;
    for lease in leases.iter_mut().filter(|lease| uncertain(lease)) {
        lease.soil.remove(EXISTENCE);
        let exists = listed
            .buckets
            .iter()
            .any(|bucket| bucket.name == lease.name);
        match (exists, lease.state) {
            (true, State::Present) => {}
            (true, _) => {
                *lease = Lease {
                    soil: lease.soil.clone(),
                    state: State::Present,
                    since: Some(Instant::now()),
                    ..Lease::absent(&lease.name)
                }
            }
            (false, _) => *lease = Lease::absent(&lease.name),
        }
    }
    Ok(())
}

/// Makes a bucket; waits if the service finds that it goes too fast.
pub(crate) async fn create(
    client: &Client,
    lease: &mut Lease,
    patience: Duration,
) -> Result<(), Problem> {
    for attempt in 0.. {
        let made = client.bucket(&lease.name).put_bucket().send().await;
        let Err(error) = made else {
            *lease = Lease {
                state: State::Present,
                since: Some(Instant::now()),
                ..Lease::absent(&lease.name)
            };
            return Ok(());
        };
        match error.code().map(|code| code.as_str().to_owned()).as_deref() {
            Some("max_requests_exceeded") if attempt < ATTEMPTS => pause(patience).await,
            Some("too_many_buckets") => {
                let message = "the account allows no further bucket";
                return Err(Problem::Skip(message.to_owned()));
            }
            Some("bucket_already_exists") if attempt == 0 => {
                let message = format!(
                    "a bucket called {} exists and is not one of the account's: choose another prefix",
                    lease.name
                );
                return Err(Problem::Fail(message));
            }
            _ => return Err(fail("making a bucket", &error)),
        }
    }
    Ok(())
}

/// Waits until every bucket is old enough to be deleted.
pub(crate) async fn wait(leases: &[Lease], age: Duration) {
    let newest = leases.iter().filter_map(|lease| lease.since).max();
    if let Some(since) = newest {
        tokio::time::sleep(age.saturating_sub(since.elapsed())).await;
    }
}

/// Deletes a clean bucket as soon as it is old enough.
pub(crate) async fn delete(
    client: &Client,
    lease: &mut Lease,
    age: Duration,
) -> Result<(), Problem> {
    wait(std::slice::from_ref(lease), age).await;
    for attempt in 0.. {
        let deleted = client.bucket(&lease.name).delete_bucket().send().await;
        match deleted {
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::NotFound => break,
            Err(error) => match error.code().map(|code| code.as_str().to_owned()).as_deref() {
                Some("lease_not_ready" | "max_requests_exceeded") if attempt < ATTEMPTS => {
                    pause(age).await;
                }
                _ => return Err(fail("deleting a bucket", &error)),
            },
        }
    }
    *lease = Lease::absent(&lease.name);
    Ok(())
}

/// A sixth of the time that a bucket has to live, so that it is over after a few of them.
async fn pause(age: Duration) {
    tokio::time::sleep(age / 6).await;
}

/// Removes what checks have put into a bucket.
pub(crate) async fn clean(client: &Client, lease: &mut Lease) -> Result<(), Problem> {
    let bucket = client.bucket(&lease.name);
    // Others first: a policy could forbid the rest, a notification would be sent for it.
    let soil = std::mem::take(&mut lease.soil);
    if soil.contains("versioning") {
        let status = bucket.get_bucket_versioning().send().await;
        let status = status.map_err(|e| fail("reading the versioning", &e))?;
        let status = status.status.map(|status| status.as_str().to_owned());
        lease.versioned = !matches!(status.as_deref(), None | Some("" | "DISABLED"));
    }
    for setting in DELETABLE.into_iter().filter(|name| soil.contains(*name)) {
        let deleted = match setting {
            "cors" => bucket.delete_bucket_cors().send().await.map(drop),
            "lifecycle" => bucket.delete_bucket_lifecycle().send().await.map(drop),
            "logging" => bucket.delete_bucket_logging().send().await.map(drop),
            "mirror" => bucket
                .delete_bucket_external_mirror()
                .send()
                .await
                .map(drop),
            "notification" => bucket.delete_bucket_notification().send().await.map(drop),
            "policy" => bucket.delete_bucket_policy().send().await.map(drop),
            _ => bucket.delete_bucket_replication().send().await.map(drop),
        };
        tolerate(deleted, setting)?;
    }
    if soil.contains("cname") {
        clean_names(client, &lease.name).await?;
    }
    if soil.contains("acl") {
        let none: [qingstor::types::AclEntry; 0] = [];
        let cleared = bucket.put_bucket_acl(none).send().await;
        tolerate(cleared.map(drop), "acl")?;
    }
    if soil.contains(OBJECTS) {
        clean_uploads(client, &lease.name).await?;
        if lease.versioned {
            clean_versions(client, &lease.name).await?;
        } else {
            clean_objects(client, &lease.name).await?;
        }
    }
    Ok(())
}

async fn clean_objects(client: &Client, name: &str) -> Result<(), Problem> {
    let bucket = client.bucket(name);
    loop {
        let page = bucket.list_objects().send().await;
        let page = page.map_err(|e| fail("listing objects", &e))?;
        if page.keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<ObjectToDelete> = page
            .keys
            .iter()
            .map(|k| ObjectToDelete::new(&k.key))
            .collect();
        let deleted = bucket
            .delete_multiple_objects(keys)
            .quiet(true)
            .send()
            .await;
        let deleted = deleted.map_err(|e| fail("deleting objects", &e))?;
        if let Some(first) = deleted.errors.first() {
            let message = format!("an object cannot be deleted: {first:?}");
            return Err(Problem::Fail(message));
        }
    }
}

async fn clean_versions(client: &Client, name: &str) -> Result<(), Problem> {
    let bucket = client.bucket(name);
    loop {
        let page = bucket.list_object_versions().send().await;
        let page = page.map_err(|e| fail("listing versions", &e))?;
        if page.keys.is_empty() {
            return Ok(());
        }
        for version in page.keys {
            let request = bucket.delete_object(version.key);
            let request = request.version_id(version.version_id.unwrap_or_default());
            request
                .send()
                .await
                .map_err(|e| fail("deleting a version", &e))?;
        }
    }
}

async fn clean_uploads(client: &Client, name: &str) -> Result<(), Problem> {
    let bucket = client.bucket(name);
    let mut uploads = bucket.list_multipart_uploads().items();
    loop {
        match uploads.try_next().await {
            Ok(Some(upload)) => {
                let aborted = bucket.abort_multipart_upload(upload.key, upload.upload_id);
                let aborted = aborted.send().await;
                aborted.map_err(|e| fail("aborting an upload", &e))?;
            }
            Ok(None) => return Ok(()),
            Err(error) => return tolerate(Err(error), "uploads"),
        }
    }
}

async fn clean_names(client: &Client, name: &str) -> Result<(), Problem> {
    let bucket = client.bucket(name);
    for kind in ["normal", "website"] {
        let bound = bucket.get_bucket_cname().cname_type(kind).send().await;
        let bound = bound.map_err(|e| fail("reading the domains", &e))?;
        for record in bound.cname_records {
            let deleted = bucket.delete_bucket_cname(record.domain).send().await;
            tolerate(deleted.map(drop), "cname")?;
        }
    }
    Ok(())
}

/// What is not there needs no cleaning; neither does what the endpoint does not know at all.
fn tolerate(outcome: Result<(), Error>, what: &str) -> Result<(), Problem> {
    match outcome {
        Err(error) if error.status() == Some(501) || error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(fail(what, &error)),
        Ok(()) => Ok(()),
    }
}

fn fail(what: &str, error: &Error) -> Problem {
    Problem::Fail(format!("cleaning up before the check, {what}: {error}"))
}
