//! From specs to the model: finds names, types values, and checks everything that needs two places.

mod examples;
mod fields;
mod load;
mod operations;
mod routes;
mod types;
mod values;

pub use load::load;
