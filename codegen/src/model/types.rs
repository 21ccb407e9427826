//! Types: the built-in ones, and those that have a spec of their own.

use std::fmt;

use super::Field;
use crate::spec::TimeFormat;

/// A struct or an open enum.
#[derive(Debug)]
pub struct TypeDef {
    /// In UpperCamelCase.
    pub name: String,
    /// In snake_case.
    pub snake: String,
    /// What it is.
    pub doc: String,
    /// The spec's path.
    pub file: String,
    /// Which of the two.
    pub kind: TypeKind,
}

/// The two kinds of named types.
#[derive(Debug)]
pub enum TypeKind {
    /// A JSON object.
    Struct {
        /// Its members.
        fields: Vec<Field>,
        /// Whether unknown members are kept.
        keep_unknown: bool,
    },
    /// A text with known values.
    Enum(Vec<EnumValue>),
}

/// A value of an open enum.
#[derive(Debug)]
pub struct EnumValue {
    /// On the wire.
    pub wire: String,
    /// In Rust.
    pub variant: String,
    /// What it means.
    pub doc: String,
}

/// A type, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Type {
    String,
    Bool,
    Int32,
    Int64,
    Uint64,
    Float64,
    Bytes,
    Timestamp(TimeFormat),
    ByteRange,
    ObjectRef,
    CustomerKey,
    ImageActions,
    List(Box<Type>),
    Map(Box<Type>),
    Struct(String),
    Enum(String),
}

/// As a spec names it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Bool => f.write_str("bool"),
            Self::Int32 => f.write_str("int32"),
            Self::Int64 => f.write_str("int64"),
            Self::Uint64 => f.write_str("uint64"),
            Self::Float64 => f.write_str("float64"),
            Self::Bytes => f.write_str("bytes"),
            Self::Timestamp(format) => write!(f, "timestamp({format})"),
            Self::ByteRange => f.write_str("byte_range"),
            Self::ObjectRef => f.write_str("object_ref"),
            Self::CustomerKey => f.write_str("customer_key"),
            Self::ImageActions => f.write_str("image_actions"),
            Self::List(item) => write!(f, "list<{item}>"),
            Self::Map(item) => write!(f, "map<{item}>"),
            Self::Struct(name) | Self::Enum(name) => f.write_str(name),
        }
    }
}
