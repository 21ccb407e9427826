//! Lists that lead back to where they were.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::parts::Parts;

/// Finds a sequence that has come back to where it was, by Brent's method: it remembers one earlier page,
/// and a later one instead after each power of two.
#[derive(Default)]
pub(super) struct Cycle {
    remembered: Option<u64>,
    steps: u64,
    power: u32,
}

impl Cycle {
    pub(super) fn closes_with(&mut self, page: u64) -> bool {
        if self.remembered == Some(page) {
            return true;
        }
        self.steps += 1;
        if self.steps >= 1_u64.checked_shl(self.power).unwrap_or(u64::MAX) {
            self.remembered = Some(page);
            self.steps = 0;
            self.power += 1;
        }
        false
    }
}

/// A number that is the same for the same request.
pub(super) fn fingerprint(parts: &Parts) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.query.hash(&mut hasher);
    for (name, value) in &parts.headers {
        (name.as_str(), value.as_bytes()).hash(&mut hasher);
    }
    parts.body.as_bytes().hash(&mut hasher);
    parts.key.hash(&mut hasher);
    hasher.finish()
}
