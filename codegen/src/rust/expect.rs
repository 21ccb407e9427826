//! Statements that hold an output against what an example says about it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, value};
use crate::model::{Argument, Example, Expected, Literal, Type};

/// The statements; `report` and `outcome` are in scope.
pub fn statements(example: &Example) -> TokenStream {
    match &example.expected {
        Expected::Error { kind, code } => {
            let kind = ident(&format!("{kind:?}"));
            let code = match code {
                Some(code) => quote!(Some(#code)),
                None => quote!(None),
            };
            quote!(report.error(outcome, qingstor::ErrorKind::#kind, #code);)
        }
        Expected::Output(fields) if fields.is_empty() => quote!(report.output(outcome);),
        Expected::Output(fields) => {
            let (bodies, others): (Vec<_>, Vec<_>) = fields
                .iter()
                .partition(|f| f.name == "body" && f.wire == "body");
            let others = others.into_iter().map(|field| {
                let name = ident(&field.name);
                member(&field.name, quote!(output.#name), field, &example.varies)
            });
            let bodies = bodies.into_iter().map(|field| match &field.value {
                Literal::Bytes(bytes) => {
                    let bytes = proc_macro2::Literal::byte_string(bytes);
                    quote!(report.body(output.body, #bytes).await;)
                }
                _ => quote!(),
            });
            quote! {
                if let Some(output) = report.output(outcome) {
                    #(#others)*
                    #(#bodies)*
                }
            }
        }
    }
}

/// One field of an output or of a struct in it.
fn member(path: &str, place: TokenStream, field: &Argument, varies: &[String]) -> TokenStream {
    let varies_here = varies.iter().any(|v| v.eq_ignore_ascii_case(&field.wire));
    match (&field.ty, &field.value) {
        (_, Literal::Absent) => quote!(report.absent(#path, #place.is_none());),
        (ty, literal) if has_struct(ty) => {
            let mut statements = nested(path, ty, literal, varies);
            if varies_here {
                // How many there are is up to a live endpoint too.
                statements = quote!(if !report.is_live() { #statements });
            }
            match (statements.is_empty(), field.required) {
                (true, true) => quote!(),
                (true, false) => quote!(report.present(#path, #place.as_ref());),
                (false, true) => quote!({ let item = &#place; #statements }),
                (false, false) => {
                    quote!(if let Some(item) = report.present(#path, #place.as_ref()) { #statements })
                }
            }
        }
        (ty, literal) => {
            let value = match literal {
                // A sum binds weaker than the `&` in front of it.
                Literal::Time(_) if field.required => {
                    let time = value::owned(ty, literal);
                    quote!((#time))
                }
                _ => value::owned(ty, literal),
            };
            let (value, present) = if field.required {
                (value, quote!(true))
            } else {
                (quote!(Some(#value)), quote!(#place.is_some()))
            };
            if varies_here {
                quote!(report.varying(#path, &#place, &#value, #present);)
            } else {
                quote!(report.equal(#path, &#place, &#value);)
            }
        }
    }
}

/// Whether a type has structs in it: those are told in part, so they are compared member by member.
fn has_struct(ty: &Type) -> bool {
    match ty {
        Type::Struct(_) => true,
        Type::List(item) | Type::Map(item) => has_struct(item),
        _ => false,
    }
}

/// Statements about the value that the reference `item` stands for.
fn nested(path: &str, ty: &Type, value: &Literal, varies: &[String]) -> TokenStream {
    match (ty, value) {
        (Type::List(ty), Literal::List(items)) => {
            let count = items.len();
            let items = items.iter().enumerate().map(|(index, value)| {
                let statements = nested(&format!("{path}[{index}]"), ty, value, varies);
                let get = if index == 0 {
                    quote!(first())
                } else {
                    quote!(get(#index))
                };
                // An item about which nothing is said only has to be there.
                match statements.is_empty() {
                    true => quote!(),
                    false => quote!(if let Some(item) = item.#get { #statements }),
                }
            });
            quote!(report.equal(#path, &item.len(), &#count); #(#items)*)
        }
        (Type::Map(ty), Literal::Map(entries)) => {
            let count = entries.len();
            let entries = entries.iter().map(|(key, value)| {
                let path = format!("{path}.{key}");
                let statements = nested(&path, ty, value, varies);
                match statements.is_empty() {
                    true => quote!(report.present(#path, item.get(#key));),
                    false => quote!(if let Some(item) = report.present(#path, item.get(#key)) { #statements }),
                }
            });
            quote!(report.equal(#path, &item.len(), &#count); #(#entries)*)
        }
        (Type::Struct(_), value) => structure(path, value, varies),
        (ty, value) => {
            let value = value::owned(ty, value);
            quote!(report.equal(#path, item, &#value);)
        }
    }
}

fn structure(path: &str, value: &Literal, varies: &[String]) -> TokenStream {
    let Literal::Struct { members, .. } = value else {
        return quote!();
    };
    let members = members.iter().map(|field| {
        let name = ident(&field.name);
        member(
            &format!("{path}.{}", field.name),
            quote!(item.#name),
            field,
            varies,
        )
    });
    quote!(#(#members)*)
}
