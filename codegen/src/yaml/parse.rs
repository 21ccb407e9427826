//! From text to tree, refusing what specs have no use for before anything expensive looks at it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, Span};

use super::{Entry, Node, Value};
use crate::diagnostic::{Diagnostic, Place, SourceText};

/// No spec is near this long; a longer one is a mistake or an attack.
const MAX_BYTES: usize = 256 * 1024;
/// No spec nests near this deep.
const MAX_DEPTH: usize = 64;
/// No spec has near this many keys and values.
const MAX_NODES: usize = 10_000;
/// More mistakes than this in one text are not worth reading at once.
const MAX_MISTAKES: usize = 50;

/// Reads one document.
///
/// Everything that is wrong with the text itself is reported; the tree is only returned if nothing is.
pub fn parse(source: &Arc<SourceText>) -> Result<Node, Vec<Diagnostic>> {
    if source.text.len() > MAX_BYTES {
        let message = format!("the file is longer than {} KiB", MAX_BYTES / 1024);
        return Err(vec![
            at(source, 0..1, message).hint("split it: one operation or one type a file"),
        ]);
    }
    let shape = Outline::read(source)?;
    let value: serde_yaml::Value = serde_yaml::from_str(&source.text).map_err(|error| {
        let start = error.location().map_or(0, |l| l.index());
        vec![
            at(source, start..start + 1, message_of(&error))
                .hint("look at quotes, brackets and indentation, here and on the lines above"),
        ]
    })?;
    join(source, &shape, value).map_err(|d| vec![d])
}

fn at(source: &Arc<SourceText>, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
    let place = Place {
        source: source.clone(),
        range,
    };
    Diagnostic::at(place, message)
}

/// serde_yaml repeats the position at the end of its message; ours stands beside it already.
fn message_of(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    match text.find(" at line ") {
        Some(end) => text[..end].to_string(),
        None => text,
    }
}

/// The shape of a document: where each node stands, without its meaning.
struct Outline {
    range: Range<usize>,
    children: Children,
}

enum Children {
    Scalar,
    Seq(Vec<Outline>),
    Map(Vec<(Outline, Outline)>),
}

/// A collection whose end has not been seen yet.
struct Open {
    start: usize,
    is_map: bool,
    items: Vec<Outline>,
}

impl Outline {
    fn read(source: &Arc<SourceText>) -> Result<Outline, Vec<Diagnostic>> {
        let text = source.text.as_str();
        let bytes = Positions::new(text);
        let mut problems = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut root: Option<Outline> = None;
        let mut documents = 0;
        let mut nodes = 0;

        for event in Parser::new_from_str(text) {
            let (event, span) = match event {
                Ok(pair) => pair,
                Err(error) => {
                    let start = bytes.of(error.marker().index());
                    problems.push(explain(source, start, error.info()));
                    return Err(problems);
                }
            };
            let range = bytes.range(&span);
            let mut finished = None;
            nodes += 1;
            if nodes > MAX_NODES {
                let message = format!("the file has more than {MAX_NODES} keys and values");
                problems.push(
                    at(source, range.clone(), message)
                        .hint("split it: one operation or one type a file"),
                );
            }
            if nodes > MAX_NODES || problems.len() >= MAX_MISTAKES {
                return Err(problems);
            }
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents == 2 {
                        let problem = at(source, range, "a second document begins here");
                        problems.push(problem.hint(
                            "a spec file is one document: remove this `---` and what follows",
                        ));
                        return Err(problems);
                    }
                }
                Event::Alias(_) => {
                    problems.push(
                        at(source, range.clone(), "aliases are not allowed")
                            .hint("write the value out: specs are read by people"),
                    );
                    finished = Some(Outline {
                        range,
                        children: Children::Scalar,
                    });
                }
                Event::Scalar(_, _, anchor, tag) => {
                    refuse_decoration(source, &range, anchor, tag.is_some(), &mut problems);
                    finished = Some(Outline {
                        range,
                        children: Children::Scalar,
                    });
                }
                Event::SequenceStart(anchor, ref tag) | Event::MappingStart(anchor, ref tag) => {
                    refuse_decoration(source, &range, anchor, tag.is_some(), &mut problems);
                    if open.len() == MAX_DEPTH {
                        let message = format!("nested deeper than {MAX_DEPTH} levels");
                        problems.push(at(source, range, message).hint("no spec needs this"));
                        return Err(problems);
                    }
                    open.push(Open {
                        start: range.start,
                        is_map: matches!(event, Event::MappingStart(..)),
                        items: Vec::new(),
                    });
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(done) = open.pop() {
                        finished = Some(done.close(range.end, source, text, &mut problems));
                    }
                }
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
            if let Some(node) = finished {
                match open.last_mut() {
                    Some(parent) => parent.items.push(node),
                    None => root = Some(node),
                }
            }
        }
        match root {
            _ if !problems.is_empty() => Err(problems),
            Some(root) => Ok(root),
            None => Err(vec![at(source, 0..0, "the file is empty").hint(
                "`cargo xtask new-operation` writes a skeleton to start from",
            )]),
        }
    }
}

