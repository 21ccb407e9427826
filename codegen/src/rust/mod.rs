//! Fragments of Rust: types, expressions, statements. Layout, comments and derives are the templates' business.

pub mod call;
pub mod decode;
pub mod encode;
pub mod expect;
pub mod paging;
pub mod sample;
pub mod substitute;
pub mod types;
pub mod value;
pub mod vary;

use proc_macro2::TokenStream;

/// Tokens on one line; the formatter lays them out when they stand in a file.
pub fn line(tokens: &TokenStream) -> String {
    tokens.to_string()
}

/// Statements as a person would lay them out, for documentation.
///
/// # Panics
///
/// If the tokens are no statements, which is a mistake of this crate.
pub fn pretty(statements: &TokenStream) -> String {
    let file: syn::File = syn::parse_quote! { async fn snippet() { #statements } };
    let text = prettyplease::unparse(&file);
    let body = text.lines().skip(1).take_while(|line| *line != "}");
    let lines: Vec<&str> = body
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    lines.join("\n")
}

/// An identifier; names from the model never need escaping.
fn ident(name: &str) -> proc_macro2::Ident {
    proc_macro2::Ident::new(name, proc_macro2::Span::call_site())
}
