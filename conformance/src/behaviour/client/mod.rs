//! What the SDK does by itself, with a service that follows a script.

use crate::behaviour::Behaviour;

mod advice;
mod bodies;
mod calls;
mod clients;
mod copies;
mod credentials;
mod deletions;
mod files;
mod links;
mod parts;
mod patience;
mod repeats;
mod signers;
mod values;
mod walks;
mod zones;

/// By subject.
pub(super) static ALL: &[&[Behaviour]] = &[
    &advice::ALL,
    &bodies::ALL,
    &calls::ALL,
    &clients::ALL,
    &copies::ALL,
    &credentials::ALL,
    &deletions::ALL,
    &files::ALL,
    &links::ALL,
    &parts::ALL,
    &patience::ALL,
    &repeats::ALL,
    &signers::ALL,
    &values::ALL,
    &walks::ALL,
    &zones::ALL,
];
