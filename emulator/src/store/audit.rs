//! Whether a data folder agrees with itself. It reads the tables by their names and the records as plain JSON, so that it
//! shares nothing with the code that it judges, and is also a part of the test that kills the program.

use std::collections::BTreeMap;

use redb::{ReadableDatabase, ReadableTable as _, TableDefinition, TableError};
use serde_json::Value;

type Row<K> = TableDefinition<'static, K, &'static [u8]>;

const CURRENT: Row<(u64, &str)> = TableDefinition::new("current");
const HISTORY: Row<(u64, &str, u64)> = TableDefinition::new("history");
const UPLOADS: Row<(u64, &str, &str)> = TableDefinition::new("uploads");
const PARTS: Row<(&str, u32)> = TableDefinition::new("parts");
const SEGMENTS: Row<(u64, u64)> = TableDefinition::new("segments");
const USAGE: Row<u64> = TableDefinition::new("usage");
const BUCKETS: Row<&str> = TableDefinition::new("buckets");
const SMALL: Row<u64> = TableDefinition::new("small");
const BLOBS: TableDefinition<'static, u64, u32> = TableDefinition::new("blobs");
const GARBAGE: TableDefinition<'static, u64, ()> = TableDefinition::new("garbage");

/// What the records say.
#[derive(Default)]
struct Recount {
    /// For each file: how many segments name it, and its length.
    blobs: BTreeMap<u64, (u32, u64)>,
    /// For each short segment: how many name it, and its length.
    small: BTreeMap<u64, (u32, u64)>,
    /// For each version with rows of its own: its segments by their first bytes. Taken out when its version is found.
    rows: BTreeMap<u64, BTreeMap<u64, Value>>,
    /// By bucket and class: versions, bytes, bytes that are billed.
    usage: BTreeMap<(u64, String), [u64; 3]>,
    mistakes: Vec<String>,
}

