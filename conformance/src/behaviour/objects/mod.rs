//! Objects: how they are written, read, copied and deleted, and their versions.

use crate::behaviour::Behaviour;

mod amounts;
mod appending;
mod conditions;
mod contents;
mod copied;
mod copying;
mod deleting;
mod digests;
pub(super) mod encryption;
mod form;
mod form_heads;
mod form_parts;
mod forms;
mod history;
mod html;
mod keys;
mod lives;
mod multipart;
mod origins;
mod preconditions;
mod ranges;
mod rights;
mod sharing;
mod sources;
mod stored;
mod torn;
mod uploads;
mod versioning;
mod writing;

/// By subject.
pub(super) static ALL: &[&[Behaviour]] = &[
    &keys::ALL,
    &conditions::ALL,
    &copying::ALL,
    &multipart::ALL,
    &versioning::ALL,
    &contents::ALL,
    &preconditions::ALL,
    &ranges::ALL,
    &stored::ALL,
    &digests::ALL,
    &encryption::ALL,
    &form_heads::ALL,
    &uploads::ALL,
    &history::ALL,
    &amounts::ALL,
    &forms::ALL,
    &form_parts::ALL,
    &origins::ALL,
    &writing::ALL,
    &appending::ALL,
    &deleting::ALL,
    &copied::ALL,
    &html::ALL,
    &sharing::ALL,
    &torn::ALL,
    &sources::ALL,
    &lives::ALL,
    &rights::ALL,
];
