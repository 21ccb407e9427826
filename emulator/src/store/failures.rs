//! What the store does when the power or the disk fails.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use fastrand::Rng;
use tokio::runtime::Runtime;

use super::audit::audit;
use super::forgetful::Forgetful;
use super::records::Segment;
use super::*;
use crate::error::ApiError;

/// What must be stored: for each key, its versions from the newest to the oldest, nothing for a delete marker.
type Model = BTreeMap<String, Vec<Option<Vec<u8>>>>;

#[derive(Clone, Debug)]
enum Op {
    Put(String, Vec<u8>),
    /// An object of so many parts.
    Join(String, Vec<Vec<u8>>),
    Append(String, Vec<u8>),
    Copy(String, String),
    Delete(String),
    /// The newest version for good.
    DeleteVersion(String),
}

pub(super) struct Site {
    disk: Forgetful,
    pub(super) store: Store,
}

impl Site {
    fn open(disk: Forgetful) -> Result<Site, StoreError> {
        let held = folder::hold(None).expect("a folder for the lock");
        let store = Store::on(Arc::new(disk.clone()), held)?;
        Ok(Site { disk, store })
    }

    pub(super) async fn with_buckets() -> Site {
        let site = Site::open(Forgetful::default()).expect("a store");
        for (name, versioning) in [
            ("plain", Versioning::Disabled),
            ("kept", Versioning::Enabled),
        ] {
            let bucket = Bucket {
                id: 0,
                name: name.to_owned(),
                zone: "pek3a".to_owned(),
                owner: "usr-ann".to_owned(),
                created: UNIX_EPOCH,
                versioning,
            };
            let made = site
                .store
                .change(|change| change.create_bucket(bucket))
                .await;
            made.expect("a bucket");
        }
        site
    }

    pub(super) fn bucket(&self, name: &str) -> Bucket {
        let snapshot = self.store.snapshot().expect("a snapshot");
        snapshot.bucket(name).expect("readable").expect("there")
    }

    /// `bucket/key`, taken apart.
    fn place(&self, path: &str) -> (Bucket, String) {
        let (bucket, key) = path.split_once('/').expect("a slash");
        (self.bucket(bucket), key.to_owned())
    }

    pub(super) async fn written(&self, bytes: &[u8]) -> Result<Written, StoreError> {
        let mut writer = self.store.writer(None)?;
        for piece in bytes.chunks(70_000) {
            writer.write(Bytes::copy_from_slice(piece)).await?;
        }
        writer.finish().await
    }

