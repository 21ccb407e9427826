//! What becomes of pictures.

use crate::behaviour::Behaviour;

mod cameras;
mod drawings;
mod formats;
mod looks;
mod processing;

/// By subject.
pub(super) static ALL: &[&[Behaviour]] = &[
    &processing::ALL,
    &drawings::ALL,
    &formats::ALL,
    &cameras::ALL,
    &looks::ALL,
];
