//! A call of an operation, as the documentation shows it and the tests run it.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, value};
use crate::model::{Call, Example, Expected, Given, Literal, Type};

/// `bucket.get_object("cat.png").range(0..=4)`: the request, not sent yet. `client` or `bucket` is in scope.
pub fn request(call: &Call) -> TokenStream {
    let host = ident(if call.bucket.is_some() {
        "bucket"
    } else {
        "client"
    });
    let method = ident(&call.method);
    let arguments = call
        .arguments
        .iter()
        .filter(|a| a.required)
        .map(|a| value::passed(&a.ty, &a.value));
    let setters = call.arguments.iter().filter(|a| !a.required).map(|a| {
        let name = ident(&a.name);
        match (&a.ty, &a.value) {
            (Type::Map(item), Literal::Map(entries)) => {
                let entries = entries.iter().map(|(key, entry)| {
                    let entry = value::passed(item, entry);
                    quote!(.#name(#key, #entry))
                });
                quote!(#(#entries)*)
            }
            _ => {
                let value = value::passed(&a.ty, &a.value);
                quote!(.#name(#value))
            }
        }
    });
    quote!(#host.#method(#(#arguments),*) #(#setters)*)
}

/// The statement that makes `bucket`, for operations that need one.
pub fn bucket(call: &Call) -> Option<TokenStream> {
    let name = call.bucket.as_ref()?;
    Some(quote!(let bucket = client.bucket(#name);))
}

/// What an answer brings into the rest of an example; `output` is in scope.
pub fn given(given: &Given) -> TokenStream {
    let field = ident(&given.field);
    let otherwise = (!given.plain).then(|| quote!(.unwrap_or_default()));
    quote!(output.#field #otherwise)
}

/// The whole call as documentation shows it.
pub fn snippet(call: &Call) -> TokenStream {
    let bucket = bucket(call);
    let request = request(call);
    quote! {
        #bucket
        let output = #request.send().await?;
    }
}

/// The whole example as documentation shows it: the call, and what one would look at first.
pub fn shown(example: &Example) -> TokenStream {
    let snippet = snippet(&example.call);
    let fields = match &example.expected {
        Expected::Output(fields) => fields.as_slice(),
        Expected::Error { .. } => &[],
    };
    let is_body = |name: &str, wire: &str| name == "body" && wire == "body";
    let (bodies, others): (Vec<_>, Vec<_>) = fields.iter().partition(|f| is_body(&f.name, &f.wire));
    let present = others.iter().filter(|f| f.value != Literal::Absent);
    let prints = present.take(5).map(|f| {
        let name = ident(&f.name);
        let text = format!("{}: {{:?}}", f.name);
        quote!(println!(#text, output.#name);)
    });
    let prints: Vec<TokenStream> = prints.collect();
    let body = bodies.first().map(|_| {
        quote! {
            while let Some(chunk) = output.body.next().await {
                let chunk = chunk?;
                println!("{} bytes", chunk.len());
            }
        }
    });
    if prints.is_empty() && body.is_none() {
        return quote! {
            #snippet
            println!("request {:?}", output.request_id());
        };
    }
    let snippet = match body {
        Some(_) => {
            let (bucket, request) = (self::bucket(&example.call), request(&example.call));
            quote! {
                #bucket
                let mut output = #request.send().await?;
            }
        }
        None => snippet,
    };
    quote! {
        #snippet
        #(#prints)*
        #body
    }
}