    /// Stores an object of so many parts.
    pub(super) async fn join(&self, path: &str, parts: &[Vec<u8>]) -> Result<(), StoreError> {
        let (bucket, key) = self.place(path);
        let mut written = Vec::new();
        for part in parts {
            written.push(self.written(part).await?);
        }
        let join = move |change: &mut Change<'_>| {
            let mut segments = Vec::new();
            for part in written {
                segments.extend(change.adopt(part)?);
            }
            change.put(&bucket, &key, draft(segments)).map(drop)
        };
        self.store.change(join).await
    }

    pub(super) async fn append(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let (bucket, key) = self.place(path);
        let written = self.written(bytes).await?;
        let append = move |change: &mut Change<'_>| {
            let old = change.object(&bucket, &key)?.expect("it is there");
            let mut new = old.clone();
            change.extend(&mut new, written)?;
            change.replace(&bucket, &key, &old, &new)
        };
        self.store.change(append).await
    }

    /// All of a version.
    pub(super) async fn content(&self, snapshot: &Arc<Snapshot>, version: &Version) -> Vec<u8> {
        self.range(snapshot, version, 0, version.size).await
    }

    pub(super) async fn range(
        &self,
        snapshot: &Arc<Snapshot>,
        version: &Version,
        first: u64,
        length: u64,
    ) -> Vec<u8> {
        let payload = self.store.read(snapshot, version, first, length, None);
        let mut payload = payload.expect("readable");
        let mut bytes = Vec::new();
        while let Some(chunk) = payload.chunk().await.expect("readable") {
            bytes.extend_from_slice(&chunk);
        }
        bytes
    }

    async fn perform(&self, op: &Op) -> Result<(), StoreError> {
        match op {
            Op::Put(path, bytes) => self.join(path, std::slice::from_ref(bytes)).await,
            Op::Join(path, parts) => self.join(path, parts).await,
            Op::Append(path, bytes) => self.append(path, bytes).await,
            Op::Copy(from, to) => {
                let ((from, old), (to, new)) = (self.place(from), self.place(to));
                let copy = move |change: &mut Change<'_>| {
                    let version = change.object(&from, &old)?.expect("it is there");
                    let segments = change.share(&version)?;
                    change.put(&to, &new, draft(segments)).map(drop)
                };
                self.store.change(copy).await
            }
            Op::Delete(path) => {
                let (bucket, key) = self.place(path);
                let delete = move |change: &mut Change<'_>| {
                    change.delete(&bucket, &key, UNIX_EPOCH).map(drop)
                };
                self.store.change(delete).await
            }
            Op::DeleteVersion(path) => {
                let (bucket, key) = self.place(path);
                let newest = {
                    let snapshot = self.store.snapshot()?;
                    let from = std::ops::Bound::Included(key.as_str());
                    let first = snapshot.versions(&bucket, from)?.next();
                    first.expect("a version")?.1.version.id()
                };
                let delete = move |change: &mut Change<'_>| {
                    change.delete_version(&bucket, &key, &newest).map(drop)
                };
                self.store.change(delete).await
            }
        }
    }

    async fn look(&self) -> Model {
        let mut model = Model::new();
        let snapshot = self.store.snapshot().expect("a snapshot");
        for name in ["plain", "kept"] {
            let bucket = self.bucket(name);
            let versions = snapshot.versions(&bucket, std::ops::Bound::Unbounded);
            for listed in versions.expect("readable") {
                let (key, listed) = listed.expect("readable");
                let version = listed.version;
                let bytes = match version.delete_marker {
                    true => None,
                    false => Some(self.content(&snapshot, &version).await),
                };
                model
                    .entry(format!("{name}/{key}"))
                    .or_default()
                    .push(bytes);
            }
        }
        model
    }

    /// Closes the store and compares its tables with its files.
    pub(super) fn check(self) -> Forgetful {
        let Site { disk, store } = self;
        drop(store);
        let (files, incoming) = disk.blobs();
        assert_eq!(incoming, 0, "files are left");
        let database = recovery::reopen(&disk).expect("a database");
        let mistakes = audit(&database, &files).expect("readable tables");
        assert_eq!(mistakes, [""; 0]);
        drop(database);
        disk
    }
}

pub(super) fn draft(segments: Vec<Segment>) -> Draft {
    Draft {
        etag: String::new(),
        created: UNIX_EPOCH,
        modified: UNIX_EPOCH,
        description: Description {
            content_type: "text/plain".to_owned(),
            storage_class: "STANDARD".to_owned(),
            ..Description::default()
        },
        key_print: None,
        appendable: false,
        upload: None,
        segments,
    }
}

fn random_op(random: &mut Rng, model: &Model) -> Op {
    let path = |random: &mut Rng| {
        let bucket = if random.bool() { "plain" } else { "kept" };
        format!("{bucket}/k{}", random.u8(..4))
    };
    let readable = |(_, versions): &(&String, &Vec<Option<Vec<u8>>>)| versions[0].is_some();
    let bytes = |random: &mut Rng| {
        let sizes = [0, 10, 16_384, 16_385, 100_000, 300_000];
        let mut bytes = vec![0; *random.choice(sizes.iter()).expect("one")];
        random.fill(&mut bytes);
        bytes
    };
    match random.u8(..10) {
        0 | 1 => Op::Delete(path(random)),
        2 if !model.is_empty() => {
            Op::DeleteVersion(random.choice(model.keys()).expect("a key").clone())
        }
        3 if model.iter().any(|entry| readable(&entry)) => {
            let sources: Vec<_> = model.iter().filter(readable).collect();
            let from = random.choice(sources).expect("a source").0.clone();
            Op::Copy(from, path(random))
        }
        4 if model.iter().any(|entry| readable(&entry)) => {
            let objects: Vec<_> = model.iter().filter(readable).collect();
            let path = random.choice(objects).expect("an object").0.clone();
            Op::Append(path, bytes(random))
        }
        5 => {
            let parts = (0..random.u8(2..6)).map(|_| bytes(random)).collect();
            Op::Join(path(random), parts)
        }
        _ => Op::Put(path(random), bytes(random)),
    }
}

