//! `cargo xtask mutate`: whether the checks notice if a fact of the specs is wrong.
//!
//! Everything is made from the altered specs, the checks too; what then notices is what people wrote: the examples, the
//! behaviours, the emulator. Several mutants share a build. What fails there can only be held against one of them if the check is
//! about its operation alone, so all that is left undecided is tried again with everything, in groups that are halved
//! until a group passes (they survive) or is a single one (it is caught).

mod bench;
mod draw;
mod reach;
mod report;
mod state;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use qingstor_codegen::mutate::Mutation;

use bench::{Bench, Built};
use state::{Fate, State};

/// How many mutants share a build at first.
const BATCH: usize = 12;

/// Draws mutants, tries them and tells what became of them.
pub(crate) fn run(root: &Path, count: usize, seed: u64, fresh: bool) -> ExitCode {
    match measure(root, count, seed, fresh) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(root: &Path, count: usize, seed: u64, fresh: bool) -> Result<bool, String> {
    let sources = qingstor_codegen::Sources::read(root);
    let sources = sources.map_err(|error| format!("cannot read the specs: {error}"))?;
    let api = qingstor_codegen::check(&sources)
        .map_err(|_| "the specs have mistakes; `cargo xtask lint` lists them".to_string())?;
    let mut state = State::open(&root.join("target/mutate/state.jsonl"), root, fresh)?;
    let mutants = draw::draw(&sources, seed, count, &mut state)?;
    let mut work = Work {
        bench: Bench::prepare(root, sources)?,
        reach: mutants.iter().map(|m| reach::of(m, &api)).collect(),
        mutants,
        state,
    };
    if work.undecided().next().is_some() {
        work.bench.baseline()?;
        work.by_their_own_checks()?;
        work.by_all_checks()?;
    }
    let reasons = report::Reasons::read(root)?;
    Ok(report::tell(&work.mutants, &work.state, &reasons))
}

struct Work {
    bench: Bench,
    mutants: Vec<Mutation>,
    /// The operations that each mutant is about; nothing, if it is about all.
    reach: Vec<Option<BTreeSet<String>>>,
    state: State,
}

impl Work {
    fn undecided(&self) -> impl Iterator<Item = usize> {
        let fate = |index: &usize| self.state.fate(&self.mutants[*index].id());
        (0..self.mutants.len()).filter(move |index| fate(index).is_none())
    }

    fn decide(&mut self, index: usize, fate: Fate) -> Result<(), String> {
        let id = self.mutants[index].id();
        let left = self.undecided().count().saturating_sub(1);
        println!("{left:>4} left  {}  {id}", fate.word());
        self.state.decide(id, fate)
    }

    /// Mutants in groups whose members are about different operations.
    fn by_their_own_checks(&mut self) -> Result<(), String> {
        let mut waiting: Vec<usize> = self.undecided().collect();
        while !waiting.is_empty() {
            let batch = self.disjoint(&mut waiting);
            let batch = self.built(batch)?;
            if batch.is_empty() {
                continue;
            }
            let failed = self.bench.suite()?;
            for index in batch {
                let own = failed.iter().find(|check| self.blames(index, check));
                if let Some(check) = own {
                    self.decide(index, Fate::Suite(check.clone()))?;
                }
            }
        }
        Ok(())
    }

    /// Takes as many as can share a build.
    fn disjoint(&self, waiting: &mut Vec<usize>) -> Vec<usize> {
        let mut taken = BTreeSet::new();
        let mut batch = Vec::new();
        waiting.retain(|index| {
            let fits = batch.len() < BATCH
                && match &self.reach[*index] {
                    Some(reach) => reach.is_disjoint(&taken),
                    None => false,
                };
            if fits {
                taken.extend(self.reach[*index].iter().flatten().cloned());
                batch.push(*index);
            }
            !fits
        });
        if batch.is_empty() {
            batch.push(waiting.remove(0));
        }
        batch
    }

    /// Whether a check that failed is about a mutant's operations, and needs nothing else to go right.
    fn blames(&self, index: usize, check: &str) -> bool {
        let mut parts = check.split('/');
        let (operation, kind) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let alone = ["encode", "decode", "parameter", "status", "field", "retry"].contains(&kind);
        match &self.reach[index] {
            Some(reach) => alone && reach.contains(operation),
            None => true,
        }
    }

    /// Builds a group, without those that do not compile; they are decided.
    fn built(&mut self, mut batch: Vec<usize>) -> Result<Vec<usize>, String> {
        while !batch.is_empty() {
            let mutants: Vec<&Mutation> = batch.iter().map(|index| &self.mutants[*index]).collect();
            let problem = match self.bench.build(&mutants)? {
                Built::Ready => return Ok(batch),
                Built::Fails(problem) => problem,
            };
            if let [only] = batch[..] {
                self.decide(only, Fate::Compiler(bench::first_error(&problem)))?;
                return Ok(Vec::new());
            }
            let named = reach::named(&problem, &batch, &self.mutants, &self.reach);
            // Where all errors name none of them or several, one after the other is built.
            if named.is_empty() {
                let mut ready = Vec::new();
                for index in batch {
                    ready.extend(self.built(vec![index])?);
                }
                return self.built_together(ready);
            }
            for (index, error) in named {
                self.decide(index, Fate::Compiler(error))?;
                batch.retain(|other| *other != index);
            }
        }
        Ok(batch)
    }

    /// Builds those that compile one by one; should they not compile together, the first of them is left.
    fn built_together(&mut self, batch: Vec<usize>) -> Result<Vec<usize>, String> {
        let mutants: Vec<&Mutation> = batch.iter().map(|index| &self.mutants[*index]).collect();
        match (batch.first(), self.bench.build(&mutants)?) {
            (Some(first), Built::Fails(_)) => self.built(vec![*first]),
            _ => Ok(batch),
        }
    }

    fn by_all_checks(&mut self) -> Result<(), String> {
        let mut waiting: Vec<usize> = self.undecided().collect();
        let mut groups = Vec::new();
        while !waiting.is_empty() {
            groups.push(self.disjoint(&mut waiting));
        }
        while let Some(group) = groups.pop() {
            let batch = self.built(group.clone())?;
            let failed = match batch.is_empty() {
                true => Vec::new(),
                false => self.bench.suite()?,
            };
            match (failed.first(), &batch[..]) {
                (None, _) => {
                    for index in batch {
                        self.decide(index, Fate::Survived)?;
                    }
                }
                (Some(check), [only]) => self.decide(*only, Fate::Suite(check.clone()))?,
                (Some(_), _) => {}
            }
            let undecided = |index: &usize| self.state.fate(&self.mutants[*index].id()).is_none();
            let left: Vec<usize> = group.into_iter().filter(undecided).collect();
            let half = left.len().div_ceil(2).max(1);
            groups.extend(left.chunks(half).map(<[usize]>::to_vec));
        }
        Ok(())
    }
}
