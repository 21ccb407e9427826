//! Finding, reading and refusing files.

use crate::support::{CANARY, Home, contains, refusal, shown};

#[test]
fn the_file_is_found_by_argument_then_variable_then_home() {
    let home = Home::with("zone: home\n");
    let other = home.path().join("other.yaml");
    std::fs::write(&other, "zone: variable\n").unwrap();
    let third = home.path().join("third.yaml");
    std::fs::write(&third, "zone: argument\n").unwrap();
    let other = other.to_str().unwrap();

    let text = shown(home.quick(&[]).build());
    contains(&text, &["zone: home (from "]);
    let text = shown(home.quick(&[("QINGSTOR_CONFIG_PATH", other)]).build());
    contains(&text, &["zone: variable (from ", "other.yaml:1:7"]);
    let text = shown(
        home.quick(&[("QINGSTOR_CONFIG_PATH", "~/other.yaml")])
            .build(),
    );
    contains(&text, &["zone: variable (from "]);
    let builder = home.quick(&[("QINGSTOR_CONFIG_PATH", other)]);
    let text = shown(builder.config_file(&third).build());
    contains(&text, &["zone: argument (from "]);
    let builder = home.quick(&[("QINGSTOR_CONFIG_PATH", other)]);
    contains(
        &shown(builder.no_config_file().build()),
        &["file: None", "zone:  (from default)"],
    );
    let alone = qingstor::Client::builder()
        .no_environment()
        .config_file(&third);
    contains(&shown(alone.build()), &["zone: argument (from "]);
}

#[test]
fn only_a_file_that_was_named_must_be_there() {
    let home = Home::empty();
    contains(&shown(home.builder(&[]).build()), &["file: None"]);
    let builder = home.builder(&[("QINGSTOR_CONFIG_PATH", "/does/not/exist.yaml")]);
    contains(
        &refusal(builder.build()),
        &[
            "QINGSTOR_CONFIG_PATH",
            "there is no file /does/not/exist.yaml",
        ],
    );
    let builder = home.builder(&[]).config_file("/does/not/exist.yaml");
    contains(
        &refusal(builder.build()),
        &["there is no file /does/not/exist.yaml"],
    );
    contains(
        &refusal(qingstor::Client::from_file("/does/not/exist.yaml")),
        &["/does/not/exist.yaml"],
    );
    // A directory is no file either, but something is there.
    let directory = home.path().to_str().unwrap();
    let builder = home.builder(&[("QINGSTOR_CONFIG_PATH", directory)]);
    contains(
        &refusal(builder.build()),
        &["QINGSTOR_CONFIG_PATH", "cannot be read"],
    );
    // A home that is no directory has no file.
    let other = home.path().join("file");
    std::fs::write(&other, "").unwrap();
    let home_is_file = home.quick(&[("HOME", other.to_str().unwrap())]);
    contains(&shown(home_is_file.build()), &["file: None"]);
    // Without a home nothing is looked for.
    contains(
        &shown(home.builder(&[("HOME", "")]).build()),
        &["file: None"],
    );
}

#[test]
fn a_file_alone_makes_a_client() {
    let home = Home::with("access_key_id: ID\nsecret_access_key: canary-4f9b2e\nzone: pek3a\n");
    let builder = qingstor::Client::builder().no_environment();
    let client = builder.config_file(home.file()).build().unwrap();
    let link = client
        .bucket("photos")
        .get_object("cat.png")
        .presign(std::time::Duration::from_secs(60))
        .unwrap();
    assert!(
        link.url
            .starts_with("https://pek3a.qingstor.com/photos/cat.png?access_key_id=ID&")
    );
}

#[test]
fn what_is_no_configuration_is_refused_with_its_place() {
    for (text, place, says) in [
        ("- a\n- b\n", ":1:1: ", "key: value"),
        ("just words\n", ":1:1: ", "key: value"),
        ("zone: a\nzone: b\n", ":2:1: ", "twice"),
        ("zone: a\n---\nzone: b\n", ":2:1: ", "second document"),
        ("a: &x 1\nb: *x\n", ":2:4: ", "aliases"),
        ("zone: !!str a\n", ":1:", "tags"),
        ("zone: [a, b]\n", ":1:1: zone: ", "single value"),
        ("zone:\n  a: b\n", ":1:1: zone: ", "single value"),
        ("? [a]\n: b\n", ":1:3: ", "single word"),
        ("zone: a\n\tport: 1\n", ":1:7: ", "cannot be read as YAML"),
        ("zone: 'a\n", ":", "cannot be read as YAML"),
    ] {
        let home = Home::with(text);
        let refused = refusal(home.builder(&[]).build());
        let place = format!("{}{place}", home.file().display());
        contains(&refused, &[&place, says]);
    }
    let home = Home::with(b"zone: \xff\n");
    contains(
        &refusal(home.builder(&[]).build()),
        &["config.yaml is not UTF-8"],
    );
}

