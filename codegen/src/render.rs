//! From views to text, through the templates.

use std::collections::BTreeMap;

use tera::Tera;

use crate::diagnostic::Diagnostic;
use crate::plan::Planned;

/// The templates, parsed.
pub struct Templates(Tera);

impl Templates {
    /// Parses all templates: paths below `templates/`, and their texts.
    pub fn parse(templates: &BTreeMap<String, String>) -> Result<Self, Diagnostic> {
        let mut tera = Tera::new();
        let pairs = templates
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        tera.add_raw_templates(pairs)
            .map_err(|e| Diagnostic::nowhere(format!("a template cannot be read: {e}")))?;
        tera.autoescape_on(Vec::<&str>::new());
        Ok(Self(tera))
    }

    /// Renders one file, as the template leaves it: not laid out yet.
    pub fn render(&self, file: &Planned) -> Result<String, Diagnostic> {
        let Planned {
            template, subject, ..
        } = file;
        self.0.render(template, &file.context).map_err(|e| {
            Diagnostic::nowhere(format!("templates/{template} fails for {subject}: {e}"))
        })
    }
}
