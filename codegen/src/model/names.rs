//! From names on the wire to names in Rust.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::Place;

/// `PutBucketCors` → `put_bucket_cors`.
pub fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `STANDARD_IA` → `StandardIa`, `bucket_not_exists` → `BucketNotExists`.
pub fn upper_camel(name: &str) -> String {
    name.to_lowercase_words().to_upper_camel_case()
}

/// The field that a name on the wire becomes: headers lose `X-QS-`, everything else is `snake_case`.
pub fn field_name(wire: &str, place: Place) -> String {
    match place {
        Place::Header | Place::HeaderPrefix | Place::Form | Place::FormPrefix => {
            let lower = wire.to_ascii_lowercase();
            let rest = lower.strip_prefix("x-qs-").unwrap_or(&lower);
            let name: String = rest
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                .collect();
            name.trim_matches('_').to_string()
        }
        _ => wire.to_snake_case(),
    }
}

/// All-capital words would otherwise be taken for a row of one-letter words.
trait LowercaseWords {
    fn to_lowercase_words(&self) -> String;
}

impl LowercaseWords for str {
    fn to_lowercase_words(&self) -> String {
        if self.chars().any(|c| c.is_ascii_lowercase()) {
            self.to_string()
        } else {
            self.to_ascii_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_a_person_would_call_them() {
        assert_eq!(snake("PutBucketCors"), "put_bucket_cors");
        assert_eq!(upper_camel("STANDARD_IA"), "StandardIa");
        assert_eq!(upper_camel("GET"), "Get");
        assert_eq!(upper_camel("bucket_not_exists"), "BucketNotExists");
        assert_eq!(upper_camel("tupu-porn"), "TupuPorn");
        assert_eq!(
            field_name("X-QS-Storage-Class", Place::Header),
            "storage_class"
        );
        assert_eq!(field_name("ETag", Place::Header), "etag");
        assert_eq!(field_name("Content-MD5", Place::Header), "content_md5");
        assert_eq!(
            field_name("response-expires", Place::Query),
            "response_expires"
        );
        assert_eq!(field_name("Referer", Place::Json), "referer");
    }
}
