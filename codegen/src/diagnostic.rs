//! What is wrong with a spec, where, and what to do about it.

use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A text that positions point into.
#[derive(Debug)]
pub struct SourceText {
    /// Path from the project's root, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A range of bytes in one file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Arc<SourceText>,
    /// The bytes; empty ranges are shown as one caret.
    pub range: Range<usize>,
}

impl Place {
    /// Parsers tell where something begins, but not always how long its first character is.
    fn on_characters(mut self) -> Self {
        let text = &self.source.text;
        let mut start = self.range.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = self.range.end.clamp(start, text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        self.range = start..end;
        self
    }
}

/// One mistake in the specs, templates or in the text made from them.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it; shown beside the caret.
    pub hint: Option<String>,
    /// Where; `None` only when no file can be blamed.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// A mistake at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self {
            message: shortened(message.into()),
            hint: None,
            place: Some(place.on_characters()),
        }
    }

    /// A mistake that no single place is to blame for.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            place: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The file, line and column (both from 1) that the mistake is reported at.
    pub fn position(&self) -> Option<(&str, usize, usize)> {
        let place = self.place.as_ref()?;
        let before = place.source.text.get(..place.range.start)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
        Some((&place.source.path, line, column))
    }

    /// The mistake as a terminal shows it: message, file:line:column, the line, a caret, the hint.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let title = Level::ERROR.primary_title(self.message.as_str());
        let hint = self.hint.as_deref().unwrap_or_default();
        let Some(place) = &self.place else {
            let mut group = annotate_snippets::Group::with_title(title);
            if !hint.is_empty() {
                group = group.element(Level::HELP.message(hint));
            }
            return renderer.render(&[group]);
        };
        let text = place.source.text.as_str();
        // A position at the end of an empty file still deserves a line to stand on.
        let end = place.range.end.min(text.len());
        let range = place.range.start.min(end)..end;
        let annotation = AnnotationKind::Primary.span(range).label(hint);
        let snippet = Snippet::source(text)
            .path(place.source.path.as_str())
            .annotation(annotation);
        renderer.render(&[title.element(snippet)])
    }
}

/// A message that quotes a whole file helps nobody.
fn shortened(mut message: String) -> String {
    const LONGEST: usize = 300;
    if let Some((end, _)) = message.char_indices().nth(LONGEST) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// The hint for a misspelt name, if there is one that it most likely stands for.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    closest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// The candidate that a misspelt name most likely stands for.
fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance that ignores case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let names = ["Method", "StorageClass"];
        assert_eq!(closest("Methodd", names), Some("Method"));
        assert_eq!(closest("storageclass", names), Some("StorageClass"));
        assert_eq!(closest("Owner", names), None);
    }

    #[test]
    fn columns_count_characters_from_one() {
        let source = Arc::new(SourceText {
            path: "a.yaml".into(),
            text: "x: 1\n中文: 2\n".into(),
        });
        let place = Place {
            source,
            range: 13..14,
        };
        assert_eq!(
            Diagnostic::at(place, "m").position(),
            Some(("a.yaml", 2, 5))
        );
    }
}
