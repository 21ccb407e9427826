//! From views to text, through the templates.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Tera};

use crate::diagnostic::Diagnostic;

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

    /// Renders one view. `subject` names the spec that the text is made from.
    pub fn render(
        &self,
        template: &str,
        subject: &str,
        view: &impl Serialize,
    ) -> Result<String, Diagnostic> {
        let context = Context::from_serialize(view)
            .map_err(|e| Diagnostic::nowhere(format!("{template} for {subject}: {e}")))?;
        self.0.render(template, &context).map_err(|e| {
            Diagnostic::nowhere(format!("templates/{template} fails for {subject}: {e}"))
        })
    }
}
