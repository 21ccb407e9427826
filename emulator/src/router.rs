//! From a request to the operation that it names, and the check of its declared parameters.

use http::Method;
use serde_json::{Map, Value};

use crate::error::{ApiError, code};
use crate::generated::signed_query_keys::SIGNED_QUERY_KEYS;
use crate::request::Request;
use crate::route::{Location, Param, Route, Scope};
use crate::text;

/// Finds the route of a request.
pub(crate) fn find(
    routes: &'static [Route],
    scope: Scope,
    request: &Request,
) -> Result<&'static Route, ApiError> {
    let selector = selector(routes, scope, request)?;
    let chosen: Vec<&'static Route> = routes
        .iter()
        .filter(|route| route.scope == scope && route.selector == selector)
        .collect();
    if chosen.is_empty() {
        // No operation has this path at all, and no selector was given.
        return Err(method_not_allowed(&request.method, &[]));
    }
    let variants: Vec<&'static Route> = chosen
        .iter()
        .copied()
        .filter(|route| request.method == *route.method)
        .collect();
    if variants.is_empty() {
        return Err(method_not_allowed(&request.method, &chosen));
    }
    let mut selected = variants.iter().copied().filter(|route| {
        route
            .when
            .is_some_and(|header| request.headers.contains_key(header))
    });
    let route = match (selected.next(), selected.next()) {
        (Some(one), Some(other)) => {
            return Err(ApiError::new(
                code::INVALID_ARGUMENT,
                format!("The headers ask for {} and {}", one.title, other.title),
            ));
        }
        (Some(one), None) => one,
        (None, _) => variants
            .iter()
            .copied()
            .find(|route| route.when.is_none())
            .ok_or_else(|| {
                ApiError::new(code::INVALID_REQUEST, "The request names no operation")
            })?,
    };
    refuse_unknown_subresource(route, request)?;
    Ok(route)
}

/// The one query key of the request that selects among the operations of its scope.
fn selector(
    routes: &'static [Route],
    scope: Scope,
    request: &Request,
) -> Result<Option<&'static str>, ApiError> {
    let mut found: Option<&'static str> = None;
    for route in routes.iter().filter(|route| route.scope == scope) {
        let Some(name) = route.selector.filter(|name| request.query(name).is_some()) else {
            continue;
        };
        match found {
            Some(other) if other != name => {
                return Err(ApiError::new(
                    code::INVALID_ARGUMENT,
                    format!("The query asks for both {other} and {name}"),
                ));
            }
            _ => found = Some(name),
        }
    }
    Ok(found)
}

/// A sub-resource that no route has must not be taken for the plain operation: `GET /bucket?acl` is no listing.
fn refuse_unknown_subresource(route: &Route, request: &Request) -> Result<(), ApiError> {
    for pair in &request.query {
        let name = pair.name.as_str();
        let declared = route.selector == Some(name)
            || route
                .params
                .iter()
                .any(|param| param.location == Location::Query && param.name == name);
        if !declared && SIGNED_QUERY_KEYS.contains(&name) && !name.starts_with("response-") {
            return Err(ApiError::argument(
                name,
                format!("not a query key of {}", route.title),
            ));
        }
    }
    Ok(())
}

fn method_not_allowed(method: &Method, routes: &[&Route]) -> ApiError {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.method).collect();
    methods.sort_unstable();
    methods.dedup();
    let error = ApiError::new(
        code::METHOD_NOT_ALLOWED,
        format!("{method} is not a method of this resource"),
    );
    error.with_header("Allow", methods.join(", "))
}

/// Checks the query and header parameters that the specification declares.
pub(crate) fn check_params(route: &Route, request: &Request) -> Result<(), ApiError> {
    for param in route.params {
        let value = match param.location {
            Location::Query => request.query(param.name),
            // Prefixes (`X-QS-Meta-`) are no headers of their own.
            Location::Header if param.ty.starts_with("map<") => continue,
            // The length of a body in chunks is known when it has been read.
            Location::Header if is_length(param.name) && in_chunks(request) => continue,
            Location::Header if is_list_header(param.name) => {
                if param.required && !request.headers.contains_key(param.name) {
                    return Err(missing(param));
                }
                continue;
            }
            Location::Header => request.header(param.name)?,
            Location::Json | Location::Form => continue,
        };
        match value {
            None => {
                if param.required {
                    return Err(missing(param));
                }
            }
            Some("") if param.required && !param.ty.starts_with("list<") => {
                return Err(missing(param));
            }
            Some("") => {}
            Some(text) => check_text(param, text)?,
        }
    }
    Ok(())
}

