//! The YAML of a configuration file: keys with single values, some of them in groups.
//!
//! The parser gives events, so nothing is built that a hostile file could blow up, and each value keeps its text
//! and its place.

use std::collections::HashSet;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use zeroize::Zeroizing;

/// Deeper nesting than any SDK's file has.
const MAX_DEPTH: usize = 16;
/// More keys and values than any SDK's file has.
const MAX_NODES: usize = 10_000;

/// A key, with the names of its groups in front, and its value.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: Value,
    /// Line and column of the name.
    pub(super) named: (usize, usize),
    /// Of the value; of the name, where no value follows on it.
    pub(super) line: usize,
    pub(super) column: usize,
}

pub(super) enum Value {
    /// A scalar as it is written; empty for null.
    Text(Zeroizing<String>),
    /// A list or a map.
    Many,
}

/// What is wrong with the text, without quoting it.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

fn problem(at: &Marker, message: impl Into<String>) -> Problem {
    Problem {
        line: at.line(),
        column: at.col() + 1,
        message: message.into(),
    }
}

/// A list or a map whose end has not been seen yet.
struct Open {
    is_map: bool,
    /// What stands in front of the names in it; nothing in a list has a name.
    prefix: Option<String>,
    /// The key whose value comes next.
    key: Option<String>,
}

/// Reads one document: a map, or nothing.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut entries: Vec<Entry> = Vec::new();
    let mut names: HashSet<String> = HashSet::new();
    let mut open: Vec<Open> = Vec::new();
    let mut documents = 0;
    for (count, event) in Parser::new_from_str(text).enumerate() {
        // The parser's own words may quote the text.
        let (event, span) = event.map_err(|error| {
            problem(
                error.marker(),
                "this cannot be read as YAML; put values with special characters in quotes, indent by spaces, and look at the lines above and below too",
            )
        })?;
        let at = span.start;
        if count > MAX_NODES {
            return Err(problem(
                &at,
                format!("there are more than {MAX_NODES} keys and values"),
            ));
        }
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents == 2 {
                    return Err(problem(
                        &at,
                        "a second document begins here; a configuration is one",
                    ));
                }
            }
            Event::Alias(_) => {
                return Err(problem(&at, "aliases are not read; write the value out"));
            }
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    return Err(problem(&at, "tags are not read; write the value without"));
                }
                if open.is_empty() {
                    let is_null = style == ScalarStyle::Plain && is_null(&text);
                    match is_null {
                        true => continue,
                        false => return Err(not_a_map(&at)),
                    }
                }
                let Some(map) = open.last_mut().filter(|open| open.is_map) else {
                    continue;
                };
                let Some(prefix) = &map.prefix else {
                    map.key = match map.key.take() {
                        None => Some(String::new()),
                        Some(_) => None,
                    };
                    continue;
                };
                match map.key.take() {
                    None => {
                        let name = format!("{prefix}{text}");
                        if !names.insert(name.clone()) {
                            return Err(problem(&at, "this key is there twice"));
                        }
                        entries.push(Entry {
                            name: name.clone(),
                            value: Value::Many,
                            named: (at.line(), at.col() + 1),
                            line: at.line(),
                            column: at.col() + 1,
                        });
                        map.key = Some(name);
                    }
                    Some(_) => {
                        let is_null = style == ScalarStyle::Plain && is_null(&text);
                        let text = if is_null {
                            String::new()
                        } else {
                            text.into_owned()
                        };
                        // A value follows its key, so it belongs to the last one.
                        if let Some(entry) = entries.last_mut() {
                            entry.value = Value::Text(Zeroizing::new(text));
                            entry.line = at.line();
                            entry.column = at.col() + 1;
                        }
                    }
                }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let is_map = matches!(event, Event::MappingStart(..));
                if open.len() == MAX_DEPTH {
                    return Err(problem(
                        &at,
                        format!("this is nested deeper than {MAX_DEPTH} levels"),
                    ));
                }
                let prefix = match open.last_mut() {
                    None if !is_map => return Err(not_a_map(&at)),
                    None => Some(String::new()),
                    Some(outer) if !outer.is_map => None,
                    Some(outer) => match outer.key.take() {
                        None => return Err(problem(&at, "a key must be a single word")),
                        Some(name) => outer.prefix.as_ref().map(|_| format!("{name}.")),
                    },
                };
                open.push(Open {
                    is_map,
                    prefix: prefix.filter(|_| is_map),
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                open.pop();
            }
            _ => {}
        }
    }
    Ok(entries)
}

fn not_a_map(at: &Marker) -> Problem {
    problem(at, "a configuration is lines of the form `key: value`")
}

/// What YAML writes for nothing.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}
