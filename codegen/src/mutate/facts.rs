//! The facts of each kind of spec, and what each could be instead.

use std::sync::Arc;

use super::edit::{Edit, insert_before, remove, remove_item, replace};
use super::{Kind, Mutation};
use crate::diagnostic::SourceText;
use crate::model::{Place, field_name, upper_camel};
use crate::yaml::{Entry, Node, Value};

/// Where in the specs the walk stands, and what it has found.
pub(super) struct Site<'a> {
    source: &'a Arc<SourceText>,
    path: Vec<String>,
    found: &'a mut Vec<Mutation>,
}

impl<'a> Site<'a> {
    pub(super) fn new(source: &'a Arc<SourceText>, found: &'a mut Vec<Mutation>) -> Self {
        Self {
            source,
            path: Vec::new(),
            found,
        }
    }

    /// Goes one step down.
    fn at(&mut self, step: impl Into<String>, walk: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        walk(self);
        self.path.pop();
    }

    fn add(&mut self, kind: Kind, from: &str, to: &str, edits: Vec<Edit>) {
        let start = edits.iter().map(|edit| edit.range.start).min();
        let line = self.source.text[..start.unwrap_or(0)].matches('\n').count() + 1;
        self.found.push(Mutation {
            file: self.source.path.clone(),
            line,
            fact: self.path.join("."),
            kind,
            from: from.to_string(),
            to: to.to_string(),
            edits,
        });
    }

    /// A word in the place of another.
    fn word(&mut self, map: &Node, key: &str, kind: Kind, others: &[&str]) {
        let Some(node) = map.get(key) else { return };
        let from = shown(node);
        self.at(key, |site| {
            for to in others.iter().filter(|to| **to != from) {
                site.add(kind, &from, to, vec![replace(node, *to)]);
            }
        });
    }

    /// A flag the other way round; where it is missing, put in front of the map's entry `beside`.
    fn flag(&mut self, map: &Node, key: &str, kind: Kind, beside: Option<&str>) {
        self.at(key, |site| match map.get(key) {
            Some(node) => {
                let to = if shown(node) == "true" {
                    "false"
                } else {
                    "true"
                };
                site.add(kind, &shown(node), to, vec![replace(node, to)]);
            }
            None => {
                let Some(entry) = beside.and_then(|key| entry(map, key)) else {
                    return;
                };
                let edit = insert_before(&site.source.text, entry, key, "true");
                site.add(kind, "false", "true", vec![edit]);
            }
        });
    }

    /// An entry that is no longer there.
    fn without(&mut self, map: &Node, key: &str, kind: Kind) {
        let (Some(node), Some(edit)) = (map.get(key), remove(map, key)) else {
            return;
        };
        let text = &self.source.text[node.range.clone()];
        let from = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.at(key, |site| site.add(kind, &from, "nothing", vec![edit]));
    }
}

/// What a scalar says, as text.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::String(value) => value.clone(),
        Value::Null | Value::Float(_) | Value::Seq(_) | Value::Map(_) => String::new(),
    }
}

/// A text as YAML, whatever it begins with.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn entry<'a>(map: &'a Node, key: &str) -> Option<&'a Entry> {
    match &map.value {
        Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
        _ => None,
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::Seq(items)) => items,
        _ => &[],
    }
}

pub(super) fn operation(site: &mut Site<'_>, root: &Node) {
    if let Some(http) = root.get("http") {
        site.at("http", |site| {
            site.word(http, "method", Kind::Method, &["GET", "PUT", "POST"]);
            if let Some(node) = http.get("selector") {
                let from = shown(node);
                site.at("selector", |site| {
                    let to = format!("{from}_other");
                    site.add(Kind::Selector, &from, &to, vec![replace(node, quoted(&to))]);
                });
                site.without(http, "selector", Kind::Selector);
            }
        });
    }
    site.word(root, "auth", Kind::Auth, &["required", "optional"]);
    site.flag(root, "presign", Kind::Presign, Some("docs"));
    classes(site, root);
    access(site, root);
    paging(site, root);
    if let Some(request) = root.get("request") {
        site.at("request", |site| {
            fields(site, request, "query", Kind::QueryKey, false);
            fields(site, request, "headers", Kind::RequestHeader, false);
            body(site, request, false);
        });
    }
    for response in items(root.get("responses")) {
        let status = response.get("status").map(shown).unwrap_or_default();
        site.at(format!("responses[{status}]"), |site| {
            self::response(site, response);
        });
    }
    for variant in items(root.get("variants")) {
        let name = variant.get("operation").map(shown).unwrap_or_default();
        site.at(format!("variants[{name}]"), |site| {
            site.flag(variant, "presign", Kind::Presign, None);
            classes(site, variant);
        });
    }
}

