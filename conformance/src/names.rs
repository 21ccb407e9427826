//! What stands for names and ids of an example when it is sent to an endpoint.

/// Texts of an example, with those that take their place.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Every text stands for itself.
    pub fn as_written() -> Names {
        Names::default()
    }

    /// From now on `sample` stands for `value`.
    pub fn learn(&mut self, sample: impl Into<String>, value: impl Into<String>) {
        self.0.push((sample.into(), value.into()));
    }

    /// A text as it is sent, or as it is expected.
    pub fn text(&self, text: &str) -> String {
        let known = self.0.iter();
        known.fold(text.to_owned(), |text, (sample, value)| {
            text.replace(sample.as_str(), value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn samples_are_replaced_wherever_they_occur() {
        let mut names = Names::as_written();
        assert_eq!(names.text("photos/cat.png"), "photos/cat.png");
        names.learn("photos", "leased-a");
        names.learn("0123456789abcdef", "xyz");
        assert_eq!(
            names.text("/photos/k?upload_id=0123456789abcdef"),
            "/leased-a/k?upload_id=xyz"
        );
    }
}
