//! A bucket filled without requests, for the benchmark of lists.

use std::time::UNIX_EPOCH;

use super::{Description, Draft, Store, StoreError};
use crate::error::no_bucket;

/// So many objects share a step.
const STEP: usize = 2000;

impl Store {
    pub(crate) async fn fill(
        &self,
        bucket: &str,
        mut keys: impl Iterator<Item = String>,
    ) -> Result<(), StoreError> {
        let seen = self.snapshot()?.bucket(bucket)?;
        let bucket = seen.ok_or_else(|| no_bucket(bucket))?;
        loop {
            let some: Vec<String> = keys.by_ref().take(STEP).collect();
            if some.is_empty() {
                return Ok(());
            }
            let bucket = bucket.clone();
            let put = move |change: &mut super::Change<'_>| {
                for key in &some {
                    change.put(&bucket, key, draft())?;
                }
                Ok(())
            };
            self.change(put).await?;
        }
    }
}

fn draft() -> Draft {
    Draft {
        etag: "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
        created: UNIX_EPOCH,
        modified: UNIX_EPOCH,
        description: Description {
            content_type: "image/png".to_owned(),
            storage_class: "STANDARD".to_owned(),
            ..Description::default()
        },
        key_print: None,
        appendable: false,
        upload: None,
        segments: Vec::new(),
    }
}
