//! Where requests go: schemes, hosts, zones and the two styles of addressing a bucket.

mod address;
mod host;
mod place;
mod redirect;
#[cfg(test)]
mod tests;

pub(crate) use address::{Address, written_target};
pub(crate) use host::{Endpoint, is_zone};
pub(crate) use place::Place;
