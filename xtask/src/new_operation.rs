//! `cargo xtask new-operation`

use std::path::Path;
use std::process::ExitCode;

const SKELETON: &str = include_str!("new_operation.yaml");

/// Writes a commented spec, to be filled in: all that `lint` finds wrong with it is its placeholders.
pub(crate) fn run(root: &Path, scope: &str, name: &str) -> ExitCode {
    let (file, text) = match skeleton(scope, name) {
        Ok(skeleton) => skeleton,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let full = root.join(&file);
    if full.exists() {
        eprintln!("error: {file} is there already");
        return ExitCode::FAILURE;
    }
    if let Err(error) = std::fs::write(&full, text) {
        eprintln!("error: {file}: {error}");
        return ExitCode::FAILURE;
    }
    println!(
        "wrote {file}\nfill it in: `cargo xtask lint` tells what is left; then run `cargo xtask generate` and `cargo test --workspace`"
    );
    ExitCode::SUCCESS
}

/// The path and text of a new spec.
fn skeleton(scope: &str, name: &str) -> Result<(String, String), String> {
    let (path, input, target) = match scope {
        "service" => ("/", "{}", "/"),
        "bucket" => ("/{bucket}", "{ bucket: example-photos }", "/example-photos"),
        "object" => (
            "/{bucket}/{key}",
            "{ bucket: example-photos, key: cat.png }",
            "/example-photos/cat.png",
        ),
        _ => {
            return Err(format!(
                "the scope is service, bucket or object, not `{scope}`"
            ));
        }
    };
    let starts = name.starts_with(|c: char| c.is_ascii_uppercase());
    if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!(
            "the name is in UpperCamelCase, as in `GetBucketInventory`, not `{name}`"
        ));
    }
    let snake = qingstor_codegen::model::snake(name);
    let text = SKELETON
        .replace("@NAME@", name)
        .replace("@SELECTOR@", &snake)
        .replace("@SCOPE@", scope)
        .replace("@PATH@", path)
        .replace("@INPUT@", input)
        .replace("@TARGET@", &format!("{target}?{snake}"));
    Ok((format!("specs/{scope}/{snake}.yaml"), text))
}

#[cfg(test)]
mod tests {
    use qingstor_codegen::Sources;

    use super::*;

    #[test]
    fn nothing_is_wrong_with_a_skeleton_but_its_placeholders() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let project = Sources::read(&root).expect("the project's specs");
        for (scope, name) in [
            ("service", "GetSomething"),
            ("bucket", "ListSomethings"),
            ("object", "HeadCORSThing"),
        ] {
            let (file, text) = skeleton(scope, name).expect("a skeleton");
            let with = |text: &str| {
                let mut sources = project.clone();
                sources.specs.insert(file.clone(), text.into());
                qingstor_codegen::generate(&sources)
            };
            let problems = with(&text).expect_err("placeholders");
            let places = text.lines().enumerate();
            let places = places.filter(|(_, line)| line.contains("\"TODO:"));
            let places: Vec<usize> = places.map(|(index, _)| index + 1).collect();
            let lines = problems.iter().map(|p| p.position().expect("a place").1);
            assert_eq!(lines.collect::<Vec<_>>(), places);
            let filled = text
                .replace(
                    "TODO: the URL of the vendor's page",
                    "https://docs.example.com/",
                )
                .replace("TODO:", "");
            if let Err(problems) = with(&filled) {
                let texts: Vec<String> = problems.iter().map(|p| p.render(false)).collect();
                panic!("{}", texts.join("\n"));
            }
        }
    }

    #[test]
    fn bad_scopes_and_names_are_refused() {
        assert!(skeleton("buckets", "GetThing").is_err());
        assert!(skeleton("bucket", "getThing").is_err());
        assert!(skeleton("bucket", "../x").is_err());
    }
}