fn classes(site: &mut Site<'_>, map: &Node) {
    if let Some(retry) = map.get("retry") {
        let classes = ["safe", "idempotent", "never"];
        site.at("retry", |site| {
            site.word(retry, "class", Kind::RetryClass, &classes);
        });
    }
}

fn access(site: &mut Site<'_>, root: &Node) {
    let Some(access) = root.get("access") else {
        return;
    };
    site.at("access", |site| {
        let actions = ["get_object", "create_object", "delete_object"];
        site.word(access, "action", Kind::Access, &actions);
        site.word(access, "permission", Kind::Access, &["READ", "WRITE"]);
        site.without(access, "permission", Kind::Access);
        site.flag(access, "users_only", Kind::Access, Some("permission"));
    });
    site.without(root, "access", Kind::Access);
}

fn paging(site: &mut Site<'_>, root: &Node) {
    let Some(paging) = root.get("paging") else {
        return;
    };
    site.at("paging", |site| {
        site.without(paging, "more", Kind::Paging);
        let steps = items(paging.get("next"));
        for (index, step) in steps.iter().enumerate() {
            let other = steps.iter().enumerate().find(|(i, _)| *i != index);
            if let (Some(take), Some((_, other))) = (step.get("take"), other)
                && let Some(with) = other.get("take")
            {
                let (from, to) = (shown(take), shown(with));
                site.at(format!("next[{index}].take"), |site| {
                    site.add(Kind::Paging, &from, &to, vec![replace(take, &to)]);
                });
            }
        }
    });
    site.without(root, "paging", Kind::Paging);
}

fn response(site: &mut Site<'_>, response: &Node) {
    if let Some(status) = response.get("status") {
        let from = shown(status);
        let to = match from.as_str() {
            "200" => "201",
            "201" => "200",
            "204" => "200",
            "206" => "207",
            "304" => "303",
            "404" => "410",
            "412" => "417",
            _ => "418",
        };
        site.at("status", |site| {
            site.add(Kind::Status, &from, to, vec![replace(status, to)]);
        });
    }
    let outcomes = ["success", "redirect", "not_modified", "error"];
    site.word(response, "outcome", Kind::Outcome, &outcomes);
    let codes = items(response.get("codes"));
    for (index, code) in codes.iter().enumerate() {
        let edit = remove_item(codes, index);
        let edit = edit.map_or_else(|| remove(response, "codes"), Some);
        if let Some(edit) = edit {
            let from = shown(code);
            site.at(format!("codes[{from}]"), |site| {
                site.add(Kind::Codes, &from, "nothing", vec![edit]);
            });
        }
    }
    fields(site, response, "headers", Kind::ResponseHeader, true);
    body(site, response, true);
}

fn body(site: &mut Site<'_>, owner: &Node, answer: bool) {
    let Some(body) = owner.get("body") else {
        return;
    };
    let kind = match body.get("kind").map(shown).as_deref() {
        Some("form") => Kind::FormField,
        _ => Kind::Member,
    };
    site.at("body", |site| {
        site.flag(body, "keep_unknown", Kind::KeepUnknown, None);
        fields(site, body, "fields", kind, answer);
    });
}

fn fields(site: &mut Site<'_>, owner: &Node, list: &str, kind: Kind, answer: bool) {
    for field in items(owner.get(list)) {
        let name = field.get("name").map(shown).unwrap_or_default();
        site.at(format!("{list}[{name}]"), |site| {
            self::field(site, field, &name, kind, answer);
        });
    }
}

fn field(site: &mut Site<'_>, field: &Node, name: &str, kind: Kind, answer: bool) {
    let (Some(wire), Some(type_entry)) = (field.get("name"), entry(field, "type")) else {
        return;
    };
    let other = match (kind, name.strip_suffix("-*")) {
        (_, Some(prefix)) => format!("{prefix}-Other-*"),
        (Kind::RequestHeader | Kind::ResponseHeader, None) => format!("{name}-Other"),
        _ => format!("{name}_other"),
    };
    let mut edits = vec![replace(wire, quoted(&other))];
    if field.get("field").is_none() && field.get("computed").is_none() {
        let text = &site.source.text;
        let rust = field_name(name, place(kind));
        edits.push(insert_before(text, type_entry, "field", &rust));
    }
    site.at("name", |site| site.add(kind, name, &other, edits));
    let ty = shown(&type_entry.value);
    site.at("type", |site| {
        for to in other_types(&ty) {
            let edit = replace(&type_entry.value, &to);
            site.add(Kind::Type, &ty, &to, vec![edit]);
        }
    });
    site.flag(field, "required", Kind::Required, Some("type"));
    site.flag(field, "sensitive", Kind::Sensitive, None);
    site.flag(field, "one_or_many", Kind::OneOrMany, None);
    if answer {
        site.without(field, "default", Kind::Default);
        match field.get("default").map(|node| (node, shown(node))) {
            Some((node, from)) if from == "0" => site.at("default", |site| {
                site.add(Kind::Default, &from, "7", vec![replace(node, "7")]);
            }),
            Some(_) => site.word(field, "default", Kind::Default, &["true", "false"]),
            None => {}
        }
    }
    if let Some(computed) = field.get("computed") {
        site.at("computed", |site| {
            let rules = [
                "content_length",
                "content_md5",
                "customer_algorithm",
                "customer_key_md5",
            ];
            site.word(computed, "rule", Kind::Computed, &rules);
        });
        site.without(field, "computed", Kind::Computed);
    }
    let variants = items(field.get("for"));
    for (index, variant) in variants.iter().enumerate() {
        if let Some(edit) = remove_item(variants, index) {
            let from = shown(variant);
            site.at(format!("for[{from}]"), |site| {
                site.add(Kind::Applies, &from, "nothing", vec![edit]);
            });
        }
    }
}

