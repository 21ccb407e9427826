//! A bucket's CORS configuration, read from its JSON and asked about origins.

use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::members::Members;
use crate::error::ApiError;
use crate::wildcard;

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
    pub(crate) fn read(document: &Map<String, Value>) -> Result<Cors, ApiError> {
        let members = Members::root(document);
        let rules = members
            .required_objects("cors_rules")?
            .iter()
            .map(Rule::read)
            .collect::<Result<_, _>>()?;
        Ok(Cors {
            rules,
            vary: vary(&members)?,
        })
    }
}

/// The documentation describes `enabled` and `disabled`, and shows `enable`.
fn vary(members: &Members<'_>) -> Result<bool, ApiError> {
    let text = members.text("resp_vary")?.unwrap_or("disabled");
    match text.to_ascii_lowercase().as_str() {
        "enabled" | "enable" => Ok(true),
        "disabled" | "disable" => Ok(false),
        _ => Err(members.wrong("resp_vary", "must be enabled or disabled")),
    }
}

impl Rule {
    fn read(members: &Members<'_>) -> Result<Rule, ApiError> {
        let allowed_methods = members
            .texts("allowed_methods")?
            .filter(|methods| !methods.is_empty())
            .ok_or_else(|| members.wrong("allowed_methods", "must name a method"))?;
        if let Some(method) = allowed_methods
            .iter()
            .find(|method| !METHODS.contains(&method.as_str()))
        {
            return Err(members.wrong(
                "allowed_methods",
                format!("`{method}` is not GET, PUT, POST, DELETE, HEAD or *"),
            ));
        }
        let rule = Rule {
            allowed_origin: members.required_text("allowed_origin")?.to_owned(),
            allowed_methods,
            allowed_headers: members.texts("allowed_headers")?.unwrap_or_default(),
            expose_headers: members.texts("expose_headers")?.unwrap_or_default(),
            max_age_seconds: members.number("max_age_seconds")?,
        };
        rule.check_names(members)?;
        Ok(rule)
    }

    /// What the rule says must fit into headers of an answer.
    fn check_names(&self, members: &Members<'_>) -> Result<(), ApiError> {
        if HeaderValue::from_str(&self.allowed_origin).is_err() {
            return Err(members.wrong("allowed_origin", "must be printable ASCII"));
        }
        for (list, names) in [
            ("allowed_headers", &self.allowed_headers),
            ("expose_headers", &self.expose_headers),
        ] {
            for name in names {
                if HeaderName::from_bytes(name.as_bytes()).is_err() {
                    return Err(members.wrong(list, format!("`{name}` is no header name")));
                }
            }
        }
        Ok(())
    }

    pub(crate) fn allows(&self, origin: &str, method: &str) -> bool {
        wildcard::matches(&self.allowed_origin, origin)
            && self
                .allowed_methods
                .iter()
                .any(|allowed| allowed == "*" || allowed == method)
    }

    pub(crate) fn covers(&self, header: &str) -> bool {
        let header = header.to_ascii_lowercase();
        self.allowed_headers
            .iter()
            .any(|allowed| wildcard::matches(&allowed.to_ascii_lowercase(), &header))
    }
}
