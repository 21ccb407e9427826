//! A request as it came over the wire, before anything is decided about it.

use http::header::HeaderName;
use http::{HeaderMap, Method, Version, request};

use crate::error::{ApiError, code};
use crate::text;

/// The head of a request; path and query are as they were sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) raw_path: String,
    pub(crate) raw_query: Option<String>,
    pub(crate) query: Vec<Pair>,
    pub(crate) headers: HeaderMap,
    pub(crate) host: Option<String>,
}

/// One `name=value` of the query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The value as it was sent.
    pub(crate) raw_value: String,
}

/// Headers of which a request may have one only, as each changes what was signed or what is meant.
const SINGLE: &[&str] = &[
    "authorization",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "host",
    "range",
];

impl Request {
    pub(crate) fn read(head: request::Parts) -> Result<Request, ApiError> {
        let target = match head.uri.path_and_query() {
            Some(target) if target.path().starts_with('/') => target,
            _ => {
                return Err(ApiError::new(
                    code::INVALID_REQUEST,
                    "The request target is not a path",
                ));
            }
        };
        let raw_path = target.path().to_owned();
        let raw_query = target.query().map(str::to_owned);
        let query = parse_query(raw_query.as_deref().unwrap_or(""))?;
        refuse_repeated_headers(&head.headers)?;
        let host = match head.uri.authority() {
            Some(authority) => Some(authority.as_str().to_owned()),
            None => optional_text(&head.headers, "host")?.map(str::to_owned),
        };
        if host.is_none() && head.version > Version::HTTP_10 {
            return Err(ApiError::new(
                code::INVALID_REQUEST,
                "The Host header is missing",
            ));
        }
        Ok(Request {
            method: head.method,
            raw_path,
            raw_query,
            query,
            headers: head.headers,
            host,
        })
    }

    /// A header's text; `None` if it was not sent. Several lines of one name are an error.
    pub(crate) fn header(&self, name: &str) -> Result<Option<&str>, ApiError> {
        optional_text(&self.headers, name)
    }

    /// Whether any header's name begins so, in lower case.
    pub(crate) fn has_header_below(&self, prefix: &str) -> bool {
        self.headers
            .keys()
            .any(|name| name.as_str().starts_with(prefix))
    }

    /// A list header's text, its lines joined with commas.
    pub(crate) fn header_list(&self, name: &str) -> Result<Option<String>, ApiError> {
        joined_text(&self.headers, name)
    }

    /// A query value, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let pair = self.query.iter().find(|pair| pair.name == name)?;
        Some(&pair.value)
    }

    /// A query value that counts as absent when it is empty.
    pub(crate) fn query_nonempty(&self, name: &str) -> Option<&str> {
        self.query(name).filter(|value| !value.is_empty())
    }

    /// A number in the query.
    pub(crate) fn query_number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        match self.query_nonempty(name) {
            None => Ok(None),
            Some(value) => match value.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(ApiError::argument(name, "not a whole number from 0 on")),
            },
        }
    }
}

/// A list header's text, its lines joined with commas.
pub(crate) fn joined_text(headers: &HeaderMap, name: &str) -> Result<Option<String>, ApiError> {
    let mut joined: Option<String> = None;
    for value in headers.get_all(name) {
        let value = value.to_str().map_err(|_| not_ascii(name))?;
        match &mut joined {
            Some(joined) => {
                joined.push(',');
                joined.push_str(value);
            }
            None => joined = Some(value.to_owned()),
        }
    }
    Ok(joined)
}

/// A header's text; `None` if it was not sent. Several lines of one name are an error.
pub(crate) fn optional_text<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a str>, ApiError> {
    // Most of what is asked for was not sent. Looking through the few names that were is cheaper than hashing this one.
    let mut sent = headers.keys();
    let Some(sent) = sent.find(|sent| sent.as_str().eq_ignore_ascii_case(name)) else {
        return Ok(None);
    };
    let mut values = headers.get_all(sent).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ApiError::argument(name, "sent more than once"));
    }
    value.to_str().map(Some).map_err(|_| not_ascii(name))
}

fn not_ascii(name: &str) -> ApiError {
    ApiError::argument(name, "not printable ASCII")
}

fn refuse_repeated_headers(headers: &HeaderMap) -> Result<(), ApiError> {
    for name in headers.keys() {
        if must_be_single(name) && headers.get_all(name).iter().nth(1).is_some() {
            return Err(ApiError::argument(name.as_str(), "sent more than once"));
        }
    }
    Ok(())
}

fn must_be_single(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-qs-") || SINGLE.contains(&name.as_str())
}

fn parse_query(raw: &str) -> Result<Vec<Pair>, ApiError> {
    let mut pairs: Vec<Pair> = Vec::new();
    for part in raw.split('&').filter(|part| !part.is_empty()) {
        let (raw_name, raw_value) = part.split_once('=').unwrap_or((part, ""));
        let (Some(name), Some(value)) = (text::form_decode(raw_name), text::form_decode(raw_value))
        else {
            return Err(ApiError::argument(
                "query",
                format!("`{part}` is not percent-encoded UTF-8"),
            ));
        };
        if pairs.iter().any(|pair| pair.name == name) {
            return Err(ApiError::argument(&name, "sent more than once"));
        }
        pairs.push(Pair {
            name,
            value,
            raw_value: raw_value.to_owned(),
        });
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_values_are_kept_raw_and_decoded() {
        let pairs = parse_query("acl&prefix=a%2Fb+c&limit=").expect("a good query");
        let seen: Vec<_> = pairs
            .iter()
            .map(|pair| (&*pair.name, &*pair.value, &*pair.raw_value))
            .collect();
        assert_eq!(
            seen,
            [
                ("acl", "", ""),
                ("prefix", "a/b c", "a%2Fb+c"),
                ("limit", "", "")
            ]
        );
    }

    #[test]
    fn a_query_key_comes_once_and_is_well_encoded() {
        for raw in ["a=1&a=2", "acl&acl", "a=%", "a=%FF"] {
            let error = parse_query(raw).expect_err(raw);
            assert_eq!(error.code, code::INVALID_ARGUMENT);
        }
    }
}