/// Everything that is wrong. `files` are the blobs that are there, with their lengths.
pub(crate) fn audit(
    database: &impl ReadableDatabase,
    files: &BTreeMap<u64, u64>,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let reading = database.begin_read()?;
    let mut count = Recount::default();
    for ((sequence, begin), segment) in all(reading.open_table(SEGMENTS))? {
        let rows = count.rows.entry(sequence).or_default();
        rows.insert(begin, segment);
    }

    let buckets: BTreeMap<u64, String> = all(reading.open_table(BUCKETS))?
        .into_iter()
        .map(|(name, record)| (record["id"].as_u64().unwrap_or(0), name))
        .collect();
    let mut newest = BTreeMap::new();
    for ((bucket, key), version) in all(reading.open_table(CURRENT))? {
        count.version(bucket, &key, &version);
        if version["delete_marker"] == true {
            count
                .mistakes
                .push(format!("{key}: a delete marker is current"));
        }
        newest.insert((bucket, key), version["sequence"].as_u64());
    }
    for ((bucket, key, age), version) in all(reading.open_table(HISTORY))? {
        count.version(bucket, &key, &version);
        let sequence = version["sequence"].as_u64();
        if sequence != Some(u64::MAX - age) {
            count
                .mistakes
                .push(format!("{key}: {sequence:?} has the age {age}"));
        }
        match newest.get(&(bucket, key.clone())) {
            Some(newest) if *newest <= sequence => {
                count.mistakes.push(format!("{key}: the history is newer"));
            }
            Some(_) => {}
            None if version["delete_marker"] == true => {
                newest.insert((bucket, key), sequence);
            }
            None => count
                .mistakes
                .push(format!("{key}: the newest version is history")),
        }
    }
    let mut uploads = BTreeMap::new();
    for ((bucket, _, id), upload) in all(reading.open_table(UPLOADS))? {
        let class = upload["description"]["storage_class"]
            .as_str()
            .unwrap_or("?");
        uploads.insert(id, (bucket, class.to_owned()));
    }
    for ((id, number), part) in all(reading.open_table(PARTS))? {
        let size = count.segments(&format!("part {number} of {id}"), &part);
        match uploads.get(&id) {
            Some((bucket, class)) => count.charge(*bucket, class, [0, size, size]),
            None => count
                .mistakes
                .push(format!("part {number} has no upload {id}")),
        }
    }

    for (sequence, rows) in std::mem::take(&mut count.rows) {
        let rows = rows.len();
        let mistake = format!("{rows} segments are of no version: {sequence}");
        count.mistakes.push(mistake);
    }
    for (bucket, _) in count.usage.keys() {
        if !buckets.contains_key(bucket) {
            count.mistakes.push(format!("there is no bucket {bucket}"));
        }
    }
    let mut stated = BTreeMap::new();
    for (bucket, usage) in all(reading.open_table(USAGE))? {
        for (class, share) in usage["classes"].as_object().into_iter().flatten() {
            let figures =
                ["count", "bytes", "billed"].map(|name| share[name].as_u64().unwrap_or(0));
            stated.insert((bucket, class.clone()), figures);
        }
    }
    count.usage.retain(|_, figures| *figures != [0, 0, 0]);
    if stated != count.usage {
        let counted = &count.usage;
        count.mistakes.push(format!(
            "usage: {stated:?} is stated, {counted:?} is counted"
        ));
    }

    let mut small = BTreeMap::new();
    match reading.open_table(SMALL) {
        Ok(table) => {
            for row in table.iter()? {
                let (id, bytes) = row?;
                small.insert(id.value(), (1, bytes.value().len() as u64));
            }
        }
        Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(error.into()),
    }
    count.compare("short segments", &small, &count.small.clone());
    let mut blobs = BTreeMap::new();
    match reading.open_table(BLOBS) {
        Ok(table) => {
            for row in table.iter()? {
                let (id, users) = row?;
                let length = files.get(&id.value()).copied();
                blobs.insert(id.value(), (users.value(), length.unwrap_or(u64::MAX)));
            }
        }
        Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(error.into()),
    }
    count.compare("files", &blobs, &count.blobs.clone());
    for id in files.keys().filter(|id| !blobs.contains_key(id)) {
        count
            .mistakes
            .push(format!("nothing names the file {id:016x}"));
    }
    if let Ok(table) = reading.open_table(GARBAGE) {
        for row in table.iter()? {
            let id = row?.0.value();
            if blobs.contains_key(&id) {
                count
                    .mistakes
                    .push(format!("the file {id:016x} is in use and garbage"));
            }
        }
    }
    Ok(count.mistakes)
}

impl Recount {
    fn version(&mut self, bucket: u64, key: &str, version: &Value) {
        let size = if version["spread"] == true {
            self.rows(key, version)
        } else {
            self.segments(key, version)
        };
        if version["delete_marker"] == true {
            return;
        }
        let class = version["description"]["storage_class"]
            .as_str()
            .unwrap_or("?");
        let billed = if class == "STANDARD_IA" {
            size.max(65_536)
        } else {
            size
        };
        self.charge(bucket, class, [1, size, billed]);
    }

    fn charge(&mut self, bucket: u64, class: &str, figures: [u64; 3]) {
        let sum = self.usage.entry((bucket, class.to_owned())).or_default();
        for (sum, figure) in sum.iter_mut().zip(figures) {
            *sum += figure;
        }
    }

    /// Counts the rows that a version names, which join without gaps, and returns their length.
    fn rows(&mut self, name: &str, version: &Value) -> u64 {
        let sequence = version["sequence"].as_u64().unwrap_or(0);
        let rows = self.rows.remove(&sequence).unwrap_or_default();
        if version["segments"] != Value::Null || rows.len() < 2 {
            let rows = rows.len();
            self.mistakes
                .push(format!("{name}: {rows} rows of segments, or others too"));
        }
        let mut total = 0;
        for (begin, segment) in &rows {
            if *begin != total {
                self.mistakes
                    .push(format!("{name}: a segment at {begin}, not at {total}"));
            }
            total += self.segment(name, segment);
        }
        self.agree(name, version, total)
    }