fn refuse_decoration(
    source: &Arc<SourceText>,
    range: &Range<usize>,
    anchor: usize,
    tagged: bool,
    problems: &mut Vec<Diagnostic>,
) {
    let what = match (anchor, tagged) {
        (0, false) => return,
        (0, true) => "tags are not allowed",
        _ => "anchors are not allowed",
    };
    problems.push(
        at(source, range.clone(), what).hint("write the plain value: specs are read by people"),
    );
}

impl Open {
    fn close(
        self,
        end: usize,
        source: &Arc<SourceText>,
        text: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Outline {
        let start = self.start;
        let range = start..end.max(start);
        if !self.is_map {
            let children = Children::Seq(self.items);
            return Outline { range, children };
        }
        let mut pairs: Vec<(Outline, Outline)> = Vec::with_capacity(self.items.len() / 2);
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut items = self.items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let name = &text[key.range.clone()];
            if let Some(first) = seen.insert(name, key.range.start)
                && problems.len() < MAX_MISTAKES
            {
                let line = text[..first].matches('\n').count() + 1;
                let message = format!("the key `{name}` stands here twice");
                problems.push(
                    at(source, key.range.clone(), message)
                        .hint(format!("it is first on line {line}: keep one of them")),
                );
            }
            pairs.push((key, value));
        }
        Outline {
            range,
            children: Children::Map(pairs),
        }
    }
}

/// Says what a parser's complaint means for somebody who edits a spec.
fn explain(source: &Arc<SourceText>, start: usize, info: &str) -> Diagnostic {
    let text = source.text.as_str();
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
    if let Some(tab) = text[line_start..line_end].find('\t') {
        let tab = line_start + tab;
        return at(source, tab..tab + 1, "a tab in the indentation")
            .hint("YAML is indented with spaces");
    }
    let end = (start + 1).min(text.len()).max(start);
    if info.contains("recursion limit") {
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        return at(source, start..end, message).hint("no spec needs this");
    }
    at(source, start..end, format!("this is not YAML: {info}"))
        .hint("look at quotes, brackets and indentation, here and on the lines above")
}

/// The parser counts characters, everything else here counts bytes.
struct Positions(Vec<usize>);

impl Positions {
    fn new(text: &str) -> Self {
        let mut offsets: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        offsets.push(text.len());
        Self(offsets)
    }

    fn of(&self, index: usize) -> usize {
        self.0[index.min(self.0.len() - 1)]
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let start = self.of(span.start.index());
        start..self.of(span.end.index()).max(start)
    }
}

/// Puts what a text means onto where it stands.
fn join(
    source: &Arc<SourceText>,
    outline: &Outline,
    value: serde_yaml::Value,
) -> Result<Node, Diagnostic> {
    use serde_yaml::Value as Yaml;
    let range = outline.range.clone();
    let disagree = || {
        at(
            source,
            outline.range.clone(),
            "this text can be read in two ways",
        )
        .hint("put the value in double quotes")
    };
    let value = match (value, &outline.children) {
        (Yaml::Null, Children::Scalar) => Value::Null,
        (Yaml::Bool(b), Children::Scalar) => Value::Bool(b),
        (Yaml::String(s), Children::Scalar) => Value::String(s),
        (Yaml::Number(n), Children::Scalar) => match (n.as_i64(), n.as_u64()) {
            (Some(int), _) => Value::Int(int),
            (None, Some(uint)) => Value::Uint(uint),
            (None, None) => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
        },
        (Yaml::Sequence(values), Children::Seq(outlines)) if values.len() == outlines.len() => {
            let nodes = values.into_iter().zip(outlines);
            let nodes = nodes.map(|(value, outline)| join(source, outline, value));
            Value::Seq(nodes.collect::<Result<_, _>>()?)
        }
        (Yaml::Mapping(map), Children::Map(outlines)) if map.len() == outlines.len() => {
            let mut entries = Vec::with_capacity(outlines.len());
            for ((key, value), (key_outline, outline)) in map.into_iter().zip(outlines) {
                let Yaml::String(key) = key else {
                    let range = key_outline.range.clone();
                    return Err(
                        at(source, range, "a key has to be text").hint("put it in double quotes")
                    );
                };
                entries.push(Entry {
                    key_range: key_outline.range.clone(),
                    key,
                    value: join(source, outline, value)?,
                });
            }
            Value::Map(entries)
        }
        _ => return Err(disagree()),
    };
    Ok(Node { range, value })
}
