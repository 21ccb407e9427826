//! Expressions that read an output's fields from an answer.

use proc_macro2::TokenStream;
use quote::quote;

use super::types;
use crate::model::{Field, Place, Type};
use crate::spec::TimeFormat;

/// The expression for one field; `answer` and, for JSON, `members` are in scope.
pub fn field(field: &Field) -> TokenStream {
    let wire = &field.wire;
    match field.place {
        Place::HeaderPrefix => quote!(answer.prefixed(#wire)?),
        Place::Json => member(field),
        _ => {
            let value = match &field.ty {
                Type::String => quote!(answer.text(#wire)?),
                Type::Timestamp(_) => quote!(answer.http_date(#wire)?),
                Type::Bytes => quote!(answer.base64(#wire)?),
                ty => {
                    let ty = types::plain(ty);
                    quote!(answer.parse::<#ty>(#wire)?)
                }
            };
            if field.required {
                quote!(answer.require(#wire, #value)?)
            } else if field.is_plain() {
                quote!(#value.unwrap_or_default())
            } else {
                value
            }
        }
    }
}

fn member(field: &Field) -> TokenStream {
    let wire = &field.wire;
    let value = match &field.ty {
        Type::Timestamp(format) => {
            let read = match format {
                TimeFormat::Http => quote!(http_date),
                TimeFormat::Iso8601 => quote!(iso8601),
                TimeFormat::Unix => quote!(unix),
            };
            quote!(members.#read(#wire)?)
        }
        Type::Bytes => quote!(members.base64(#wire)?),
        _ if field.one_or_many => quote!(members.one_or_many(#wire)?),
        _ => quote!(members.optional(#wire)?),
    };
    if field.required {
        // Reading a member takes it out, so it cannot be read in the middle of another call.
        quote!({ let value = #value; members.require(#wire, value)? })
    } else if field.is_plain() {
        quote!(#value.unwrap_or_default())
    } else {
        value
    }
}
