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
        (Type::List(item), Literal::List(items)) if matches!(**item, Type::Struct(_)) => {
            let count = items.len();
            let length = quote!(report.equal(#path, &#place.len(), &#count););
            let items = items.iter().enumerate().map(|(index, item)| {
                let path = format!("{path}[{index}]");
                let statements = structure(&path, item, varies);
                let item = if index == 0 {
                    quote!(first())
                } else {
                    quote!(get(#index))
                };
                // An item about which nothing is said only has to be there.
                if statements.is_empty() {
                    return quote!();
                }
                quote!(if let Some(item) = #place.#item { #statements })
            });
            quote!(#length #(#items)*)
        }
        (Type::Struct(_), value @ Literal::Struct { .. }) => {
            let statements = structure(path, value, varies);
            if statements.is_empty() {
                return match field.required {
                    true => quote!(),
                    false => quote!(report.present(#path, #place.as_ref());),
                };
            }
            if field.required {
                quote!({ let item = &#place; #statements })
            } else {
                quote!(if let Some(item) = report.present(#path, #place.as_ref()) { #statements })
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