/// Where fields of these kinds travel.
fn place(kind: Kind) -> Place {
    match kind {
        Kind::RequestHeader | Kind::ResponseHeader => Place::Header,
        Kind::FormField => Place::Form,
        Kind::QueryKey => Place::Query,
        _ => Place::Json,
    }
}

/// What a type is easily taken for.
fn other_types(ty: &str) -> Vec<String> {
    let listed = ty.strip_prefix("list<").and_then(|ty| ty.strip_suffix('>'));
    let others: &[&str] = match ty {
        "string" => &["uint64", "bytes", "list<string>"],
        "bool" => &["string"],
        "int32" | "int64" | "uint64" => &["string", "float64", "bool"],
        "float64" => &["uint64"],
        "bytes" => &["string"],
        "timestamp(http)" => &["timestamp(iso8601)", "timestamp(unix)", "string"],
        "timestamp(iso8601)" => &["timestamp(http)", "timestamp(unix)", "string"],
        "timestamp(unix)" => &["timestamp(iso8601)", "uint64"],
        "byte_range" | "object_ref" | "customer_key" | "image_actions" => &["string"],
        _ if listed.is_some() || ty.starts_with("map<") => &[],
        _ => &["string"],
    };
    let others = others.iter().map(ToString::to_string);
    others.chain(listed.map(str::to_string)).collect()
}

pub(super) fn named_type(site: &mut Site<'_>, root: &Node) {
    site.flag(root, "keep_unknown", Kind::KeepUnknown, None);
    fields(site, root, "fields", Kind::Member, true);
    for value in items(root.get("values")) {
        let Some(node) = value.get("value") else {
            continue;
        };
        let from = shown(node);
        let to = format!("{from}_other");
        let variant = upper_camel(&from);
        site.at(format!("values[{from}].value"), |site| {
            let mut edits = vec![replace(node, quoted(&to))];
            if value.get("name").is_none()
                && let Some(doc) = entry(value, "doc")
            {
                let text = &site.source.text;
                edits.push(insert_before(text, doc, "name", &variant));
            }
            site.add(Kind::EnumValue, &from, &to, edits);
        });
    }
}

pub(super) fn errors(site: &mut Site<'_>, root: &Node) {
    for error in items(root.get("errors")) {
        let code = error.get("code").map(shown).unwrap_or_default();
        site.at(format!("errors[{code}]"), |site| {
            site.word(error, "status", Kind::ErrorStatus, &["400", "404", "409"]);
            if let Some(node) = error.get("code") {
                let to = format!("{code}_other");
                site.at("code", |site| {
                    site.add(
                        Kind::ErrorCode,
                        &code,
                        &to,
                        vec![replace(node, quoted(&to))],
                    );
                });
            }
        });
    }
}

pub(super) fn service(site: &mut Site<'_>, root: &Node) {
    let keys = items(root.get("signed_query_keys"));
    for node in keys {
        let key = shown(node);
        site.at(format!("signed_query_keys[{key}]"), |site| {
            let to = format!("{key}_other");
            site.add(Kind::SignedKey, &key, &to, vec![replace(node, quoted(&to))]);
        });
    }
    if let Some(answers) = root.get("answers") {
        site.at("answers", |site| {
            fields(site, answers, "headers", Kind::ResponseHeader, true);
            fields(site, answers, "cross_origin", Kind::ResponseHeader, true);
            for response in items(answers.get("responses")) {
                let status = response.get("status").map(shown).unwrap_or_default();
                site.at(format!("responses[{status}]"), |site| {
                    self::response(site, response);
                });
            }
        });
    }
}
