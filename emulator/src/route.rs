//! The shape of the route table that is generated from the API specification.

use crate::answer::Answer;

/// One operation, or one variant of it, as a request can name it.
#[derive(Debug)]
pub struct Route {
    /// The operation's identifier, `CopyObject`; of the variant where an operation has several.
    pub operation: &'static str,
    /// The operation's name in prose, `PUT Object (copy)`.
    pub title: &'static str,
    /// The HTTP method, upper case.
    pub method: &'static str,
    /// What the path names.
    pub scope: Scope,
    /// A query key that must be present, such as `cors`.
    pub selector: Option<&'static str>,
    /// A header whose presence selects this variant; such routes come before the plain one.
    pub when: Option<&'static str>,
    /// Who may send the request.
    pub auth: Auth,
    /// Who may do it.
    pub access: Access,
    /// Whether the specification says that this server does it.
    pub emulated: bool,
    /// What the request body is.
    pub body: BodyKind,
    /// The parameters that the specification declares.
    pub params: &'static [Param],
    /// What the specification lets it be answered with, besides what any operation may be.
    pub answers: &'static [Answer],
}

/// What a request path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole account: `/`.
    Service,
    /// A bucket: `/{bucket}`.
    Bucket,
    /// An object: `/{bucket}/{key}`.
    Object,
}

/// Who may send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// A valid signature is needed.
    Required,
    /// An unsigned request may be served, where a policy or an ACL allows it or, as with preflights, always.
    /// A signature that is there is checked.
    Optional,
    /// The credentials are fields of a form in the body.
    Form,
}

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The bucket's owner.
    Owner,
    /// Whoever may send it.
    Anyone,
    /// The owner, and whom the bucket's policy or its access control list lets.
    Granted {
        /// What a policy calls it.
        actions: &'static [&'static str],
        /// What an access control list has to give.
        permission: Option<Permission>,
        /// Whether it has to be given to the user rather than to everybody.
        users_only: bool,
    },
}

/// A permission of an access control list; `FULL_CONTROL` is both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// `READ`.
    Read,
    /// `WRITE`.
    Write,
}

/// What a request body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// There is none; one that comes is read and ignored.
    None,
    /// A JSON object.
    Json,
    /// The bytes of an object.
    Stream,
    /// `multipart/form-data`.
    Form,
}

/// A declared parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name on the wire.
    pub name: &'static str,
    /// Where it is sent.
    pub location: Location,
    /// Its type as the specification writes it: `string`, `uint64`, `list<CorsRule>`.
    pub ty: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// As a member of the JSON body.
    Json,
    /// As a field of a form.
    Form,
}
