//! Statements that turn a request into the one for the next page.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::ident;
use crate::model::{Field, NextValue, Paging, Type};

/// The body of `advance`; `self` and `output` are in scope.
pub fn advance(paging: &Paging) -> Vec<TokenStream> {
    let items = ident(&paging.items);
    let mut statements = Vec::new();
    if let Some(more) = &paging.more {
        let more = ident(more);
        statements.push(quote!(if !output.#more { return Advance::Done; }));
    }
    let takes_last = |(_, value): &(Field, NextValue)| matches!(value, NextValue::TakeLast(_));
    let skips = |(_, value): &(Field, NextValue)| matches!(value, NextValue::SkipItems);
    if paging.next.iter().any(takes_last) {
        statements.push(quote! {
            let Some(last_item) = output.#items.last() else { return Advance::Done; };
        });
    }
    if paging.next.iter().any(skips) {
        statements.push(quote!(if output.#items.is_empty() { return Advance::Done; }));
    }
    for (send, value) in &paging.next {
        let next = format_ident!("next_{}", send.name);
        let value = match value {
            NextValue::Take(field) => marker(quote!(output), field),
            NextValue::TakeLast(field) => marker(quote!(last_item), field),
            NextValue::SkipItems => {
                let send = ident(&send.name);
                quote!(self.#send.unwrap_or_default().checked_add(output.#items.len() as u64))
            }
        };
        statements.push(quote!(let #next = #value;));
    }
    let names = || paging.next.iter().map(|(send, _)| &send.name);
    let absent = names().map(|name| {
        let next = format_ident!("next_{name}");
        quote!(#next.is_none())
    });
    statements.push(quote!(if #(#absent)&&* { return Advance::Done; }));
    let same = names().map(|name| {
        let (next, send) = (format_ident!("next_{name}"), ident(name));
        quote!(#next == self.#send)
    });
    // Asking the same again would go on for ever.
    statements.push(quote!(if #(#same)&&* { return Advance::Stuck; }));
    for name in names() {
        let (next, send) = (format_ident!("next_{name}"), ident(name));
        statements.push(quote!(self.#send = #next;));
    }
    statements.push(quote!(Advance::Next));
    statements
}

/// The body of `position`; `self` is in scope.
pub fn position(paging: &Paging) -> TokenStream {
    let markers = paging.next.iter().map(|(send, _)| {
        let (name, field) = (&send.name, ident(&send.name));
        quote!(.with(#name, &self.#field))
    });
    quote!(Position::new(&Self::METADATA) #(#markers)*)
}

/// The statements of `resume`; `self` and `position` are in scope.
pub fn resume(paging: &Paging) -> Vec<TokenStream> {
    let markers = paging.next.iter().map(|(send, _)| {
        let (name, field) = (&send.name, ident(&send.name));
        quote!(self.#field = position.get(#name)?;)
    });
    markers.collect()
}

/// A marker from an output or an item; an empty text is none.
fn marker(source: TokenStream, field: &Field) -> TokenStream {
    let name = ident(&field.name);
    let is_copy = matches!(
        field.ty,
        Type::Bool | Type::Int32 | Type::Int64 | Type::Uint64 | Type::Float64 | Type::Timestamp(_)
    );
    let value = if is_copy {
        quote!(#source.#name)
    } else {
        quote!(#source.#name.clone())
    };
    let value = if field.is_plain() {
        quote!(Some(#value))
    } else {
        value
    };
    if field.ty == Type::String {
        quote!(#value.filter(|marker| !marker.is_empty()))
    } else {
        value
    }
}
