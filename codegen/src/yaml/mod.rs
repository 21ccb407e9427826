//! YAML texts as trees whose every node knows where it stands.
//!
//! `serde_yaml` decides what a text means; `saphyr-parser`'s events only say where each part of it
//! stands. On top, [`de`] lets serde's derived types read such a tree, so that every mistake that
//! serde finds is reported at the node it is about.

pub mod de;
mod parse;

use std::ops::Range;

pub use parse::parse;

/// One node of a YAML document.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes it stands on.
    pub range: Range<usize>,
    /// What it says.
    pub value: Value,
}

/// What a node says.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits with a sign.
    Int(i64),
    /// A whole number that only fits without a sign.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// A text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, in the order of the file.
    Map(Vec<Entry>),
}

/// One `key: value` of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands.
    pub key_range: Range<usize>,
    /// The key.
    pub key: String,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of a key, where this node is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            _ => None,
        }
    }
}