fn after(model: &Model, op: &Op) -> Model {
    let mut model = model.clone();
    let newest = |model: &Model, path: &str| model[path][0].clone();
    let write = |model: &mut Model, path: &String, bytes| {
        let versions = model.entry(path.clone()).or_default();
        if path.starts_with("plain/") {
            versions.clear();
        }
        versions.insert(0, bytes);
    };
    match op {
        Op::Put(path, bytes) => write(&mut model, path, Some(bytes.clone())),
        Op::Join(path, parts) => write(&mut model, path, Some(parts.concat())),
        Op::Append(path, bytes) => {
            let newest = model
                .get_mut(path)
                .and_then(|versions| versions[0].as_mut());
            newest.expect("it is there").extend_from_slice(bytes);
        }
        Op::Copy(from, to) => {
            let bytes = newest(&model, from);
            write(&mut model, to, bytes);
        }
        Op::Delete(path) if path.starts_with("plain/") => drop(model.remove(path)),
        Op::Delete(path) => write(&mut model, path, None),
        Op::DeleteVersion(path) => {
            let versions = model.get_mut(path).expect("it is there");
            versions.remove(0);
            if versions.is_empty() {
                model.remove(path);
            }
        }
    }
    model
}

/// The power fails again and again, each time between any two things that the store does with its disk, and the disk
/// forgets any part of what was not synced.
#[test]
fn what_was_answered_survives_a_loss_of_power() {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut random = Rng::with_seed(3);
        let mut site = Site::with_buckets().await;
        let mut model = Model::new();
        let (mut answered, mut whole) = (0, 0);
        for round in 0..100 {
            site.disk.fail_after(random.u64(..250));
            let mut doubt = None;
            while !site.disk.is_off() {
                let op = random_op(&mut random, &model);
                if site.perform(&op).await.is_err() {
                    doubt = Some(op);
                    break;
                }
                model = after(&model, &op);
                answered += 1;
            }
            let disk = site.disk.clone();
            drop(site);
            // Sometimes it fails again while things are put in order.
            let mut disk = disk.after_the_failure(&mut random);
            while random.u8(..3) == 0 {
                disk.fail_after(random.u64(..30));
                drop(Site::open(disk.clone()));
                disk = disk.after_the_failure(&mut random);
            }
            site = Site::open(disk).expect("a store");
            let seen = site.look().await;
            if let Some(op) = doubt {
                let after = after(&model, &op);
                if seen == after {
                    model = after;
                    whole += 1;
                }
            }
            assert!(seen == model, "round {round}");
            let disk = site.check();
            site = Site::open(disk).expect("a store");
        }
        assert!(
            answered > 100 && whole > 0,
            "{answered} answered, {whole} in doubt but there"
        );
    });
}

/// A disk that is full for a time: what cannot be written is refused, and leaves nothing behind.
#[test]
fn a_full_disk_stores_nothing_and_the_store_goes_on() {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut random = Rng::with_seed(7);
        let mut site = Site::with_buckets().await;
        let mut model = Model::new();
        for round in 0..40 {
            site.disk.set_full(round % 2 == 1);
            for _ in 0..5 {
                let op = random_op(&mut random, &model);
                match site.perform(&op).await {
                    Ok(()) => model = after(&model, &op),
                    Err(error) => {
                        let error = ApiError::from(error);
                        assert_eq!((error.code, error.status()), ("internal_error", 500));
                        assert!(round % 2 == 1, "{op:?}: {}", error.message);
                    }
                }
                // What is there can still be read.
                assert!(site.look().await == model, "round {round}: {op:?}");
            }
            site.disk.set_full(false);
            let op = Op::Put("plain/space".to_owned(), vec![7; 20_000]);
            site.perform(&op).await.expect("there is space again");
            model = after(&model, &op);
            assert!(site.look().await == model, "round {round}");
            let disk = site.check();
            site = Site::open(disk).expect("a store");
        }
    });
}
