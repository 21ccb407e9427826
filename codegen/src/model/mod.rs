//! The API, resolved: every name found, every value typed, nothing left that can fail.
//!
//! The files here are the nouns; `resolve/` makes them from the specs and says what is wrong with those.

mod api;
mod example;
mod field;
mod names;
mod operation;
mod resolve;
mod response;
mod types;
mod value;

pub use api::{Answers, Api, ApiError};
pub use example::{Example, Expected, Given, Step, WireBody, WireMessage};
pub use field::{Computed, Field, Place};
pub use names::{field_name, snake, upper_camel};
pub use operation::{Access, Emulated, Operation, RequestBody, Selector, scope_name};
pub use resolve::load;
pub use response::{NextValue, Output, Paging, Response, ResponseBody};
pub use types::{EnumValue, Type, TypeDef, TypeKind};
pub use value::{Argument, Call, Literal};