fn is_length(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length")
}

fn in_chunks(request: &Request) -> bool {
    request.headers.contains_key("transfer-encoding")
}

/// Headers whose value is a list, which may be spread over several lines.
fn is_list_header(name: &str) -> bool {
    [
        "if-match",
        "if-none-match",
        "access-control-request-headers",
    ]
    .iter()
    .any(|list| name.eq_ignore_ascii_case(list))
}

fn missing(param: &Param) -> ApiError {
    ApiError::argument(param.name, "required, but missing")
}

fn check_text(param: &Param, value: &str) -> Result<(), ApiError> {
    let right = match param.ty {
        "bool" => value == "true" || value == "false",
        "int32" => value.parse::<i32>().is_ok(),
        "int64" => value.parse::<i64>().is_ok(),
        "uint64" => value.parse::<u64>().is_ok(),
        "float64" => value.parse::<f64>().is_ok_and(f64::is_finite),
        // RFC 9110 wants an unreadable date in the standard conditions to be ignored.
        "timestamp(http)" if is_standard_condition(param.name) => true,
        "timestamp(http)" => text::parse_http_date(value).is_some(),
        "timestamp(unix)" => value.parse::<i64>().is_ok(),
        // Other types have rules of their own, which the handlers know.
        _ => true,
    };
    if right {
        return Ok(());
    }
    Err(ApiError::argument(
        param.name,
        format!("`{value}` is not of type {}", param.ty),
    ))
}

fn is_standard_condition(name: &str) -> bool {
    ["if-modified-since", "if-unmodified-since"]
        .iter()
        .any(|condition| name.eq_ignore_ascii_case(condition))
}

/// Reads a JSON body and checks the members that the specification declares. Members that are `null` are removed.
pub(crate) fn check_json(route: &Route, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::new(code::INVALID_JSON, format!("The body: {error}")))?;
    let Value::Object(mut members) = value else {
        return Err(ApiError::new(
            code::INVALID_JSON,
            "The body is not a JSON object",
        ));
    };
    members.retain(|_, value| !value.is_null());
    for param in route.params {
        if param.location != Location::Json {
            continue;
        }
        match members.get(param.name) {
            None if param.required => return Err(missing(param)),
            Some(value) if !json_type_matches(param.ty, value) => {
                return Err(ApiError::argument(
                    param.name,
                    format!("not of type {}", param.ty),
                ));
            }
            _ => {}
        }
    }
    Ok(members)
}

