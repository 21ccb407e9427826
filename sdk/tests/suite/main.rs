//! Tests of the hand-written core through its public interface.

mod bodies;
mod connecting;
mod copy_from;
mod delete_many;
mod errors;
mod futures;
mod keys;
mod loopback;
mod members;
mod multipart;
mod observing;
mod own_domain;
mod paging;
mod positions;
mod presign;
mod refreshing;
mod retries;
mod secrets;
mod server;
mod signing;
mod silence;
mod upload_file;
mod wire;
mod zones;
