//! Names in order, mostly without a heap allocation.

use std::cmp::Ordering;
use std::marker::PhantomData;

/// How many headers or query keys are sorted without a heap allocation.
const ON_STACK: usize = 8;

/// How header names are written and compared.
pub(super) trait Names {
    fn compare(left: &str, right: &str) -> Ordering;
    fn push(out: &mut Vec<u8>, name: &str);
}

/// Names in lower case already, as in a `HeaderMap`, and names of query keys.
pub(super) struct Exact;

impl Names for Exact {
    fn compare(left: &str, right: &str) -> Ordering {
        left.cmp(right)
    }

    fn push(out: &mut Vec<u8>, name: &str) {
        out.extend_from_slice(name.as_bytes());
    }
}

/// Names as somebody wrote them.
pub(super) struct AnyCase;

impl Names for AnyCase {
    fn compare(left: &str, right: &str) -> Ordering {
        let [left, right] = [left, right].map(|name| name.bytes());
        let lower = |byte: u8| byte.to_ascii_lowercase();
        left.map(lower).cmp(right.map(lower))
    }

    fn push(out: &mut Vec<u8>, name: &str) {
        let start = out.len();
        out.extend_from_slice(name.as_bytes());
        out[start..].make_ascii_lowercase();
    }
}

/// A list that is sorted by name, stable, and on the stack while it is short.
pub(super) struct Sorted<'a, N> {
    few: [(&'a str, &'a [u8]); ON_STACK],
    length: usize,
    many: Vec<(&'a str, &'a [u8])>,
    names: PhantomData<N>,
}

impl<'a, N: Names> Sorted<'a, N> {
    pub(super) fn new() -> Self {
        Sorted {
            few: [("", &[]); ON_STACK],
            length: 0,
            many: Vec::new(),
            names: PhantomData,
        }
    }

    pub(super) fn push(&mut self, name: &'a str, value: &'a [u8]) {
        if self.length < ON_STACK {
            // Insertion from the back keeps equal names in their order.
            let mut at = self.length;
            while at > 0 && N::compare(name, self.few[at - 1].0).is_lt() {
                self.few[at] = self.few[at - 1];
                at -= 1;
            }
            self.few[at] = (name, value);
            self.length += 1;
            return;
        }
        if self.many.is_empty() {
            self.many.extend_from_slice(&self.few);
        }
        self.many.push((name, value));
    }

    /// All in order; of equal names the first.
    pub(super) fn finish(&mut self, mut each: impl FnMut(&'a str, &'a [u8])) {
        let sorted = if self.many.is_empty() {
            &self.few[..self.length]
        } else {
            self.many
                .sort_by(|(left, _), (right, _)| N::compare(left, right));
            &self.many
        };
        let mut last = None;
        for (name, value) in sorted {
            if !last.is_some_and(|last| N::compare(last, name).is_eq()) {
                each(name, value);
            }
            last = Some(name);
        }
    }
}
