//! Forms as pages have them.

use crate::behaviour::{Behaviour, Bench, Done, needed};
use crate::checks::{any_answer, client};
use crate::report::Report;
use crate::wire::Canned;

pub(super) static ALL: [Behaviour; 1] =
    [behaviour!("requests", a_form_stands_in_a_page, buckets: 0)];

/// What a browser reads in an attribute. What is no reference stays as it is.
fn read(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [
            ("&amp;", '&'),
            ("&lt;", '<'),
            ("&gt;", '>'),
            ("&quot;", '"'),
            ("&#34;", '"'),
            ("&#39;", '\''),
            ("&#x27;", '\''),
            ("&apos;", '\''),
        ];
        match known.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, letter)) => {
                out.push(*letter);
                rest = &rest[name.len()..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The raw text of an attribute in double quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// Whatever is in the fields, a browser reads it as it was, and nothing of it becomes a part of the page.
async fn a_form_stands_in_a_page(_: &Bench<'_>, report: &mut Report) -> Done {
    let canned = Canned::new([any_answer()]);
    let client = needed("making a client", client(&canned))?;
    for text in [
        "a \"b\"",
        "'c'",
        "<d>",
        "</form><script>",
        "e & f",
        "&lt;g&gt;&amp;&quot;&#39;",
        "\" onclick=\"h",
    ] {
        let post = client
            .bucket("example-photos")
            .post_object(format!("k{text}"), "");
        let form = post.metadata("note", text).presign();
        let form = needed("making a form", form)?;
        let html = form.to_html();
        let inputs: Vec<&str> = html
            .split("<input ")
            .skip(1)
            .filter(|tag| tag.contains("\"hidden\""))
            .collect();
        let value = |name: &str| {
            let tag = inputs
                .iter()
                .find(|tag| attribute(&format!(" {tag}"), "name") == Some(name));
            tag.and_then(|tag| attribute(tag, "value"))
        };
        for (name, expected) in [
            ("key", format!("k{text}")),
            ("x-qs-meta-note", text.to_owned()),
        ] {
            let raw = value(name);
            let what = format!("the field {name} of a form with {text:?}");
            report.equal(&what, &raw.map(read), &Some(expected));
            let open = raw.is_some_and(|raw| raw.contains(['<', '>']));
            report.holds(format!("{what} can end in a page: {raw:?}"), !open);
        }
        let tags = html.matches('<').count();
        // The form, its fields, that of the file, and the button; two of them have an end.
        report.equal(
            &format!("the tags of a form with {text:?}"),
            &tags,
            &(inputs.len() + 5),
        );
    }
    Ok(())
}
