//! How the types of the model look in Rust.

use proc_macro2::TokenStream;
use quote::quote;

use super::ident;
use crate::model::{Field, Place, Type};

/// The type itself.
pub fn plain(ty: &Type) -> TokenStream {
    match ty {
        Type::String => quote!(String),
        Type::Bool => quote!(bool),
        Type::Int32 => quote!(i32),
        Type::Int64 => quote!(i64),
        Type::Uint64 => quote!(u64),
        Type::Float64 => quote!(f64),
        Type::Bytes => quote!(bytes::Bytes),
        Type::Timestamp(_) => quote!(std::time::SystemTime),
        Type::ByteRange => quote!(types::ByteRange),
        Type::ObjectRef => quote!(types::ObjectRef),
        Type::CustomerKey => quote!(types::CustomerKey),
        Type::ImageActions => quote!(types::ImageActions),
        Type::List(item) => {
            let item = plain(item);
            quote!(Vec<#item>)
        }
        Type::Map(item) => {
            let item = plain(item);
            quote!(std::collections::BTreeMap<String, #item>)
        }
        Type::Struct(name) | Type::Enum(name) => {
            let name = ident(name);
            quote!(types::#name)
        }
    }
}

/// The type of a field of an output or a struct.
pub fn field(field: &Field) -> TokenStream {
    let ty = plain(&field.ty);
    if field.is_plain() {
        ty
    } else {
        quote!(Option<#ty>)
    }
}

/// The type that a request keeps an input in.
pub fn stored(field: &Field) -> TokenStream {
    let ty = match field.place {
        Place::Stream => quote!(crate::Body),
        _ => plain(&field.ty),
    };
    let ty = if field.sensitive && field.ty != Type::CustomerKey {
        quote!(crate::value::Sensitive<#ty>)
    } else {
        ty
    };
    if field.is_plain() {
        ty
    } else {
        quote!(Option<#ty>)
    }
}

/// How a caller passes a value: the parameter's type, and the expression that turns it into the plain type.
pub fn argument(name: &str, ty: &Type) -> (TokenStream, TokenStream) {
    let name = ident(name);
    match ty {
        Type::String
        | Type::Bytes
        | Type::ByteRange
        | Type::ObjectRef
        | Type::ImageActions
        | Type::Enum(_) => {
            let ty = plain(ty);
            (quote!(impl Into<#ty>), quote!(#name.into()))
        }
        Type::List(item) => {
            let plain_item = plain(item);
            match **item {
                Type::String | Type::Enum(_) => (
                    quote!(impl IntoIterator<Item = impl Into<#plain_item>>),
                    quote!(#name.into_iter().map(Into::into).collect()),
                ),
                _ => (
                    quote!(impl IntoIterator<Item = #plain_item>),
                    quote!(#name.into_iter().collect()),
                ),
            }
        }
        _ => (plain(ty), quote!(#name)),
    }
}

/// As [`argument`], for an input of a request.
pub fn input(field: &Field) -> (TokenStream, TokenStream) {
    let (ty, value) = match field.place {
        Place::Stream => {
            let name = ident(&field.name);
            (quote!(impl Into<crate::Body>), quote!(#name.into()))
        }
        _ => argument(&field.name, &field.ty),
    };
    if field.sensitive && field.ty != Type::CustomerKey {
        (ty, quote!(crate::value::Sensitive(#value)))
    } else {
        (ty, value)
    }
}
