//! What is said about an object when it is written, whichever requests write it.

use std::fmt;
use std::sync::Arc;

use crate::call::Call;
use crate::types::{CustomerKey, StorageClass};

/// What is stored with an object's content.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) content_type: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) expires: Option<String>,
    pub(super) metadata: Vec<(String, String)>,
    pub(super) storage_class: Option<StorageClass>,
    pub(super) customer_key: Option<CustomerKey>,
}

impl Settings {
    /// Whether anything is said about what is stored beside the content, its class and its encryption.
    pub(super) fn describes(&self) -> bool {
        let texts = [
            &self.content_type,
            &self.cache_control,
            &self.content_disposition,
            &self.content_encoding,
            &self.content_language,
            &self.expires,
        ];
        texts.into_iter().any(Option::is_some) || !self.metadata.is_empty()
    }
}

/// The setters of a type with a field `settings: Settings` and a field `adjust: Adjust`.
macro_rules! setters {
    () => {
        /// The media type, at most 255 characters. `application/octet-stream` by default.
        pub fn content_type(mut self, value: impl Into<String>) -> Self {
            self.settings.content_type = Some(value.into());
            self
        }

        /// How caches may keep the object; sent back when it is read.
        pub fn cache_control(mut self, value: impl Into<String>) -> Self {
            self.settings.cache_control = Some(value.into());
            self
        }

        /// How browsers present the object, such as `attachment; filename="cat.png"`.
        pub fn content_disposition(mut self, value: impl Into<String>) -> Self {
            self.settings.content_disposition = Some(value.into());
            self
        }

        /// How the content is encoded, such as `gzip`. Nobody decodes it.
        pub fn content_encoding(mut self, value: impl Into<String>) -> Self {
            self.settings.content_encoding = Some(value.into());
            self
        }

        /// The language of the content.
        pub fn content_language(mut self, value: impl Into<String>) -> Self {
            self.settings.content_language = Some(value.into());
            self
        }

        /// When caches should take the object for stale, as a date of HTTP.
        pub fn expires(mut self, value: impl Into<String>) -> Self {
            self.settings.expires = Some(value.into());
            self
        }

        /// Metadata of your own, an entry with each call: a name of letters, digits, `.`, `_` and `-`, and
        /// printable ASCII.
        pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.settings.metadata.push((name.into(), value.into()));
            self
        }

        /// How the object is kept.
        pub fn storage_class(mut self, value: impl Into<crate::types::StorageClass>) -> Self {
            self.settings.storage_class = Some(value.into());
            self
        }

        /// A key of 32 bytes to encrypt the object with. The service forgets it: without it, nobody can
        /// read the object.
        pub fn encryption_customer_key(mut self, value: crate::types::CustomerKey) -> Self {
            self.settings.customer_key = Some(value);
            self
        }

        /// Adjusts every request that is made: an extra header, a time limit, another retry policy.
        pub fn customize(
            mut self,
            adjust: impl Fn(crate::operation::Call) -> crate::operation::Call + Send + Sync + 'static,
        ) -> Self {
            self.adjust = $crate::transfer::settings::Adjust::new(adjust);
            self
        }
    };
}
pub(super) use setters;

/// Gives a request, which has setters of these names, what is to be stored.
macro_rules! apply {
    ($request:expr, $settings:expr) => {{
        let (mut request, settings) = ($request, $settings);
        if let Some(value) = &settings.content_type {
            request = request.content_type(value.clone());
        }
        if let Some(value) = &settings.cache_control {
            request = request.cache_control(value.clone());
        }
        if let Some(value) = &settings.content_disposition {
            request = request.content_disposition(value.clone());
        }
        if let Some(value) = &settings.content_encoding {
            request = request.content_encoding(value.clone());
        }
        if let Some(value) = &settings.content_language {
            request = request.content_language(value.clone());
        }
        if let Some(value) = &settings.expires {
            request = request.expires(value.clone());
        }
        for (name, value) in &settings.metadata {
            request = request.metadata(name.clone(), value.clone());
        }
        if let Some(value) = &settings.storage_class {
            request = request.storage_class(value.clone());
        }
        if let Some(value) = &settings.customer_key {
            request = request.encryption_customer_key(value.clone());
        }
        request
    }};
}
pub(super) use apply;

type Change = dyn Fn(Call) -> Call + Send + Sync;

/// What the caller changes about every request.
#[derive(Clone, Default)]
pub(super) struct Adjust(Option<Arc<Change>>);

impl Adjust {
    pub(super) fn new(change: impl Fn(Call) -> Call + Send + Sync + 'static) -> Adjust {
        Adjust(Some(Arc::new(change)))
    }

    pub(super) fn apply(&self, call: Call) -> Call {
        match &self.0 {
            Some(change) => change(call),
            None => call,
        }
    }
}

impl fmt::Debug for Adjust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Adjust(..)"
        } else {
            "Adjust"
        })
    }
}
