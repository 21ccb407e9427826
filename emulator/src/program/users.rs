//! The file of `--users`: a list of accounts in YAML or JSON.

use std::path::Path;

use qingstor_emulator::{Builder, Error};
use serde::Deserialize;

/// An account, as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    id: String,
    name: String,
    key: String,
    secret: String,
}

/// Adds the accounts of a file; the first one is the default account.
pub(crate) fn add(builder: Builder, path: &Path) -> Result<Builder, Error> {
    let failed = |why: String| Error::Setting(format!("--users {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let users: Vec<User> = serde_yaml::from_str(&text).map_err(|error| {
        // The parser's own words could quote a secret.
        let at = error.location().map_or(String::new(), |at| {
            format!("line {}, column {}: ", at.line(), at.column())
        });
        failed(format!(
            "{at}must be a list of {{ id, name, key, secret }}, all of them texts"
        ))
    })?;
    let mut users = users.into_iter();
    let Some(first) = users.next() else {
        return Err(failed("there is no account".to_owned()));
    };
    let builder = builder.default_user(first.id, first.name, first.key, first.secret);
    Ok(users.fold(builder, |builder, user| {
        builder.user(user.id, user.name, user.key, user.secret)
    }))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use qingstor_emulator::Emulator;

    use super::*;

    fn read(text: &str) -> Result<Builder, Error> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        add(Emulator::builder(), file.path())
    }

    #[test]
    fn accounts_come_as_yaml_or_json() {
        let yaml = "- { id: usr-ann, name: ann, key: ANN, secret: s1 }\n- { id: usr-bob, name: bob, key: BOB, secret: s2 }\n";
        let json = r#"[{"id": "usr-ann", "name": "ann", "key": "ANN", "secret": "s1"}]"#;
        for text in [yaml, json] {
            let shown = format!("{:?}", read(text).expect("accounts"));
            assert!(shown.contains("usr-ann"), "{shown}");
            assert!(!shown.contains("s1"), "{shown}");
        }
    }

    #[test]
    fn mistakes_have_a_place_and_no_secrets() {
        for text in [
            "",
            "[]",
            "- { id: usr-ann, name: ann, key: ANN }",
            "- { id: usr-ann, name: ann, key: ANN, secret: [hunter2] }",
            "- { id: usr-ann, name: ann, key: ANN, secret: s, more: hunter2 }",
            "hunter2",
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains("--users"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let missing = add(Emulator::builder(), Path::new("/nonexistent/users.yaml"));
        assert!(missing.is_err());
    }
}