/// A parser likes to quote the line that it stumbles over.
#[test]
fn errors_do_not_quote_the_secret() {
    for text in [
        "access_key_id: ID\nsecret_access_key: canary-4f9b2e: x\n",
        "access_key_id: ID\nsecret_access_key: @canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: \"canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: \"\\qcanary-4f9b2e\"\n",
        "access_key_id: ID\nsecret_access_key: {canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: [canary-4f9b2e]\n",
        "access_key_id: ID\nsecret_access_key: *canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: !canary-4f9b2e x\n",
        "access_key_id: ID\nsecret_access_key canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: %canary-4f9b2e\n  - x\n",
        "access_key_id: ID\n secret_access_key: canary-4f9b2e\n",
        "secret_access_key: canary-4f9b2e\naccess_key_id: 中\n",
        "secret_access_key: canary-4f9b2e\nsecret_access_key: canary-4f9b2e\n",
        "secret_access_key: canary-4f9b2e\nport: x\n",
        "canary-4f9b2e\n",
        "access_key_id: ID\nsecret_access_key: ' canary-4f9b2e'\n",
    ] {
        let home = Home::with(text);
        let refused = refusal(home.builder(&[]).build());
        assert!(!refused.contains("canary"), "{refused}");
    }
    // On the wrong side of the colon it is an unknown key, which is not shown.
    let home = Home::with("canary-4f9b2e: access_key_id\n");
    contains(
        &shown(home.builder(&[]).build()),
        &["unknown key at ", "config.yaml:1:16"],
    );
    assert!(!CANARY.is_empty());
}

#[test]
fn what_would_eat_memory_or_time_is_refused() {
    let bomb = {
        let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (new, old) in ('b'..='i').zip('a'..='h') {
            text.push_str(&format!(
                "{new}: &{new} [*{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}, *{old}]\n"
            ));
        }
        text
    };
    let deep = format!("zone: {}{}", "[".repeat(100), "]".repeat(100));
    let endless = format!("zone: {}", "[".repeat(200_000));
    let nested: String = (0..400)
        .map(|depth| format!("{}k:\n", " ".repeat(depth)))
        .collect();
    let many: String = (0..12_000)
        .map(|number| format!("key{number}: 1\n"))
        .collect();
    for (text, says) in [
        (bomb, "aliases"),
        (deep, "deeper than 16"),
        (endless, "cannot be read as YAML"),
        (nested, "deeper than 16"),
        (many, "more than 10000"),
        (format!("zone: {}", "a".repeat(256 * 1024)), "256 KiB"),
    ] {
        let home = Home::with(text);
        contains(&refusal(home.builder(&[]).build()), &["config.yaml", says]);
    }
    // A file without end is not read to its end.
    #[cfg(unix)]
    {
        let builder = Home::empty().builder(&[("QINGSTOR_CONFIG_PATH", "/dev/zero")]);
        contains(&refusal(builder.build()), &["/dev/zero", "256 KiB"]);
    }
}

#[test]
fn empty_files_and_byte_order_marks_are_harmless() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "{}",
        "\u{feff}zone: pek3a\n",
        "~\n",
        "zone: pek3a\r\nport: 443\r\n",
    ] {
        let home = Home::with(text);
        let shown = shown(home.quick(&[]).build());
        let zone = if text.contains("pek3a") {
            "zone: pek3a ("
        } else {
            "zone:  ("
        };
        contains(&shown, &[zone]);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]
    #[test]
    fn no_text_makes_it_panic(text in "([a-z_]{0,12}: ?|[\\[\\]{}&*!|>'\"%@`#,?:~-]|\n *|\t|[a-z0-9 ]{0,8}|\\PC){0,24}") {
        let home = Home::with(text);
        let _ = home.quick(&[]).build().map(drop);
    }
}
