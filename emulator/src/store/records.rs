//! What is stored, as the database has it: JSON, so that a later version can add members.

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::sse::KeyPrint;

/// A bucket's own facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    /// Never used again, not even for a bucket of the same name.
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) zone: String,
    /// The id of the user who created it.
    pub(crate) owner: String,
    #[serde(with = "millis")]
    pub(crate) created: SystemTime,
    #[serde(default)]
    pub(crate) versioning: Versioning,
}

/// Whether a bucket keeps what is overwritten or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Versioning {
    /// It never did.
    #[default]
    Disabled,
    Enabled,
    /// What was kept stays, nothing is added.
    Suspended,
}

/// One version of an object, or a delete marker. Never changed, only replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Its place in the order in which all versions were made.
    pub(crate) sequence: u64,
    /// It was made while the bucket kept no versions: a later one of that kind takes its place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) unversioned: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) delete_marker: bool,
    /// In bytes.
    pub(crate) size: u64,
    /// Without quotes; empty for a delete marker.
    pub(crate) etag: String,
    #[serde(with = "millis")]
    pub(crate) created: SystemTime,
    #[serde(with = "millis")]
    pub(crate) modified: SystemTime,
    pub(crate) description: Description,
    /// The customer's encryption key can be recognised by this, not recovered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_print: Option<KeyPrint>,
    /// It was made by appending, and can be appended to.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) appendable: bool,
    /// The upload that was completed by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<String>,
    /// The only run of its bytes. Folders of format 1 have all of them here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) segments: Vec<Segment>,
    /// Its bytes are in several runs, which are rows of a table of their own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) spread: bool,
}

impl Version {
    /// The version's name on the wire.
    pub(crate) fn id(&self) -> String {
        STANDARD.encode(format!("{:018}", self.sequence))
    }

    /// The size that is billed, in bytes: no object of the class for rare access counts less than 64 KiB.
    pub(super) fn billed(&self) -> u64 {
        match self.description.storage_class.as_str() {
            "STANDARD_IA" => self.size.max(64 << 10),
            _ => self.size,
        }
    }
}

/// The place in the order of versions that a version's name stands for; `None` for what is no name.
pub(crate) fn sequence_of(id: &str) -> Option<u64> {
    let digits = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    let canonical = digits.len() >= 18 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| canonical)
}

/// What is to become a version; the store adds its place in the order.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) etag: String,
    pub(crate) created: SystemTime,
    pub(crate) modified: SystemTime,
    pub(crate) description: Description,
    pub(crate) key_print: Option<KeyPrint>,
    pub(crate) appendable: bool,
    /// The upload that is completed by it.
    pub(crate) upload: Option<String>,
    /// The bytes: adopted, shared or taken in the same change.
    pub(crate) segments: Vec<Segment>,
}

/// The headers that are kept with an object and given back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) content_type: String,
    /// Other standard headers, by name in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    /// User metadata: names without prefix, lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) storage_class: String,
}

/// A run of an object's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) place: Place,
    /// In bytes.
    pub(crate) length: u64,
    /// The start of the cipher's counter, where the bytes are encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<[u8; 16]>,
}

/// Where a segment's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// In the database.
    Small(u64),
    /// In a file of its own, which several segments may name.
    Blob(u64),
}

/// A multipart upload that is neither completed nor aborted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Upload {
    #[serde(with = "millis")]
    pub(crate) created: SystemTime,
    /// The id of the user who began it; empty for an anonymous one.
    pub(crate) initiator: String,
    pub(crate) description: Description,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_print: Option<KeyPrint>,
}

/// A part of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// In bytes.
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    #[serde(with = "millis")]
    pub(crate) created: SystemTime,
    pub(crate) segments: Vec<Segment>,
}

/// How much a bucket holds: all versions of all objects, and the parts of open uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Usage {
    /// By storage class.
    pub(crate) classes: BTreeMap<String, ClassUsage>,
}

/// The share of one storage class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClassUsage {
    /// Versions that are no delete markers; parts do not count.
    pub(crate) count: u64,
    /// In bytes, those of parts included.
    pub(crate) bytes: u64,
    /// The same as it is billed, in bytes.
    #[serde(default)]
    pub(crate) billed: u64,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// Times as milliseconds since 1970.
mod millis {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        to.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
        let millis = u64::deserialize(from)?;
        Ok(UNIX_EPOCH + Duration::from_millis(millis.min(253_402_300_799_999)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_look_like_the_published_ones() {
        // The pair is an example of the public documentation.
        let id = "NjkxMjM0MzM1MjAxNzAwODMz";
        assert_eq!(sequence_of(id), Some(691_234_335_201_700_833));
        for other in [
            "",
            "null",
            "abc",
            "MQ==",
            "NjkxMjM0MzM1MjAxNzAwODMz=",
            "LTE=",
        ] {
            assert_eq!(sequence_of(other), None, "{other}");
        }
    }
}
