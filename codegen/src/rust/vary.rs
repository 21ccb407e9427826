//! A call whose arguments a check chooses, and a look at every field of what comes back.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, sample, value};
use crate::model::{Api, Call, Field, Operation, Place, RequestBody, Type};

/// The request with required arguments only; `vary` and the handle are in scope.
pub fn request(operation: &Operation, call: &Call) -> TokenStream {
    let host = ident(if call.bucket.is_some() {
        "bucket"
    } else {
        "client"
    });
    let method = ident(&call.method);
    let arguments = operation.arguments().map(|field| {
        let name = &field.name;
        let given = call.arguments.iter().find(|a| a.name == field.name);
        let base = given.map(|a| match field.place {
            Place::Stream => {
                let bytes = value::owned(&a.ty, &a.value);
                quote!(#bytes.to_vec())
            }
            _ => value::owned(&a.ty, &a.value),
        });
        match varied(field) {
            Some(varied) => quote!(match vary.get(#name) {
                Some(value) => #varied,
                None => #base,
            }),
            None => quote!(#base),
        }
    });
    quote!(#host.#method(#(#arguments),*))
}

/// The statements that give optional arguments.
pub fn setters(operation: &Operation, api: &Api) -> Vec<TokenStream> {
    let mut statements: Vec<TokenStream> = Vec::new();
    for (field, seed) in operation.setters().zip(0..) {
        let (name, setter) = (&field.name, ident(&field.name));
        statements.push(match (&field.ty, varied(field)) {
            (Type::Map(_), Some(_)) => quote! {
                for (name, value) in vary.get(#name).map(|v| v.entries()).into_iter().flatten() {
                    request = request.#setter(name, value);
                }
            },
            (_, Some(varied)) => quote! {
                if let Some(value) = vary.get(#name) { request = request.#setter(#varied); }
            },
            (ty, None) => {
                let literal = sample_of(api, field, seed);
                let given = match (ty, &literal) {
                    (Type::Map(item), crate::model::Literal::Map(entries)) => {
                        let entries = entries.iter().map(|(key, entry)| {
                            let entry = value::owned(item, entry);
                            quote!(.#setter(#key, #entry))
                        });
                        quote!(#(#entries)*)
                    }
                    _ => {
                        let owned = value::owned(ty, &literal);
                        quote!(.#setter(#owned))
                    }
                };
                quote!(if vary.get(#name).is_some() { request = request #given; })
            }
        });
    }
    if operation.body == (RequestBody::Json { keep_unknown: true }) {
        statements.push(quote! {
            if let Some(value) = vary.get("extra") { request = request.extra(value.extra()); }
        });
    }
    statements
}

/// The value that stands for a parameter whose values are not made up at run time.
pub fn sample_of(api: &Api, field: &Field, seed: u64) -> crate::model::Literal {
    sample::value(api, &field.ty, &field.wire, seed, false)
}

/// The expression for a value that is made up at run time; `value` is in scope.
fn varied(field: &Field) -> Option<TokenStream> {
    match (&field.ty, field.place) {
        (_, Place::Stream) => Some(quote!(value.bytes())),
        (Type::Map(item), _) if **item == Type::String => Some(quote!(value.entries())),
        (ty, _) if is_varied(ty) => Some(scalar(ty)),
        _ => None,
    }
}

/// Whether checks make up values of the type.
pub fn is_varied(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) => false,
        Type::Map(item) => **item == Type::String,
        Type::List(item) => !matches!(
            **item,
            Type::Struct(_) | Type::Map(_) | Type::List(_) | Type::Timestamp(_) | Type::Bytes
        ),
        _ => true,
    }
}

fn scalar(ty: &Type) -> TokenStream {
    match ty {
        Type::String | Type::ImageActions => quote!(value.text()),
        Type::Bytes => quote!(bytes::Bytes::from(value.bytes())),
        Type::Timestamp(_) => quote!(value.time()),
        Type::ByteRange => quote!(value.range()),
        Type::ObjectRef => quote!(value.object()),
        Type::CustomerKey => quote!(value.key()),
        Type::Enum(name) => {
            let name = ident(name);
            quote!(types::#name::from(value.text()))
        }
        Type::List(item) => {
            let plain = super::types::plain(item);
            let item = scalar(item);
            quote!(value.items().iter().map(|value| #item).collect::<Vec<#plain>>())
        }
        ty => {
            let plain = super::types::plain(ty);
            quote!(value.parse::<#plain>())
        }
    }
}

/// Statements that look at every field; `output` and `seen` are in scope.
pub fn observe(operation: &Operation, api: &Api) -> Vec<TokenStream> {
    let mut statements = Vec::new();
    for (field, seed) in operation.output.fields.iter().zip(0..) {
        let (name, place) = (&field.name, ident(&field.name));
        let literal = sample::of_field(api, field, seed);
        let known = value::owned(&field.ty, &literal);
        let (known, absent) = if field.required {
            // In parentheses, for it is borrowed and may be a sum.
            (known.clone(), quote!((#known)))
        } else if field.is_plain() {
            (known, quote!(Default::default()))
        } else {
            (quote!(Some(#known)), quote!(None))
        };
        statements.push(quote!(seen.field(#name, &output.#place, &(#known), &#absent);));
        if matches!(field.ty, Type::Enum(_)) {
            let text = match field.is_plain() {
                true => quote!(Some(output.#place.as_str())),
                false => quote!(output.#place.as_ref().map(|value| value.as_str())),
            };
            statements.push(quote!(seen.text(#name, #text);));
        }
    }
    if operation.output.keep_unknown {
        statements.push(quote! {
            seen.text("extra", output.extra.get(crate::vary::UNKNOWN_MEMBER).as_deref());
        });
    }
    statements
}
