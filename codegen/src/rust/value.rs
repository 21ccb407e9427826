//! Values of examples as expressions.

use proc_macro2::TokenStream;
use quote::quote;

use super::ident;
use crate::model::{Argument, Literal, Type};

/// A value as somebody would pass it to a method: texts stay `&str` where `impl Into` takes them.
pub fn passed(ty: &Type, value: &Literal) -> TokenStream {
    match (ty, value) {
        (Type::String, Literal::String(text)) => quote!(#text),
        (Type::Bytes, Literal::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => quote!(#text),
            Err(_) => owned(ty, value),
        },
        (Type::List(item), Literal::List(items)) => {
            let texts = matches!(**item, Type::String);
            if items.is_empty() {
                let item = super::types::plain(item);
                return quote!(Vec::<#item>::new());
            }
            let items = items.iter().map(|i| {
                if texts {
                    passed(item, i)
                } else {
                    owned(item, i)
                }
            });
            quote!([#(#items),*])
        }
        _ => owned(ty, value),
    }
}

/// A value of exactly the plain type.
pub fn owned(ty: &Type, value: &Literal) -> TokenStream {
    match (ty, value) {
        (_, Literal::Absent) => quote!(None),
        (_, Literal::String(text)) => quote!(#text.to_string()),
        (_, Literal::Bool(b)) => quote!(#b),
        (_, Literal::Int(i)) => number(&i.to_string()),
        (_, Literal::Uint(u)) => number(&u.to_string()),
        (_, Literal::Float(f)) => {
            let f = proc_macro2::Literal::f64_unsuffixed(*f);
            quote!(#f)
        }
        (_, Literal::Bytes(bytes)) => {
            let bytes = proc_macro2::Literal::byte_string(bytes);
            quote!(bytes::Bytes::from_static(#bytes))
        }
        (_, Literal::Time(nanos)) => time(*nanos),
        (_, Literal::ByteRange { first, last }) => match (first, last) {
            (Some(first), Some(last)) => {
                let (first, last) = (number(&first.to_string()), number(&last.to_string()));
                quote!(types::ByteRange::from(#first..=#last))
            }
            (Some(first), None) => {
                let first = number(&first.to_string());
                quote!(types::ByteRange::from(#first..))
            }
            (None, last) => {
                let last = number(&last.unwrap_or_default().to_string());
                quote!(types::ByteRange::suffix(#last))
            }
        },
        (
            _,
            Literal::ObjectRef {
                bucket,
                key,
                version,
            },
        ) => {
            let version = version.iter().map(|v| quote!(.version(#v)));
            quote!(types::ObjectRef::new(#bucket, #key) #(#version)*)
        }
        (_, Literal::CustomerKey(key)) => {
            let key = proc_macro2::Literal::byte_string(key);
            quote!(types::CustomerKey::new(*#key))
        }
        (Type::List(item), Literal::List(items)) => {
            let items = items.iter().map(|i| owned(item, i));
            quote!(vec![#(#items),*])
        }
        (Type::Map(item), Literal::Map(entries)) => {
            let entries = entries.iter().map(|(key, value)| {
                let value = owned(item, value);
                quote!((#key.to_string(), #value))
            });
            quote!(std::collections::BTreeMap::from([#(#entries),*]))
        }
        (_, Literal::Struct { name, members }) => structure(name, members),
        (
            _,
            Literal::Enum {
                name,
                variant,
                wire,
            },
        ) => {
            let name = ident(name);
            match variant {
                Some(variant) => {
                    let variant = ident(variant);
                    quote!(types::#name::#variant)
                }
                None => quote!(types::#name::from(#wire)),
            }
        }
        // The model only pairs values with the types they were read as.
        (_, Literal::List(_) | Literal::Map(_)) => {
            quote!(compile_error!("a list or map of another type"))
        }
    }
}

fn structure(name: &str, members: &[Argument]) -> TokenStream {
    let name = ident(name);
    let arguments = members
        .iter()
        .filter(|m| m.required)
        .map(|m| passed(&m.ty, &m.value));
    let setters = members.iter().filter(|m| !m.required).map(|m| {
        let (method, value) = (ident(&m.name), passed(&m.ty, &m.value));
        quote!(.#method(#value))
    });
    quote!(types::#name::new(#(#arguments),*) #(#setters)*)
}

fn number(digits: &str) -> TokenStream {
    digits.parse().unwrap_or_default()
}

fn time(nanos: i128) -> TokenStream {
    let seconds = number(&(nanos.unsigned_abs() / 1_000_000_000).to_string());
    let rest = nanos.unsigned_abs() % 1_000_000_000;
    let duration = if rest == 0 {
        quote!(std::time::Duration::from_secs(#seconds))
    } else {
        let rest = number(&rest.to_string());
        quote!(std::time::Duration::new(#seconds, #rest))
    };
    if nanos < 0 {
        quote!(std::time::UNIX_EPOCH - #duration)
    } else {
        quote!(std::time::UNIX_EPOCH + #duration)
    }
}
