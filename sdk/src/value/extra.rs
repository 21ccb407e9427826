//! Members of a JSON object that this crate does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;

/// Members of a JSON object that this version of the crate does not know. They are kept on types that
/// are read, changed and written back, so that no setting is lost.
///
/// ```
/// use qingstor::types::Extra;
///
/// let mut extra = Extra::default();
/// extra.insert("colour", r#""blue""#)?;
/// assert_eq!(extra.get("colour").as_deref(), Some(r#""blue""#));
/// assert_eq!(extra.names().collect::<Vec<_>>(), ["colour"]);
/// # Ok::<(), qingstor::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(BTreeMap<String, Value>);

impl Extra {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The JSON text of one.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(Value::to_string)
    }

    /// Sets one from its JSON text.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if the text is not JSON.
    pub fn insert(&mut self, name: impl Into<String>, json_text: &str) -> Result<(), Error> {
        let name = name.into();
        let value = serde_json::from_str(json_text).map_err(|error| {
            Error::invalid(format!("the value of {name:?} is not JSON: {error}"))
        })?;
        self.0.insert(name, value);
        Ok(())
    }

    pub(crate) fn from_members(members: Map<String, Value>) -> Extra {
        Extra(members.into_iter().collect())
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Rule {
        id: String,
        #[serde(flatten)]
        extra: Extra,
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let text = r#"{"id":"a","deep":{"list":[1,null]},"new":18446744073709551615}"#;
        let rule: Rule = serde_json::from_str(text).unwrap();
        assert_eq!(rule.extra.get("deep").unwrap(), r#"{"list":[1,null]}"#);
        assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    }

    #[test]
    fn text_that_is_not_json_is_refused() {
        let mut extra = Extra::default();
        assert!(extra.insert("a", "{").is_err());
        assert!(extra.is_empty());
    }
}
