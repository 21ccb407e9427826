//! Changes of a YAML text that leave the rest of it as it is.

use std::ops::Range;

use crate::yaml::{Entry, Node, Value};

/// Bytes that are replaced.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// Makes all edits; they do not overlap.
pub(super) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut text = text.to_string();
    for edit in edits {
        text.replace_range(edit.range.clone(), &edit.text);
    }
    text
}

/// Another value in the place of a node.
pub(super) fn replace(node: &Node, text: impl Into<String>) -> Edit {
    Edit {
        range: node.range.clone(),
        text: text.into(),
    }
}

/// One more entry in front of one that is there.
pub(super) fn insert_before(text: &str, entry: &Entry, key: &str, value: &str) -> Edit {
    let start = entry.key_range.start;
    let before = text[..start].trim_end_matches(' ');
    let separator = if before.ends_with(['{', ',']) {
        ", ".to_string()
    } else {
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        format!("\n{}", " ".repeat(start - line))
    };
    Edit {
        range: start..start,
        text: format!("{key}: {value}{separator}"),
    }
}

/// A map without one of its entries, or nothing where it is the only one.
pub(super) fn remove(map: &Node, key: &str) -> Option<Edit> {
    let Value::Map(entries) = &map.value else {
        return None;
    };
    let index = entries.iter().position(|entry| entry.key == key)?;
    let entry = &entries[index];
    let range = match (entries.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => entry.key_range.start..next.key_range.start,
        (None, Some(previous)) => entries[previous].value.range.end..entry.value.range.end,
        (None, None) => return None,
    };
    Some(Edit {
        range,
        text: String::new(),
    })
}

/// A list without one of its items, or nothing where it is the only one. Only for lists in one line.
pub(super) fn remove_item(items: &[Node], index: usize) -> Option<Edit> {
    let range = match (items.get(index + 1), index.checked_sub(1)) {
        (Some(next), _) => items[index].range.start..next.range.start,
        (None, Some(previous)) => items[previous].range.end..items[index].range.end,
        (None, None) => return None,
    };
    Some(Edit {
        range,
        text: String::new(),
    })
}
