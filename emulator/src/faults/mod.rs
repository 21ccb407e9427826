//! Faults on purpose: which requests they hit, and what happens to those.
//!
//! Rules are data ([`Faults`]), so that they can come from a file, from a test or over the wire while the server runs.
//! They are deterministic: the same requests in the same order meet the same faults.

mod body;
mod effect;
mod line;
mod rule;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

pub(crate) use body::Outgoing;
pub(crate) use line::Line;
pub(crate) use rule::Effect;
use rule::Rule;

use crate::error::Error;

/// Waits: for real, or as a test likes.
pub(crate) type Sleeper =
    Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Rules for faults; made from JSON, see the README.
///
/// ```
/// let faults = qingstor_emulator::Faults::from_json(
///     r#"{ "rules": [ { "operation": "GetObject", "nth": 2, "status": 503 } ] }"#,
/// )?;
/// # Ok::<(), qingstor_emulator::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    document: rule::Document,
}

impl Faults {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] that says where the text is not what the README describes.
    pub fn from_json(text: &str) -> Result<Faults, Error> {
        rule::Document::read(text)
            .map(|document| Faults { document })
            .map_err(|why| Error::Setting(format!("faults: {why}")))
    }
}

/// What a rule is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) operation: &'a str,
    pub(crate) method: &'a str,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

/// The rules of a running server, and how often they were met.
#[derive(Default)]
pub(crate) struct Injector(Mutex<Armed>);

#[derive(Default)]
struct Armed {
    seed: u64,
    rules: Vec<Counted>,
}

struct Counted {
    rule: Rule,
    /// Requests that the rule is about.
    matched: u64,
    /// Those of them that it hit.
    fired: u64,
}

impl fmt::Debug for Injector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Injector({})", self.describe())
    }
}

impl Injector {
    pub(crate) fn new(faults: Faults) -> Injector {
        let injector = Injector::default();
        injector.replace(faults);
        injector
    }

    /// Forgets the old rules and all counts.
    pub(crate) fn replace(&self, faults: Faults) {
        let counted = |rule| Counted {
            rule,
            matched: 0,
            fired: 0,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Armed {
            seed: faults.document.seed,
            rules: faults.document.rules.into_iter().map(counted).collect(),
        };
    }

    /// What happens to a request: the effect of the first rule that hits it. Every rule counts every request.
    pub(crate) fn decide(&self, subject: Subject<'_>) -> Option<Effect> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seed = armed.seed;
        let mut effect = None;
        for (number, counted) in armed.rules.iter_mut().enumerate() {
            if !counted.rule.is_about(subject) {
                continue;
            }
            counted.matched += 1;
            let random = draw(seed, number as u64, counted.matched);
            if effect.is_none() && counted.rule.hits(counted.matched, counted.fired, random) {
                counted.fired += 1;
                effect = Some(counted.rule.effect.clone());
            }
        }
        effect
    }

    /// The rules with their counts.
    pub(crate) fn describe(&self) -> Value {
        let armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rules: Vec<Value> = armed
            .rules
            .iter()
            .map(|counted| {
                json!({
                    "rule": counted.rule,
                    "matched": counted.matched,
                    "fired": counted.fired,
                })
            })
            .collect();
        json!({ "seed": armed.seed, "rules": rules })
    }
}

/// A number from 0 to 1 that depends on nothing else: other rules and other threads do not change it.
fn draw(seed: u64, rule: u64, request: u64) -> f64 {
    let mixed = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(rule.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(request.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7));
    fastrand::Rng::with_seed(mixed).f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn injector(json: &str) -> Injector {
        Injector::new(Faults::from_json(json).expect("rules"))
    }

    fn get(key: &str) -> Subject<'_> {
        Subject {
            operation: "GetObject",
            method: "GET",
            bucket: Some("photos"),
            key: Some(key),
        }
    }

    /// Which of the first requests are hit.
    fn hits(injector: &Injector, requests: usize) -> Vec<usize> {
        (1..=requests)
            .filter(|_| injector.decide(get("cat.png")).is_some())
            .collect()
    }

    #[test]
    fn requests_are_counted_by_each_rule() {
        for (when, expected) in [
            ("", vec![1, 2, 3, 4, 5, 6]),
            (r#""nth": 3,"#, vec![3]),
            (r#""every": 2,"#, vec![2, 4, 6]),
            (r#""every": 2, "times": 2,"#, vec![2, 4]),
            (r#""after": 4,"#, vec![5, 6]),
            (r#""probability": 0,"#, vec![]),
            (r#""probability": 1, "times": 1,"#, vec![1]),
            (r#""key": "*.jpg","#, vec![]),
            (
                r#""key": "c*.png", "bucket": "photos","#,
                vec![1, 2, 3, 4, 5, 6],
            ),
            (r#""operation": "PutObject","#, vec![]),
            (
                r#""operation": "Get*", "method": "GET", "nth": 1,"#,
                vec![1],
            ),
        ] {
            let rules = injector(&format!(r#"{{"rules": [{{{when} "status": 503}}]}}"#));
            assert_eq!(hits(&rules, 6), expected, "{when}");
        }
    }

    #[test]
    fn the_first_rule_that_hits_decides_and_all_count() {
        let rules =
            injector(r#"{"rules": [{"nth": 2, "status": 500}, {"status": 503, "times": 2}]}"#);
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(rules.decide(get("k")).and_then(|effect| effect.status));
        }
        assert_eq!(seen, [Some(503), Some(500), Some(503), None]);
        let described = rules.describe();
        assert_eq!(described["rules"][1]["matched"], 4);
        assert_eq!(described["rules"][1]["fired"], 2);
    }

    #[test]
    fn chance_comes_from_the_seed() {
        let rules = |seed: u64| {
            injector(&format!(
                r#"{{"seed": {seed}, "rules": [{{"probability": 0.5, "status": 503}}]}}"#
            ))
        };
        let first = hits(&rules(1), 1000);
        assert_eq!(first, hits(&rules(1), 1000));
        assert_ne!(first, hits(&rules(2), 1000));
        assert!((400..600).contains(&first.len()), "{} of 1000", first.len());
        // Replacing the rules begins anew.
        let again = rules(1);
        hits(&again, 10);
        again.replace(
            Faults::from_json(r#"{"seed": 1, "rules": [{"probability": 0.5, "status": 503}]}"#)
                .expect("rules"),
        );
        assert_eq!(first, hits(&again, 1000));
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        for (text, part) in [
            ("", "EOF"),
            ("[]", "expected"),
            (
                r#"{"rules": [{"status": 503, "operaton": "GetObject"}]}"#,
                "operaton",
            ),
            (r#"{"rules": [{"status": 99}]}"#, "status"),
            (r#"{"rules": [{"status": 1000}]}"#, "status"),
            (r#"{"rules": [{"nth": 1}]}"#, "nothing"),
            (r#"{"rules": [{"nth": 0, "status": 503}]}"#, "nth"),
            (r#"{"rules": [{"every": 0, "status": 503}]}"#, "every"),
            (
                r#"{"rules": [{"probability": 1.5, "status": 503}]}"#,
                "probability",
            ),
            (r#"{"rules": [{"code": "internal_error"}]}"#, "code"),
            (r#"{"rules": [{"headers": {"a b": "c"}}]}"#, "a b"),
            (r#"{"rules": [{"headers": {"a": "c\n"}}]}"#, "`a`"),
            (r#"{"rules": [{"etag": "a\nb"}]}"#, "etag"),
        ] {
            let error = Faults::from_json(text).expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
