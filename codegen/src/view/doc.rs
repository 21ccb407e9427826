//! Prose: as doc comments, and as cells of Markdown tables.

/// A doc comment of paragraphs, wrapped for an indentation of `indent` blanks.
pub(crate) fn comment(paragraphs: &[String], indent: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in paragraphs.iter().filter(|p| !p.trim().is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrap(&safe(paragraph), 96 - indent));
    }
    comment_as_is(&lines, indent)
}

/// A doc comment of lines that are laid out already.
pub(crate) fn comment_as_is(lines: &[String], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let lines = lines.iter().map(|line| match line.is_empty() {
        true => format!("{pad}///"),
        false => format!("{pad}/// {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Wraps a paragraph; lines that begin like a list item, a table or a quote keep their own line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for block in text.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut current = String::new();
        // What does not fit on the line of a list's item stands below its text.
        let mut hanging = "";
        for line in block.lines() {
            let starts_item = ["- ", "* ", "| ", "> ", "#"]
                .iter()
                .any(|m| line.trim_start().starts_with(m));
            if starts_item {
                if !current.trim().is_empty() {
                    lines.push(std::mem::take(&mut current));
                }
                current.clear();
                let is_list = line.trim_start().starts_with(['-', '*']);
                hanging = if is_list { "  " } else { "" };
            }
            for word in line.split_whitespace() {
                if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width
                {
                    lines.push(std::mem::replace(&mut current, hanging.to_string()));
                } else if !current.is_empty() {
                    current.push(' ');
                }
                current.push_str(word);
            }
        }
        if !current.is_empty() {
            lines.push(current);
        }
    }
    lines
}

/// Text in which nothing outside of code spans is taken for HTML or a link, and addresses are links.
pub(crate) fn safe(text: &str) -> String {
    let mut result = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            result.push('`');
        }
        if index % 2 == 1 {
            result.push_str(part);
            continue;
        }
        for (index, word) in part.split(' ').enumerate() {
            if index > 0 {
                result.push(' ');
            }
            if word.starts_with("https://") || word.starts_with("http://") {
                let end = word.trim_end_matches(['.', ',', ';', ':', ')']).len();
                result.push_str(&format!("<{}>{}", &word[..end], &word[end..]));
            } else {
                for c in word.chars() {
                    if matches!(c, '<' | '>' | '[' | ']') {
                        result.push('\\');
                    }
                    result.push(c);
                }
            }
        }
    }
    result
}

/// Text for a cell of a Markdown table.
pub(crate) fn cell(text: &str) -> String {
    let text = safe(text).replace('|', "\\|");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_and_is_harmless() {
        let text = comment(
            &["Sent as `a<b>` to <b>, see https://x.example/y.".into()],
            4,
        );
        assert_eq!(
            text,
            "    /// Sent as `a<b>` to \\<b\\>, see <https://x.example/y>."
        );
        let long = "word ".repeat(40);
        assert!(comment(&[long], 0).lines().all(|l| l.len() <= 100));
    }

    #[test]
    fn a_cell_stays_on_its_line() {
        assert_eq!(cell("a|b\n c"), "a\\|b c");
    }
}
