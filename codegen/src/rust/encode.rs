//! Statements that put a request's inputs onto the wire.

use proc_macro2::TokenStream;
use quote::quote;

use super::ident;
use crate::model::{Computed, Field, Operation, Place, RequestBody, Type};
use crate::spec::{ComputedRule, Scope, TimeFormat};

/// The statements of `encode`, in the order key, selector, query, headers, body, computed headers.
pub fn statements(operation: &Operation) -> Vec<TokenStream> {
    let mut statements = Vec::new();
    if operation.scope == Scope::Object {
        statements.push(quote!(parts.key(self.key);));
    }
    if let Some(selector) = operation.selector.as_ref().filter(|s| s.bare) {
        let key = &selector.key;
        statements.push(quote!(parts.selector(#key);));
    }
    for field in &operation.inputs {
        match field.place {
            Place::Query => statements.push(query(field)),
            Place::Header => statements.push(header(field, &operation.computed)),
            Place::HeaderPrefix => {
                let (prefix, name) = (&field.wire, ident(&field.name));
                statements.push(quote!(parts.metadata(#prefix, &self.#name)?;));
            }
            Place::Path | Place::Json | Place::Form | Place::FormPrefix | Place::Stream => {}
        }
    }
    match operation.body {
        RequestBody::None => {}
        RequestBody::Stream => statements.push(quote!(parts.body(self.body);)),
        RequestBody::Form => statements.extend(form(operation)),
        RequestBody::Json { keep_unknown } => statements.extend(json(operation, keep_unknown)),
    }
    if operation
        .computed
        .iter()
        .any(|c| c.rule == ComputedRule::ContentMd5)
    {
        statements.push(quote!(parts.content_md5()?;));
    }
    statements
}

/// An input's value in a statement: as the receiver of a method, by reference, and as a copy if its type has such.
struct Operand {
    receiver: TokenStream,
    reference: TokenStream,
    copy: TokenStream,
}

/// Runs a statement with the input's value, if there is one.
fn with_value(field: &Field, statement: impl FnOnce(Operand) -> TokenStream) -> TokenStream {
    let name = ident(&field.name);
    let always = Operand {
        receiver: quote!(self.#name),
        reference: quote!(&self.#name),
        copy: quote!(self.#name),
    };
    match &field.ty {
        _ if field.required => statement(always),
        Type::List(_) | Type::Map(_) => {
            let statement = statement(always);
            quote!(if !self.#name.is_empty() { #statement })
        }
        _ => {
            let statement = statement(Operand {
                receiver: quote!(value),
                reference: quote!(value),
                copy: quote!(*value),
            });
            quote!(if let Some(value) = &self.#name { #statement })
        }
    }
}

/// An expression of type `&str`.
fn text(ty: &Type, value: &Operand) -> TokenStream {
    let Operand {
        receiver,
        reference,
        copy,
    } = value;
    match ty {
        Type::String => quote!(#reference),
        Type::Enum(_) => quote!(#receiver.as_str()),
        Type::Bytes => quote!(&text::base64(#reference)),
        Type::Timestamp(format) => {
            let convert = time_function(*format);
            quote!(&text::#convert(#copy))
        }
        Type::List(_) => quote!(&text::comma_separated(#reference)),
        Type::ObjectRef => quote!(&#receiver.to_path()?),
        Type::CustomerKey => quote!(&#receiver.to_base64()),
        _ => quote!(&#receiver.to_string()),
    }
}

fn time_function(format: TimeFormat) -> proc_macro2::Ident {
    ident(match format {
        TimeFormat::Http => "http_date",
        TimeFormat::Iso8601 => "iso8601",
        TimeFormat::Unix => "unix",
    })
}

fn query(field: &Field) -> TokenStream {
    let wire = &field.wire;
    with_value(field, |value| {
        let text = text(&field.ty, &value);
        quote!(parts.query(#wire, #text);)
    })
}

fn header(field: &Field, computed: &[Computed]) -> TokenStream {
    let wire = &field.wire;
    if field.ty == Type::ByteRange {
        // The whole is said by leaving the header out.
        return with_value(field, |value| {
            let range = value.reference;
            quote!(parts.range(#wire, #range)?;)
        });
    }
    // What is worked out from this header travels with it.
    let with: Vec<&Computed> = computed
        .iter()
        .filter(|c| {
            c.of.as_ref()
                .is_some_and(|of| of.eq_ignore_ascii_case(wire))
        })
        .collect();
    with_value(field, |value| {
        let text = text(&field.ty, &value);
        let receiver = &value.receiver;
        let companions = with.iter().map(|c| {
            let wire = &c.wire;
            match c.rule {
                ComputedRule::CustomerAlgorithm => quote!(parts.header(#wire, "AES256")?;),
                _ => quote!(parts.header(#wire, &#receiver.md5_base64())?;),
            }
        });
        let method = ident(if field.sensitive {
            "secret_header"
        } else {
            "header"
        });
        quote! {
            parts.#method(#wire, #text)?;
            #(#companions)*
        }
    })
}

fn form(operation: &Operation) -> Vec<TokenStream> {
    let mut statements = vec![quote!(let mut form = FormBody::new();)];
    for field in &operation.inputs {
        let wire = &field.wire;
        match field.place {
            Place::Form => statements.push(with_value(field, |value| {
                let text = text(&field.ty, &value);
                quote!(form.field(#wire, #text)?;)
            })),
            Place::FormPrefix => {
                let name = ident(&field.name);
                statements.push(quote!(form.metadata(#wire, &self.#name)?;));
            }
            _ => {}
        }
    }
    statements.push(quote!(parts.form(form, self.body);));
    statements
}

fn json(operation: &Operation, keep_unknown: bool) -> Vec<TokenStream> {
    if !keep_unknown && !operation.inputs.iter().any(|f| f.place == Place::Json) {
        return vec![quote!(parts.json(JsonBody::new());)];
    }
    let mut statements = vec![quote!(let mut body = JsonBody::new();)];
    for field in operation.inputs.iter().filter(|f| f.place == Place::Json) {
        let wire = &field.wire;
        statements.push(with_value(field, |value| {
            let value = match &field.ty {
                Type::Timestamp(TimeFormat::Unix) => {
                    let time = value.copy;
                    quote!(&text::unix_seconds(#time))
                }
                Type::Timestamp(_) | Type::Bytes => text(&field.ty, &value),
                _ if field.sensitive => {
                    let receiver = &value.receiver;
                    quote!(#receiver.as_str())
                }
                _ => value.reference,
            };
            quote!(body.field(#wire, #value)?;)
        }));
    }
    if keep_unknown {
        statements.push(quote!(body.extra(&self.extra);));
    }
    statements.push(quote!(parts.json(body);));
    statements
}
