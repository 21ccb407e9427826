//! Expressions in which some texts are not known before they run.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

/// Replaces the text literals for which `replace` has an expression. It has to be a `String` or a reference to one:
/// other texts in the same list are turned into `String` as well.
pub fn texts(tokens: TokenStream, replace: &impl Fn(&str) -> Option<TokenStream>) -> TokenStream {
    rewrite(tokens, replace, false).0
}

/// As [`texts`]; `list` says that the tokens are the items of a list. Tells whether one of them was replaced.
fn rewrite(
    tokens: TokenStream,
    replace: &impl Fn(&str) -> Option<TokenStream>,
    list: bool,
) -> (TokenStream, bool) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let text = |token: &TokenTree| match token {
        TokenTree::Literal(literal) if literal.to_string().starts_with('"') => {
            let literal = syn::parse_str::<syn::LitStr>(&literal.to_string());
            literal.ok().map(|literal| literal.value())
        }
        _ => None,
    };
    let texts: Vec<Option<String>> = tokens.iter().map(text).collect();
    let replaced = texts.iter().map(|text| replace(text.as_deref()?));
    let replaced: Vec<Option<TokenStream>> = replaced.collect();
    let any = replaced.iter().any(Option::is_some);
    let mut out = TokenStream::new();
    for (index, (token, replaced)) in tokens.iter().zip(replaced).enumerate() {
        let ends = match tokens.get(index + 1) {
            None => true,
            Some(TokenTree::Punct(next)) => next.as_char() == ',',
            Some(_) => false,
        };
        match token {
            TokenTree::Group(group) => {
                let is_list = group.delimiter() == Delimiter::Bracket;
                let (inner, _) = rewrite(group.stream(), replace, is_list);
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            token => match replaced {
                Some(expression) => out.extend(expression),
                None if any && list && ends && texts[index].is_some() => {
                    out.extend(quote!(#token.to_string()));
                }
                None => out.extend([token.clone()]),
            },
        }
    }
    (out, any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_texts_are_replaced() {
        let replace = |text: &str| text.contains("photos").then(|| quote!(names.text(#text)));
        let tokens = quote!(f("photos").g(["a", "photos/b"], "c").h(
            ["a"],
            b"photos",
            vec!["x".to_string()]
        ));
        let expected = quote!(
            f(names.text("photos"))
                .g(["a".to_string(), names.text("photos/b")], "c")
                .h(["a"], b"photos", vec!["x".to_string()])
        );
        assert_eq!(texts(tokens, &replace).to_string(), expected.to_string());
    }
}
