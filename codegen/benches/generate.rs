//! How long the generator takes in process, and whether that grows with the number of operations.
//!
//! `cargo bench -p qingstor-codegen --bench generate`. The specs are the project's own, and those with each
//! operation copied under other names, in memory. The sizes alternate in each round and the medians are
//! compared, so that a busy machine troubles all of them. Nothing is asserted about time.
//!
//! `cargo bench -p qingstor-codegen --bench generate -- only 4` generates once with each operation there four
//! times and measures nothing, for `valgrind --tool=callgrind`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use qingstor_codegen::{Diagnostic, Files, Sources, check, generate};

const ROUNDS: usize = 15;

/// How often each operation is there. With 13 operations in the project, 4 is about the whole API.
const COPIES: [usize; 3] = [1, 2, 10];

/// One size of the input, and what was measured.
struct Row {
    sources: Sources,
    operations: usize,
    files: Files,
    check: Vec<f64>,
    whole: Vec<f64>,
}

impl Row {
    fn new(project: &Sources, copies: usize) -> Row {
        let sources = multiplied(project, copies);
        let operations = read(check(&sources)).operations.len();
        let files = read(generate(&sources));
        Row {
            sources,
            operations,
            files,
            check: Vec::new(),
            whole: Vec::new(),
        }
    }

    fn measure(&mut self) {
        self.check.push(milliseconds(|| check(&self.sources)));
        self.whole.push(milliseconds(|| generate(&self.sources)));
    }

    fn lines(&self, folder: &str) -> usize {
        let inside = self
            .files
            .iter()
            .filter(|(path, _)| path.starts_with(folder));
        inside.map(|(_, text)| text.lines().count()).sum()
    }
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the project's root");
    let read_files = milliseconds(|| Sources::read(root).expect("readable sources"));
    let project = Sources::read(root).expect("readable sources");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, copies, ..] = &arguments[..]
        && first == "only"
    {
        let copies = copies.parse().expect("a number of copies");
        let files = read(generate(&multiplied(&project, copies)));
        println!("{} files", files.len());
        return;
    }
    let mut rows: Vec<Row> = COPIES.iter().map(|n| Row::new(&project, *n)).collect();
    for _ in 0..ROUNDS {
        for row in &mut rows {
            row.measure();
        }
    }
    println!("reading specs and templates from disk, once: {read_files:.1} ms");
    println!("medians of {ROUNDS} rounds, ms; render + format is the whole without parse + check");
    println!(
        "operations  files  lines in all  lines of SDK  parse+check  render+format  whole  (least)  per operation  whole/first"
    );
    let first = median(&rows[0].whole);
    for row in &rows {
        let (check, whole) = (median(&row.check), median(&row.whole));
        println!(
            "{:>10} {:>6} {:>13} {:>13} {check:>12.1} {:>14.1} {whole:>6.1} {:>8.1} {:>14.3} {:>12.2}",
            row.operations,
            row.files.len(),
            row.lines(""),
            row.lines("sdk/src/generated/"),
            whole - check,
            row.whole.iter().copied().fold(f64::INFINITY, f64::min),
            whole / row.operations as f64,
            whole / first,
        );
    }
    println!("budget: 100 ms for the whole with 50 operations, in a release build");
}

fn milliseconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    // What was made is dropped outside the measurement.
    drop(black_box(result));
    elapsed.as_secs_f64() * 1e3
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn read<T>(result: Result<T, Vec<Diagnostic>>) -> T {
    result.unwrap_or_else(|problems| {
        let first = problems.first().map(|problem| problem.render(false));
        panic!("{} mistakes; {}", problems.len(), first.unwrap_or_default())
    })
}

/// The specs with each operation there `copies` times; types and errors stay as they are. Those few whose selector is a
/// parameter with a value are not copied.
fn multiplied(project: &Sources, copies: usize) -> Sources {
    let mut specs = project.specs.clone();
    for (path, bytes) in &project.specs {
        let is_operation = ["specs/service/", "specs/bucket/", "specs/object/"]
            .iter()
            .any(|folder| path.starts_with(folder));
        if !is_operation {
            continue;
        }
        let text = std::str::from_utf8(bytes).expect("a spec in UTF-8");
        let selector = selector(text);
        if !selector.is_empty() && text.contains(&format!("?{selector}=")) {
            continue;
        }
        for number in 1..copies {
            let path = path.replace(".yaml", &format!("_x{number}.yaml"));
            specs.insert(path, copied(text, number).into_bytes());
        }
    }
    Sources {
        specs,
        templates: BTreeMap::clone(&project.templates),
    }
}

/// The spec of an operation under another name, and with another selector, since no two operations can share
/// a route. Needs `http` and the targets of the examples to stand on one line each.
fn copied(text: &str, number: usize) -> String {
    let selector = selector(text);
    let mut copy = String::with_capacity(text.len() + 1024);
    for line in text.lines() {
        if is_name(line) {
            copy.push_str(&format!("{line}X{number}"));
        } else if let Some((before, names)) = line.split_once("for: [") {
            let (names, rest) = names.split_once(']').expect("a closing bracket");
            let names: Vec<String> = names.split(", ").map(|n| format!("{n}X{number}")).collect();
            copy.push_str(&format!("{before}for: [{}]{rest}", names.join(", ")));
        } else if line.starts_with("http: ") {
            let line = line.trim_end_matches([' ', '}']);
            let line = line.split(", selector: ").next().unwrap_or(line);
            copy.push_str(&format!("{line}, selector: {selector}x{number} }}"));
        } else if let Some((before, target)) = line.split_once("target: ") {
            let (target, rest) = match target.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').expect("a closing quote"),
                None => target.split_at(target.find([',', ' ']).unwrap_or(target.len())),
            };
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let query = query.strip_prefix(selector).unwrap_or(query);
            let query = query.trim_start_matches('&');
            let joint = if query.is_empty() { "" } else { "&" };
            copy.push_str(&format!(
                "{before}target: \"{path}?{selector}x{number}{joint}{query}\"{rest}"
            ));
        } else {
            copy.push_str(line);
        }
        copy.push('\n');
    }
    copy
}

/// The query key that selects an operation; empty without one.
fn selector(text: &str) -> &str {
    text.lines()
        .find(|line| line.starts_with("http: "))
        .and_then(|line| line.split_once("selector: "))
        .and_then(|(_, rest)| rest.split([' ', ',', '}']).next())
        .unwrap_or_default()
}

/// Whether a line names the operation, a variant, or the variant that an example is about.
fn is_name(line: &str) -> bool {
    ["operation: ", "  - operation: ", "    variant: "]
        .iter()
        .any(|start| line.starts_with(start))
}
