//! Configuration: arguments, environment, file, default.

mod bad;
mod files;
mod matrix;
mod shared;
mod support;