    /// Counts what a record names, and returns its length.
    fn segments(&mut self, name: &str, record: &Value) -> u64 {
        let segments = record["segments"].as_array().into_iter().flatten();
        let total = segments.map(|segment| self.segment(name, segment)).sum();
        self.agree(name, record, total)
    }

    fn agree(&mut self, name: &str, record: &Value, total: u64) -> u64 {
        if record["size"].as_u64() != Some(total) {
            self.mistakes
                .push(format!("{name}: the segments have {total} bytes"));
        }
        total
    }

    /// Counts a segment, and returns its length.
    fn segment(&mut self, name: &str, segment: &Value) -> u64 {
        let length = segment["length"].as_u64().unwrap_or(0);
        let place = &segment["place"];
        let (count, id) = match (place["small"].as_u64(), place["blob"].as_u64()) {
            (Some(id), None) => (&mut self.small, id),
            (None, Some(id)) => (&mut self.blobs, id),
            _ => {
                self.mistakes.push(format!("{name}: a segment is nowhere"));
                return length;
            }
        };
        let (users, known) = count.entry(id).or_insert((0, length));
        *users += 1;
        if *known != length {
            self.mistakes
                .push(format!("{name}: {id:016x} has two lengths"));
        }
        length
    }

    fn compare(
        &mut self,
        what: &str,
        stored: &BTreeMap<u64, (u32, u64)>,
        named: &BTreeMap<u64, (u32, u64)>,
    ) {
        for (id, pair) in stored {
            if named.get(id) != Some(pair) {
                let named = named.get(id);
                let mistake = format!("{what}: {id:016x} is {pair:?}, records have {named:?}");
                self.mistakes.push(mistake);
            }
        }
        for id in named.keys().filter(|id| !stored.contains_key(id)) {
            self.mistakes.push(format!("{what}: {id:016x} is missing"));
        }
    }
}

type Records<T> = Vec<(T, Value)>;

/// All rows of a table; none, if there is no such table.
fn all<K: Owned>(
    table: Result<redb::ReadOnlyTable<K, &'static [u8]>, TableError>,
) -> Result<Records<K::Owned>, Box<dyn std::error::Error>> {
    let table = match table {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut rows = Vec::new();
    for row in table.iter()? {
        let (key, value) = row?;
        rows.push((
            K::owned(key.value()),
            serde_json::from_slice(value.value())?,
        ));
    }
    Ok(rows)
}

/// Keys that can be kept.
trait Owned: redb::Key + 'static {
    type Owned;
    fn owned(key: Self::SelfType<'_>) -> Self::Owned;
}

impl Owned for &'static str {
    type Owned = String;
    fn owned(key: &str) -> String {
        key.to_owned()
    }
}

impl Owned for u64 {
    type Owned = u64;
    fn owned(key: u64) -> u64 {
        key
    }
}

impl Owned for (u64, u64) {
    type Owned = (u64, u64);
    fn owned(key: (u64, u64)) -> (u64, u64) {
        key
    }
}

impl Owned for (u64, &'static str) {
    type Owned = (u64, String);
    fn owned((id, key): (u64, &str)) -> (u64, String) {
        (id, key.to_owned())
    }
}

impl Owned for (&'static str, u32) {
    type Owned = (String, u32);
    fn owned((id, number): (&str, u32)) -> (String, u32) {
        (id.to_owned(), number)
    }
}

impl Owned for (u64, &'static str, u64) {
    type Owned = (u64, String, u64);
    fn owned((id, key, age): (u64, &str, u64)) -> (u64, String, u64) {
        (id, key.to_owned(), age)
    }
}

impl Owned for (u64, &'static str, &'static str) {
    type Owned = (u64, String, String);
    fn owned((id, key, upload): (u64, &str, &str)) -> (u64, String, String) {
        (id, key.to_owned(), upload.to_owned())
    }
}
