//! The emulator as clients see it: raw requests in, raw answers out.

mod access;
mod appending;
mod auth;
mod buckets;
mod copying;
mod cors;
mod delete_many;
mod domains;
mod fetching;
mod forms;
mod hostile;
mod images;
mod keeping;
mod lifecycle;
mod listing;
mod logging;
mod mirroring;
mod multipart;
mod notifying;
mod objects;
mod random;
mod replicating;
mod routing;
mod support;
mod versions;
