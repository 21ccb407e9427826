//! Values of known types, and calls with them.

use super::{Field, Type};

/// A value of a known type.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Literal {
    Absent,
    String(String),
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bytes(Vec<u8>),
    /// Nanoseconds since 1970.
    Time(i128),
    ByteRange {
        first: Option<u64>,
        last: Option<u64>,
    },
    ObjectRef {
        bucket: String,
        key: String,
        version: Option<String>,
    },
    CustomerKey([u8; 32]),
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
    Struct {
        name: String,
        members: Vec<Argument>,
    },
    Enum {
        name: String,
        variant: Option<String>,
        wire: String,
    },
}

/// A field with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// The name in Rust.
    pub name: String,
    /// The name on the wire.
    pub wire: String,
    /// Its type.
    pub ty: Type,
    /// Whether it is an argument rather than a setter, or a plain field rather than an `Option`.
    pub required: bool,
    /// The value.
    pub value: Literal,
}

impl Argument {
    /// A field with its value.
    pub fn of(field: &Field, required: bool, value: Literal) -> Self {
        Self {
            name: field.name.clone(),
            wire: field.wire.clone(),
            ty: field.ty.clone(),
            required,
            value,
        }
    }
}

/// A call of an operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method of the SDK.
    pub method: String,
    /// The operation's name.
    pub operation: String,
    /// The bucket, unless the operation is about the whole service.
    pub bucket: Option<String>,
    /// The arguments, in the order of the operation's inputs.
    pub arguments: Vec<Argument>,
}
