//! The OpenAPI document says what the specs say, and refers to nothing that is not there.

use std::collections::BTreeSet;
use std::path::Path;

use qingstor_codegen::model::Api;
use qingstor_codegen::{Sources, check, openapi};
use serde_json::Value;

fn project() -> (Api, Value) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the project's root");
    let api = check(&Sources::read(root).expect("readable specs")).expect("sound specs");
    let document = serde_json::from_str(&openapi::document(&api)).expect("JSON");
    (api, document)
}

/// Every operation of a document: path, method and object.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path item");
            methods
                .iter()
                .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
        .collect()
}

#[test]
fn every_operation_is_there_once_with_its_statuses() {
    let (api, document) = project();
    let found = operations(&document);
    assert_eq!(found.len(), api.operations.len());
    for operation in &api.operations {
        let (path, method, value) = found
            .iter()
            .find(|(_, _, value)| value["operationId"] == operation.id.as_str())
            .unwrap_or_else(|| panic!("{} is missing", operation.id));
        assert_eq!(*method, operation.method.to_lowercase(), "{path}");
        let sent = path.split('#').next().unwrap_or_default();
        assert_eq!(sent, operation.path(), "{path}");
        for response in api.answers.responses.iter().chain(&operation.responses) {
            let status = response.status.to_string();
            assert!(value["responses"][&status].is_object(), "{path} {status}");
        }
    }
}

/// What a fragment stands for has to reach the service some other way.
#[test]
fn what_tells_operations_apart_is_a_required_parameter() {
    let (api, document) = project();
    let found = operations(&document);
    for operation in &api.operations {
        let (_, _, value) = found
            .iter()
            .find(|(_, _, value)| value["operationId"] == operation.id.as_str())
            .expect("the operation");
        let parameters = value["parameters"].as_array().expect("parameters");
        let names = operation.selector.iter().map(|s| &s.key);
        for name in names.chain(&operation.when) {
            let required = parameters.iter().any(|p| {
                let is = p["name"].as_str();
                is.is_some_and(|n| n.eq_ignore_ascii_case(name)) && p["required"] == true
            });
            assert!(required, "{} needs {name}", operation.id);
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let (_, document) = project();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference within");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect<'a>(value: &'a Value, references: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.insert(reference);
            }
            members.values().for_each(|v| collect(v, references));
        }
        Value::Array(items) => items.iter().for_each(|v| collect(v, references)),
        _ => {}
    }
}

/// Facts of OPTIONS Object, by hand from its page in the vendor's documentation.
#[test]
fn one_operation_by_hand() {
    let (_, document) = project();
    let value = &document["paths"]["/{bucket}/{key}"]["options"];
    assert_eq!(value["operationId"], "OptionsObject");
    let parameter = |name: &str| {
        let all = value["parameters"].as_array().expect("parameters");
        let found = all.iter().find(|p| p["name"] == name);
        found.map(|p| (p["in"].as_str().unwrap_or(""), p["required"] == true))
    };
    assert_eq!(parameter("bucket"), Some(("path", true)));
    assert_eq!(parameter("key"), Some(("path", true)));
    assert_eq!(parameter("Origin"), Some(("header", true)));
    let method = parameter("Access-Control-Request-Method");
    assert_eq!(method, Some(("header", true)));
    let headers = parameter("Access-Control-Request-Headers");
    assert_eq!(headers, Some(("header", false)));
    let answered = &value["responses"]["200"]["headers"];
    assert!(answered["Access-Control-Max-Age"].is_object());
    assert!(value["responses"]["200"]["content"].is_null());
    // It may be asked without a signature.
    let security = value["security"].as_array().expect("alternatives");
    assert!(security.contains(&serde_json::json!({})));
}
