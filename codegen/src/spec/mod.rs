//! The specs as people write them: one struct per kind of file, nothing resolved yet.
//!
//! What one file can say wrongly is refused here, by serde; what needs more than one place is the
//! business of [`crate::model`]. The doc comments of this module are the descriptions that editors
//! show, through the JSON Schemas made from these structs.

mod api;
mod field;
mod operation;
mod scalar;

pub use api::{Answers, ApiError, Entity, EnumValue, ErrorList, Service, TypeFile};
pub use field::{Body, BodyKind, Computed, ComputedRule, Field};
pub use operation::{
    Access, Auth, Call, Emulated, ErrorKind, Example, ExampleError, Http, NextPage, Operation,
    Outcome, Paging, Permission, Request, Response, Retry, RetryClass, Scope, Variant, WireRequest,
    WireResponse,
};
pub use scalar::{
    FieldName, HttpPath, Method, Text, TimeFormat, TypeExpr, TypeName, Url, WireName, is_keyword,
};
