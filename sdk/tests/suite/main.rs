//! Tests of the hand-written core through its public interface.

mod bodies;
mod errors;
mod keys;
mod loopback;
mod members;
mod observing;
mod own_domain;
mod paging;
mod positions;
mod presign;
mod retries;
mod secrets;
mod signing;
mod wire;
mod zones;