fn json_type_matches(ty: &str, value: &Value) -> bool {
    match ty {
        "string" | "bytes" | "timestamp(http)" | "timestamp(iso8601)" => value.is_string(),
        "bool" => value.is_boolean(),
        "int32" => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
        "int64" | "timestamp(unix)" => value.is_i64(),
        "uint64" => value.is_u64(),
        "float64" => value.is_number(),
        _ if ty.starts_with("list<") => value.is_array(),
        _ if ty.starts_with("map<") => value.is_object(),
        // A named type is a structure or an enumeration.
        _ => value.is_object() || value.is_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Access, Auth, BodyKind};

    const fn route(
        operation: &'static str,
        method: &'static str,
        selector: Option<&'static str>,
        when: Option<&'static str>,
        params: &'static [Param],
    ) -> Route {
        Route {
            operation,
            title: operation,
            method,
            scope: Scope::Object,
            selector,
            when,
            auth: Auth::Required,
            access: Access::Owner,
            emulated: false,
            body: BodyKind::None,
            params,
            answers: &[],
        }
    }

    const fn param(location: Location, ty: &'static str, required: bool) -> Param {
        Param {
            name: "x-p",
            location,
            ty,
            required,
        }
    }

    static TABLE: &[Route] = &[
        route("Put", "PUT", None, None, &[]),
        route("Copy", "PUT", None, Some("x-qs-copy-source"), &[]),
        route("UploadPart", "PUT", Some("upload_id"), None, &[]),
        route(
            "CopyPart",
            "PUT",
            Some("upload_id"),
            Some("x-qs-copy-source"),
            &[],
        ),
        route("Get", "GET", None, None, &[]),
        route("Image", "GET", Some("image"), None, &[]),
    ];

    fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("Host", "a");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        Request::read(head).expect("a request")
    }

    #[test]
    fn selectors_and_headers_choose_the_variant() {
        let copy = &[("X-QS-Copy-Source", "/b/k")][..];
        for (method, target, headers, expected) in [
            ("PUT", "/b/k", &[][..], Ok("Put")),
            ("PUT", "/b/k", copy, Ok("Copy")),
            ("PUT", "/b/k?upload_id=1", &[][..], Ok("UploadPart")),
            ("PUT", "/b/k?upload_id=", copy, Ok("CopyPart")),
            ("GET", "/b/k?image", &[][..], Ok("Image")),
            ("GET", "/b/k?image=&unknown=1", &[][..], Ok("Image")),
            ("GET", "/b/k?response-expires=0", &[][..], Ok("Get")),
            ("PUT", "/b/k?image", &[][..], Err(code::METHOD_NOT_ALLOWED)),
            (
                "GET",
                "/b/k?image&upload_id=1",
                &[][..],
                Err(code::INVALID_ARGUMENT),
            ),
            ("GET", "/b/k?acl", &[][..], Err(code::INVALID_ARGUMENT)),
            ("POST", "/b/k", &[][..], Err(code::METHOD_NOT_ALLOWED)),
        ] {
            let found = find(TABLE, Scope::Object, &request(method, target, headers));
            let seen = found
                .map(|route| route.operation)
                .map_err(|error| error.code);
            assert_eq!(seen, expected, "{method} {target}");
        }
        let error = find(TABLE, Scope::Bucket, &request("GET", "/b", &[])).map(|r| r.operation);
        assert_eq!(
            error.map_err(|error| error.code),
            Err(code::METHOD_NOT_ALLOWED)
        );
    }

    #[test]
    fn text_parameters_have_their_type() {
        for (ty, good, bad) in [
            ("bool", "true", "yes"),
            ("int32", "-5", "2147483648"),
            ("int64", "-5", "9223372036854775808"),
            ("uint64", "18446744073709551615", "-1"),
            ("float64", "0.5", "NaN"),
            (
                "timestamp(http)",
                "Wed, 10 Dec 2014 17:20:31 GMT",
                "2014-12-10",
            ),
            ("timestamp(unix)", "1418232031", "soon"),
        ] {
            let param = param(Location::Query, ty, false);
            assert!(check_text(&param, good).is_ok(), "{ty} {good}");
            let error = check_text(&param, bad).expect_err(bad);
            assert_eq!(error.code, code::INVALID_ARGUMENT);
            assert!(error.message.starts_with("x-p:"), "{}", error.message);
        }
    }

    #[test]
    fn required_parameters_are_there_and_not_empty() {
        static QUERY: Route = route(
            "Q",
            "GET",
            None,
            None,
            &[param(Location::Query, "string", true)],
        );
        static HEADER: Route = route(
            "H",
            "GET",
            None,
            None,
            &[param(Location::Header, "string", true)],
        );
        for (route, target, headers, good) in [
            (&QUERY, "/b/k?x-p=1", &[][..], true),
            (&QUERY, "/b/k?x-p=", &[][..], false),
            (&QUERY, "/b/k?other=1", &[("x-p", "1")][..], false),
            (&HEADER, "/b/k", &[("X-P", "1")][..], true),
            (&HEADER, "/b/k?x-p=1", &[][..], false),
        ] {
            let checked = check_params(route, &request("GET", target, headers));
            assert_eq!(checked.is_ok(), good, "{} {target}", route.operation);
        }
    }

    #[test]
    fn json_members_have_their_type_and_null_is_absence() {
        for (ty, good, bad) in [
            ("string", "\"a\"", "1"),
            ("bool", "false", "\"false\""),
            ("int32", "-1", "2147483648"),
            ("int64", "-1", "1.5"),
            ("uint64", "1", "-1"),
            ("float64", "1.5", "\"1.5\""),
            ("list<string>", "[]", "{}"),
            ("map<string>", "{}", "[]"),
            ("CorsRule", "{}", "[]"),
        ] {
            for (value, expected) in [(good, true), (bad, false), ("null", false)] {
                let params = Vec::leak(vec![param(Location::Json, ty, true)]);
                let route = route("J", "PUT", None, None, params);
                let body = format!("{{\"x-p\": {value}}}");
                let checked = check_json(&route, body.as_bytes());
                assert_eq!(checked.is_ok(), expected, "{ty} {value}");
            }
        }
        let kept = check_json(&TABLE[0], br#"{"other": 1, "none": null}"#).expect("an object");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["other"]);
    }
}
