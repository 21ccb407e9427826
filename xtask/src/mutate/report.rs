//! What became of the mutants.

use std::collections::BTreeMap;
use std::path::Path;

use qingstor_codegen::mutate::{Kind, Mutation};
use serde::Deserialize;

use super::state::{Fate, State};

/// The least share, in percent, of mutants that compile which the checks have to catch.
const REQUIRED: usize = 95;

/// Why some mutants cannot be noticed, written by people.
pub(super) struct Reasons(Vec<Reason>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// A mutant's id, in which `*` stands for anything.
    mutants: String,
    why: String,
}

impl Reasons {
    pub(super) fn read(root: &Path) -> Result<Reasons, String> {
        let path = root.join("conformance/survivors.yaml");
        let named = |problem: String| format!("{}: {problem}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|e| named(e.to_string()))?;
        let reasons = serde_yaml::from_str(&text).map_err(|e| named(e.to_string()))?;
        Ok(Reasons(reasons))
    }

    fn of(&self, id: &str) -> Option<&str> {
        let reason = self.0.iter().find(|reason| fits(&reason.mutants, id))?;
        Some(&reason.why)
    }
}

/// Whether a text is what a pattern with `*` says.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len()).any(|at| text.is_char_boundary(at) && fits(rest, &text[at..]))
}

#[derive(Default)]
struct Counts {
    drawn: usize,
    lint: usize,
    compiler: usize,
    suite: usize,
    survived: usize,
}

impl Counts {
    fn add(&mut self, fate: &Fate) {
        self.drawn += 1;
        match fate {
            Fate::Lint(_) => self.lint += 1,
            Fate::Compiler(_) => self.compiler += 1,
            Fate::Suite(_) => self.suite += 1,
            Fate::Survived => self.survived += 1,
        }
    }

    fn row(&self, name: &str) {
        let Self {
            drawn,
            lint,
            compiler,
            suite,
            survived,
        } = self;
        println!("{name:<24}{drawn:>7}{lint:>7}{compiler:>10}{suite:>8}{survived:>10}");
    }
}

/// Prints the counts and the survivors; tells whether enough are caught.
pub(super) fn tell(mutants: &[Mutation], state: &State, reasons: &Reasons) -> bool {
    let mut kinds: BTreeMap<Kind, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    let mut survivors = Vec::new();
    for mutant in mutants {
        let Some(fate) = state.fate(&mutant.id()) else {
            continue;
        };
        kinds.entry(mutant.kind).or_default().add(fate);
        total.add(fate);
        if *fate == Fate::Survived {
            survivors.push(mutant);
        }
    }
    println!();
    println!(
        "{:<24}{:>7}{:>7}{:>10}{:>8}{:>10}",
        "kind of fact", "drawn", "lint", "compiler", "suite", "survived"
    );
    for (kind, counts) in &kinds {
        counts.row(kind.as_str());
    }
    total.row("all");
    let compiled = total.suite + total.survived;
    let share = total.suite * 1000 / compiled.max(1);
    println!();
    println!(
        "{} of {compiled} mutants that compile are caught: {}.{} %",
        total.suite,
        share / 10,
        share % 10
    );
    let (known, new): (Vec<_>, Vec<_>) = survivors
        .iter()
        .map(|m| (*m, reasons.of(&m.id())))
        .partition(|(_, why)| why.is_some());
    for (mutant, why) in &known {
        println!(
            "  survives: {} (line {})\n    {}",
            mutant.id(),
            mutant.line,
            why.unwrap_or_default()
        );
    }
    for (mutant, _) in &new {
        println!(
            "  survives, and conformance/survivors.yaml does not say why: {} (line {})",
            mutant.id(),
            mutant.line
        );
    }
    total.suite * 100 >= compiled * REQUIRED && new.is_empty()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(fits("a", "a"));
        assert!(!fits("a", "ab"));
        assert!(fits(
            "specs/*.yaml auth: *",
            "specs/bucket/x.yaml auth: required -> optional"
        ));
        assert!(!fits(
            "specs/*.yaml auth: *",
            "specs/bucket/x.yaml presign: true -> false"
        ));
        assert!(fits("*", ""));
    }
}
