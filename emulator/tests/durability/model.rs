//! What one writer has done, and what therefore must be stored.

use std::collections::BTreeMap;

use fastrand::Rng;
use md5::{Digest as _, Md5};

/// Bytes that are made from seeds.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pieces: Vec<(u64, usize)>,
    pub(crate) print: Print,
}

/// Enough to tell contents from one another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Print {
    pub(crate) size: usize,
    pub(crate) md5: String,
}

impl Print {
    pub(crate) fn of(bytes: &[u8]) -> Print {
        let md5 = Md5::digest(bytes);
        Print {
            size: bytes.len(),
            md5: md5.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

impl Content {
    pub(crate) fn random(random: &mut Rng) -> Content {
        // Around the borders between the database, one piece of a file, and several.
        let sizes = [
            0, 1, 100, 100, 5000, 5000, 16_384, 16_384, 16_385, 20_000, 20_000, 40_000, 262_144,
            600_000,
        ];
        let size = *random.choice(sizes.iter()).expect("one");
        Content::new(vec![(random.u64(..), size)])
    }

    fn new(pieces: Vec<(u64, usize)>) -> Content {
        let mut content = Content {
            pieces,
            print: Print::of(b""),
        };
        content.print = Print::of(&content.bytes());
        content
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (seed, size) in &self.pieces {
            let begin = bytes.len();
            bytes.resize(begin + size, 0);
            Rng::with_seed(*seed).fill(&mut bytes[begin..]);
        }
        bytes
    }

    pub(crate) fn joined(parts: &[Content]) -> Content {
        Content::new(parts.iter().flat_map(|part| part.pieces.clone()).collect())
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Put(String, Content),
    Delete(String),
    Move(String, String),
    Copy(String, String),
    Append(String, Content),
    Multipart(String, Vec<Content>),
    /// In the bucket with versions, as are the rest.
    PutVersion(String, Content),
    Hide(String),
    /// Deletes the version that is so many places behind the newest.
    DeleteVersion(String, usize),
}

/// What is stored below one writer's prefix.
#[derive(Clone, Default, Debug)]
pub(crate) struct State {
    pub(crate) plain: BTreeMap<String, Content>,
    /// Versions, the newest first; nothing for a delete marker.
    pub(crate) kept: BTreeMap<String, Vec<Option<Content>>>,
}

/// What was found there.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) plain: BTreeMap<String, Print>,
    pub(crate) kept: BTreeMap<String, Vec<Option<Print>>>,
}

impl State {
    pub(crate) fn seen(&self) -> Seen {
        let print = |content: &Content| content.print.clone();
        Seen {
            plain: self
                .plain
                .iter()
                .map(|(key, content)| (key.clone(), print(content)))
                .collect(),
            kept: self
                .kept
                .iter()
                .map(|(key, all)| {
                    (
                        key.clone(),
                        all.iter().map(|one| one.as_ref().map(print)).collect(),
                    )
                })
                .collect(),
        }
    }

    /// Something that can be done.
    pub(crate) fn random_op(&self, random: &mut Rng, multipart: bool, append: bool) -> Op {
        let key = |random: &mut Rng| format!("k{}", random.u8(..6));
        let existing = |random: &mut Rng| random.choice(self.plain.keys()).cloned();
        let version = self.kept.iter().map(|(key, all)| (all.len(), key)).max();
        if let Some((many, key)) = version.filter(|(many, _)| *many > 6) {
            return Op::DeleteVersion(key.clone(), random.usize(..many));
        }
        loop {
            return match random.u8(..12) {
                0..=2 => Op::Put(key(random), Content::random(random)),
                3 => Op::Delete(key(random)),
                4 | 5 => match existing(random) {
                    Some(from) if random.bool() => Op::Move(from, key(random)),
                    Some(from) => Op::Copy(from, key(random)),
                    None => continue,
                },
                6 | 7 => Op::PutVersion(key(random), Content::random(random)),
                8 => Op::Hide(key(random)),
                9 => match version {
                    Some((many, key)) => Op::DeleteVersion(key.clone(), random.usize(..many)),
                    None => continue,
                },
                10 if append => {
                    Op::Append(format!("log{}", random.u8(..2)), Content::random(random))
                }
                11 if multipart => {
                    // All but the last part have the least size that the service allows, or more.
                    let mut parts = vec![Content::new(vec![(random.u64(..), 4 << 20)])];
                    parts.push(Content::random(random));
                    Op::Multipart(key(random), parts)
                }
                _ => continue,
            };
        }
    }

    /// What is stored when the operation was done.
    pub(crate) fn after(&self, op: &Op) -> State {
        let mut state = self.clone();
        match op {
            Op::Put(key, content) => {
                state.plain.insert(key.clone(), content.clone());
            }
            Op::Delete(key) => {
                state.plain.remove(key);
            }
            Op::Move(from, to) => {
                let content = state.plain.remove(from).expect("it was there");
                state.plain.insert(to.clone(), content);
            }
            Op::Copy(from, to) => {
                let content = state.plain.get(from).expect("it is there").clone();
                state.plain.insert(to.clone(), content);
            }
            Op::Append(key, content) => {
                let old = state.plain.get(key).cloned().into_iter();
                let all: Vec<Content> = old.chain([content.clone()]).collect();
                state.plain.insert(key.clone(), Content::joined(&all));
            }
            Op::Multipart(key, parts) => {
                state.plain.insert(key.clone(), Content::joined(parts));
            }
            Op::PutVersion(key, content) => {
                let all = state.kept.entry(key.clone()).or_default();
                all.insert(0, Some(content.clone()));
            }
            Op::Hide(key) => state.kept.entry(key.clone()).or_default().insert(0, None),
            Op::DeleteVersion(key, at) => {
                let all = state.kept.get_mut(key).expect("it is there");
                all.remove(*at);
                if all.is_empty() {
                    state.kept.remove(key);
                }
            }
        }
        state
    }
}
