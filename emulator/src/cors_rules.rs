//! A bucket's CORS configuration, read from its JSON and asked about origins.

use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::error::ApiError;

/// A whole configuration.
#[derive(Debug)]
pub(crate) struct Cors {
    pub(crate) rules: Vec<Rule>,
    /// Whether answers carry `Vary: Origin`.
    pub(crate) vary: bool,
}

/// One rule. Origins and header names may contain `*`.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) allowed_origin: String,
    pub(crate) allowed_methods: Vec<String>,
    pub(crate) allowed_headers: Vec<String>,
    pub(crate) expose_headers: Vec<String>,
    pub(crate) max_age_seconds: Option<u64>,
}

const METHODS: &[&str] = &["*", "DELETE", "GET", "HEAD", "POST", "PUT"];

impl Cors {
    /// Reads and checks a configuration; errors name the member at fault.
    pub(crate) fn read(members: &Map<String, Value>) -> Result<Cors, ApiError> {
        let Some(Value::Array(rules)) = members.get("cors_rules") else {
            return Err(ApiError::argument("cors_rules", "must be a list"));
        };
        let rules = rules
            .iter()
            .enumerate()
            .map(|(at, rule)| Rule::read(&format!("cors_rules[{at}]"), rule))
            .collect::<Result<_, _>>()?;
        Ok(Cors {
            rules,
            vary: vary(members)?,
        })
    }
}

/// The documentation describes `enabled` and `disabled`, and shows `enable`.
fn vary(members: &Map<String, Value>) -> Result<bool, ApiError> {
    let text = match members.get("resp_vary") {
        None | Some(Value::Null) => return Ok(false),
        Some(value) => value.as_str().unwrap_or(""),
    };
    match text.to_ascii_lowercase().as_str() {
        "enabled" | "enable" => Ok(true),
        "disabled" | "disable" => Ok(false),
        _ => Err(ApiError::argument(
            "resp_vary",
            "must be enabled or disabled",
        )),
    }
}

impl Rule {
    fn read(path: &str, value: &Value) -> Result<Rule, ApiError> {
        let Value::Object(members) = value else {
            return Err(ApiError::argument(path, "must be an object"));
        };
        let origin_path = format!("{path}.allowed_origin");
        let allowed_origin = member(members, "allowed_origin")
            .and_then(Value::as_str)
            .filter(|origin| !origin.is_empty())
            .ok_or_else(|| ApiError::argument(&origin_path, "must be a string, not empty"))?;
        let allowed_methods = strings(path, members, "allowed_methods")?;
        let methods_path = format!("{path}.allowed_methods");
        if allowed_methods.is_empty() {
            return Err(ApiError::argument(&methods_path, "must name a method"));
        }
        for method in &allowed_methods {
            if !METHODS.contains(&method.as_str()) {
                return Err(ApiError::argument(
                    &methods_path,
                    format!("`{method}` is not GET, PUT, POST, DELETE, HEAD or *"),
                ));
            }
        }
        let max_age_seconds = match member(members, "max_age_seconds") {
            None => None,
            Some(value) => Some(value.as_u64().ok_or_else(|| {
                ApiError::argument(
                    &format!("{path}.max_age_seconds"),
                    "must be a whole number from 0 on",
                )
            })?),
        };
        let rule = Rule {
            allowed_origin: allowed_origin.to_owned(),
            allowed_methods,
            allowed_headers: strings(path, members, "allowed_headers")?,
            expose_headers: strings(path, members, "expose_headers")?,
            max_age_seconds,
        };
        rule.check_names(path)?;
        Ok(rule)
    }

    /// What the rule says must fit into headers of an answer.
    fn check_names(&self, path: &str) -> Result<(), ApiError> {
        if HeaderValue::from_str(&self.allowed_origin).is_err() {
            let path = format!("{path}.allowed_origin");
            return Err(ApiError::argument(&path, "must be printable ASCII"));
        }
        for (list, names) in [
            ("allowed_headers", &self.allowed_headers),
            ("expose_headers", &self.expose_headers),
        ] {
            for name in names {
                if HeaderName::from_bytes(name.as_bytes()).is_err() {
                    return Err(ApiError::argument(
                        &format!("{path}.{list}"),
                        format!("`{name}` is no header name"),
                    ));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn allows(&self, origin: &str, method: &str) -> bool {
        wildcard(&self.allowed_origin, origin)
            && self
                .allowed_methods
                .iter()
                .any(|allowed| allowed == "*" || allowed == method)
    }

    pub(crate) fn covers(&self, header: &str) -> bool {
        let header = header.to_ascii_lowercase();
        self.allowed_headers
            .iter()
            .any(|allowed| wildcard(&allowed.to_ascii_lowercase(), &header))
    }
}

/// A member that is there and not `null`.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| !value.is_null())
}

fn strings(path: &str, members: &Map<String, Value>, name: &str) -> Result<Vec<String>, ApiError> {
    let wrong = || ApiError::argument(&format!("{path}.{name}"), "must be a list of strings");
    let Some(value) = member(members, name) else {
        return Ok(Vec::new());
    };
    value
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

/// Whether a pattern, in which each `*` stands for any text, matches all of the text.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        // No star at all.
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "http://a", true),
            ("http://*.qingcloud.com", "http://www.qingcloud.com", true),
            ("http://*.qingcloud.com", "http://qingcloud.com", false),
            ("http://*.qingcloud.com", "https://www.qingcloud.com", false),
            (
                "http://*.qingcloud.com",
                "http://a.qingcloud.com.evil",
                false,
            ),
            ("http://a", "http://a", true),
            ("http://a", "http://ab", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
            ("ab*ba", "aba", false),
            ("**", "x", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }
}
