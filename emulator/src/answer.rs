//! The shape of the table of answers that is generated from the API specification.

/// One status that an operation may be answered with.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What it means for the caller.
    pub outcome: Outcome,
    /// The names of the declared headers, in lower case; `x-qs-meta-*` stands for all that begin so.
    pub headers: &'static [&'static str],
    /// What the body is.
    pub body: Body,
    /// Error codes that come with it here, also if their usual status is another.
    pub codes: &'static [&'static str],
}

/// What a status means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was asked for.
    Success,
    /// Another place is named.
    Redirect,
    /// Nothing has changed.
    NotModified,
    /// The request is refused.
    Error,
}

/// What the body of an answer is.
#[derive(Debug)]
pub enum Body {
    /// There is none.
    None,
    /// The document that all errors have; none in answers to HEAD.
    Error,
    /// The bytes of an object.
    Stream,
    /// A JSON object.
    Json(Object),
}

/// A JSON object.
#[derive(Debug)]
pub struct Object {
    /// The declared members.
    pub members: &'static [Member],
    /// Whether others may be there too.
    pub open: bool,
}

/// A declared member of a JSON object.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Whether it is always there.
    pub required: bool,
    /// What its value looks like.
    pub shape: Shape,
}

/// What a JSON value looks like.
#[derive(Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A list.
    List(&'static Shape),
    /// A list, or the only item of one.
    OneOrMany(&'static Shape),
    /// An object of any members.
    Map(&'static Shape),
    /// An object of known members.
    Object(&'static Object),
}
