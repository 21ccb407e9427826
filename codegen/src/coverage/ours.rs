//! The facts of the specs.

use super::Facts;
use crate::model::{Api, Computed, Field, Operation, Place, RequestBody, Type, TypeKind};

/// Facts about every operation, under its place in the Swagger, or under its spec if it has none.
pub fn facts(api: &Api) -> Facts {
    let mut facts = Facts::new();
    for operation in &api.operations {
        let mut writer = Writer {
            api,
            place: operation.upstream.as_ref().unwrap_or(&operation.file),
            facts: &mut facts,
        };
        writer.operation(operation);
    }
    facts
}

struct Writer<'a> {
    api: &'a Api,
    place: &'a str,
    facts: &'a mut Facts,
}

impl Writer<'_> {
    fn fact(&mut self, text: &str) {
        self.facts.insert(format!("{} {text}", self.place));
    }

    fn operation(&mut self, operation: &Operation) {
        // A variant adds parameters; the route is the operation's own.
        if operation.variant_of.is_none() {
            let path = operation.path();
            let query = operation
                .selector
                .as_ref()
                .map_or(String::new(), |s| format!("?{}", s.key));
            self.fact(&format!("route {} {path}{query}", operation.method));
        }
        for field in &operation.inputs {
            self.input(operation, field);
        }
        for computed in &operation.computed {
            self.computed(computed);
        }
        for response in &operation.responses {
            let status = format!("status {}", response.status);
            self.fact(&status);
            for header in &response.headers {
                let name = header_name(header);
                self.typed(&format!("{status} header {name}"), &header.ty);
            }
            self.members(&format!("{status} body"), "", &response.json);
            if response.stream.is_some() {
                self.fact(&format!("{status} body bytes"));
            }
        }
    }

    fn input(&mut self, operation: &Operation, field: &Field) {
        let what = match field.place {
            Place::Path => return,
            Place::Query => format!("query {}", field.wire),
            Place::Header | Place::HeaderPrefix => format!("header {}", header_name(field)),
            Place::Form => format!("form {}", field.wire),
            Place::FormPrefix => format!("form {}*", field.wire),
            Place::Stream if operation.body == RequestBody::Form => {
                self.fact("form file: string");
                return;
            }
            Place::Json => {
                self.member("request", &field.wire, field);
                return;
            }
            Place::Stream => {
                self.fact("request bytes");
                return;
            }
        };
        self.typed(&what, &field.ty);
        // What only a variant insists on, the operation does not.
        if field.required && operation.variant_of.is_none() {
            self.fact(&format!("{what} required"));
        }
    }

    fn computed(&mut self, computed: &Computed) {
        use crate::spec::ComputedRule;
        let what = match computed.place {
            Place::Form => format!("form {}", computed.wire),
            _ => format!("header {}", computed.wire.to_ascii_lowercase()),
        };
        let ty = match computed.rule {
            ComputedRule::ContentLength => "integer",
            _ => "string",
        };
        self.fact(&format!("{what}: {ty}"));
        if computed.required {
            self.fact(&format!("{what} required"));
        }
    }

    fn members(&mut self, root: &str, prefix: &str, fields: &[Field]) {
        for field in fields {
            self.member(root, &format!("{prefix}{}", field.wire), field);
        }
    }

    fn member(&mut self, root: &str, path: &str, field: &Field) {
        self.typed(&format!("{root} {path}"), &field.ty);
        if field.required && root == "request" {
            self.fact(&format!("{root} {path} required"));
        }
        self.nested(root, path, &field.ty);
    }

    /// The members of the structs inside a type.
    fn nested(&mut self, root: &str, path: &str, ty: &Type) {
        match ty {
            Type::List(item) => self.nested(root, &format!("{path}[]"), item),
            Type::Map(item) => self.nested(root, &format!("{path}{{}}"), item),
            Type::Struct(name) => {
                let def = self.api.type_def(name);
                if let Some(TypeKind::Struct { fields, .. }) = def.map(|d| &d.kind) {
                    self.members(root, &format!("{path}."), fields);
                }
            }
            _ => {}
        }
    }

    fn typed(&mut self, what: &str, ty: &Type) {
        let (name, values) = self.kind(ty);
        self.fact(&format!("{what}: {name}"));
        for value in values {
            self.fact(&format!("{what} = {value}"));
        }
    }

    /// A type as JSON Schema would call it, and the values of an enum.
    fn kind(&self, ty: &Type) -> (String, Vec<String>) {
        use crate::spec::TimeFormat;
        let plain = |name: &str| (name.to_string(), Vec::new());
        match ty {
            Type::Bool => plain("boolean"),
            Type::Int32 | Type::Int64 | Type::Uint64 | Type::Timestamp(TimeFormat::Unix) => {
                plain("integer")
            }
            Type::Float64 => plain("number"),
            Type::Map(_) | Type::Struct(_) => plain("object"),
            Type::List(item) => {
                let (name, values) = self.kind(item);
                (format!("list of {name}"), values)
            }
            Type::Enum(name) => {
                let values = match self.api.type_def(name).map(|d| &d.kind) {
                    Some(TypeKind::Enum(values)) => values.iter().map(|v| v.wire.clone()).collect(),
                    _ => Vec::new(),
                };
                ("string".into(), values)
            }
            _ => plain("string"),
        }
    }
}

fn header_name(field: &Field) -> String {
    let star = if field.place == Place::HeaderPrefix {
        "*"
    } else {
        ""
    };
    format!("{}{star}", field.wire.to_ascii_lowercase())
}
