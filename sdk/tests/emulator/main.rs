//! The client against a live server, in path style and in virtual-host style.

mod addressing;
mod bodies;
mod conditions;
mod copying;
mod descriptions;
mod encryption;
mod forms;
mod keys;
mod listing;
mod own_operation;
mod parallel;
mod presigned;
mod refusals;
mod signature_server;
mod support;
mod transfers;
mod zones;
