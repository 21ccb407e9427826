//! The fields of an output, as a check has seen them.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// What was seen of each field.
#[derive(Debug, Default)]
pub struct Seen(BTreeMap<&'static str, Value>);

/// What was seen of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The value of the sample.
    Sample,
    /// What a missing one reads as.
    Absent,
    /// Something else.
    Other(String),
}

impl Seen {
    /// Looks at one field.
    pub fn field<T: PartialEq + Debug>(
        &mut self,
        name: &'static str,
        got: &T,
        sample: &T,
        absent: &T,
    ) {
        let value = if got == sample {
            Value::Sample
        } else if got == absent {
            Value::Absent
        } else {
            Value::Other(format!("{got:?}"))
        };
        self.0.insert(name, value);
    }

    /// Remembers the text of an open enum with a value that is no sample, or of unknown members.
    pub fn text(&mut self, name: &'static str, text: Option<&str>) {
        if let (Some(text), false) = (text, self.0.get(name) == Some(&Value::Sample)) {
            self.0.insert(name, Value::Other(text.to_owned()));
        }
    }

    /// What was seen of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The fields that were looked at.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}
