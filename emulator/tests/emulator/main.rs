//! The emulator as clients see it: raw requests in, raw answers out.

mod access;
mod appending;
mod auth;
mod buckets;
mod copying;
mod cors;
mod delete_many;
mod fetching;
mod hostile;
mod keeping;
mod listing;
mod multipart;
mod objects;
mod routing;
mod support;
mod versions;
