//! The generated files of the project itself: current, complete, and the same from everywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use qingstor_codegen::source::{Drift, on_disk};
use qingstor_codegen::{Sources, generate};

fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the project's root").to_path_buf()
}

#[test]
fn the_files_on_disk_are_what_the_specs_say() {
    let sources = Sources::read(&root()).expect("readable specs");
    let files = generate(&sources).expect("sound specs");
    let drift = Drift::between(&files, &on_disk(&root()).expect("readable files"));
    assert!(drift.is_empty(), "run `cargo xtask generate`: {drift:#?}");
}

#[test]
fn the_same_specs_make_the_same_bytes() {
    let sources = Sources::read(&root()).expect("readable specs");
    let first = generate(&sources).expect("sound specs");
    for _ in 0..3 {
        // Read anew: nothing may depend on the order in which a disk lists its files.
        let again = Sources::read(&root()).expect("readable specs");
        assert_eq!(generate(&again).expect("sound specs"), first);
    }
    for (path, text) in &first {
        assert!(text.ends_with('\n') && !text.contains('\r'), "{path}");
        assert!(
            !text.contains(&*root().to_string_lossy()),
            "{path} names this machine"
        );
    }
}

#[test]
fn stray_missing_and_changed_files_are_told_apart() {
    let files = BTreeMap::from([
        ("a".to_string(), "1".to_string()),
        ("b".to_string(), "2".to_string()),
    ]);
    let disk = BTreeMap::from([
        ("b".to_string(), b"3".to_vec()),
        ("c".to_string(), b"4".to_vec()),
    ]);
    let drift = Drift::between(&files, &disk);
    assert_eq!(drift.missing, ["a"]);
    assert_eq!(drift.stale, ["b"]);
    assert_eq!(drift.orphaned, ["c"]);
    assert!(!drift.is_empty());
}
