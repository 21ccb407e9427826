//! Everything that is checked, by name.

use crate::behaviour::Behaviour;
use crate::checks::{pages, presigned, refusals, required, strangers};
use crate::example::Example;
use crate::facts::{Field, Operation, Pages, Parameter, Presign, Response};
use crate::generated::OPERATIONS;

/// One check, called `operation/kind/what`.
#[derive(Debug)]
pub struct Check {
    /// The operation's method in the SDK; of a behaviour what it is about.
    pub operation: &'static str,
    /// What kind of check it is.
    pub kind: Kind,
    /// What of the operation is checked.
    pub what: String,
    /// The file and line that say how it should be.
    pub place: String,
    /// Why it is not certain that the service does it like this.
    pub unverified: Option<String>,
    pub(crate) subject: Subject,
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    Encode(&'static Example),
    Decode(&'static Example),
    Live(&'static Example),
    Parameter(&'static Operation, &'static Parameter),
    Required(&'static Operation, &'static Parameter),
    Status(&'static Operation, &'static Response),
    Field(&'static Operation, &'static Field),
    Retry(&'static Operation),
    Offered(&'static Operation),
    Presign(&'static Example, &'static Presign),
    Pages(&'static Example, &'static Pages),
    Stranger(&'static Operation),
    Granted(&'static Operation),
    Refusals(&'static Operation),
    Paged(&'static Operation),
    Behaviour(&'static Behaviour),
}

/// The kinds of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The input becomes the request.
    Encode,
    /// The response becomes the output.
    Decode,
    /// An endpoint in the given state answers the request with the response.
    Live,
    /// A parameter reaches the wire where the spec says.
    Parameter,
    /// A required argument cannot be left out.
    Required,
    /// What cannot be read is refused as declared.
    Refusal,
    /// A declared status becomes the declared outcome.
    Status,
    /// A field of the output is read from where the spec says.
    Field,
    /// A failed attempt is repeated where the spec allows it.
    Retry,
    /// What can be signed for others is, and works.
    Presign,
    /// What comes in pages does, and is the same however it is read.
    Paging,
    /// Others are let in exactly where the spec says so.
    Access,
    /// The service behaves as it is documented.
    Behaviour,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 13] = [
        Kind::Encode,
        Kind::Decode,
        Kind::Live,
        Kind::Parameter,
        Kind::Required,
        Kind::Refusal,
        Kind::Status,
        Kind::Field,
        Kind::Retry,
        Kind::Presign,
        Kind::Paging,
        Kind::Access,
        Kind::Behaviour,
    ];

    /// As it stands in a check's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::Decode => "decode",
            Self::Live => "live",
            Self::Parameter => "parameter",
            Self::Required => "required",
            Self::Refusal => "refusal",
            Self::Status => "status",
            Self::Field => "field",
            Self::Retry => "retry",
            Self::Presign => "presign",
            Self::Paging => "paging",
            Self::Access => "access",
            Self::Behaviour => "behaviour",
        }
    }

    /// Why an operation may have no check of this kind.
    pub fn why_none(self) -> &'static str {
        match self {
            Self::Encode | Self::Decode | Self::Live => "it has no example",
            Self::Parameter => "it has no parameters",
            Self::Required => "it has no required argument",
            Self::Refusal => "nothing of its request can be unreadable",
            Self::Status => "it declares no status",
            Self::Field => "its answer has no fields",
            Self::Retry => "it has no retry class",
            Self::Presign => "nobody says whether it can be presigned",
            Self::Paging => "it does not come in pages",
            Self::Access => "its example makes no bucket of somebody else's",
            Self::Behaviour => "behaviour is checked across operations",
        }
    }
}

impl Check {
    /// `operation/kind/what`.
    pub fn name(&self) -> String {
        format!("{}/{}/{}", self.operation, self.kind.as_str(), self.what)
    }

    /// Whether an endpoint is needed.
    pub fn is_live(&self) -> bool {
        match self.subject {
            Subject::Live(_)
            | Subject::Presign(..)
            | Subject::Pages(..)
            | Subject::Stranger(_)
            | Subject::Granted(_)
            | Subject::Refusals(_)
            | Subject::Behaviour(_) => true,
            Subject::Required(_, parameter) => required::is_live(parameter),
            _ => false,
        }
    }

    /// Whether it needs a bucket with versions, which cannot become one without again.
    pub(crate) fn is_versioned(&self) -> bool {
        match self.subject {
            Subject::Live(example) | Subject::Presign(example, _) | Subject::Pages(example, _) => {
                example.is_versioned()
            }
            Subject::Stranger(operation)
            | Subject::Granted(operation)
            | Subject::Refusals(operation) => operation
                .examples
                .first()
                .is_some_and(Example::is_versioned),
            Subject::Behaviour(behaviour) => behaviour.versioned,
            _ => false,
        }
    }
}

/// All checks: those that follow from the specs by operation, then the behaviours.
pub fn all() -> Vec<Check> {
    let mut checks: Vec<Check> = OPERATIONS.iter().flat_map(|o| of_operation(o)).collect();
    checks.extend(crate::behaviour::all().map(|behaviour| Check {
        operation: behaviour.area,
        kind: Kind::Behaviour,
        what: behaviour.what.to_owned(),
        place: behaviour.source.to_owned(),
        unverified: behaviour.unverified.map(str::to_owned),
        subject: Subject::Behaviour(behaviour),
    }));
    checks
}

fn of_operation(operation: &'static Operation) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |kind, what: &str, line: usize, unverified: Option<&str>, subject| {
        checks.push(Check {
            operation: operation.method,
            kind,
            what: what.to_owned(),
            place: format!("{}:{line}", operation.file),
            unverified: unverified.map(str::to_owned),
            subject,
        });
    };
    for example in operation.examples {
        let line = example.line;
        // What is uncertain is what the service does, not what the SDK makes of it.
        add(
            Kind::Encode,
            example.id,
            line,
            None,
            Subject::Encode(example),
        );
        add(
            Kind::Decode,
            example.id,
            line,
            None,
            Subject::Decode(example),
        );
        let unverified = example.unverified;
        add(
            Kind::Live,
            example.id,
            line,
            unverified,
            Subject::Live(example),
        );
    }
    for parameter in operation.parameters {
        let subject = Subject::Parameter(operation, parameter);
        add(
            Kind::Parameter,
            parameter.name,
            parameter.line,
            None,
            subject,
        );
    }
    let arguments = operation.parameters.iter();
    for parameter in arguments.filter(|p| p.required && p.computed.is_none()) {
        let unverified = required::is_live(parameter)
            .then_some("the vendor does not say how a request is refused that lacks something");
        let subject = Subject::Required(operation, parameter);
        add(
            Kind::Required,
            parameter.name,
            parameter.line,
            unverified,
            subject,
        );
    }
    if refusals::has_any(operation) {
        let unverified = "the vendor does not say how a request is refused that cannot be read";
        let subject = Subject::Refusals(operation);
        add(
            Kind::Refusal,
            "unreadable",
            operation.line,
            Some(unverified),
            subject,
        );
    }
    for response in operation.responses {
        let subject = Subject::Status(operation, response);
        let what = response.status.to_string();
        add(Kind::Status, &what, response.line, None, subject);
    }
    for field in operation.fields {
        let subject = Subject::Field(operation, field);
        add(Kind::Field, field.name, field.line, None, subject);
    }
    let subject = Subject::Retry(operation);
    add(
        Kind::Retry,
        "temporary_failure",
        operation.line,
        None,
        subject,
    );
    if presigned::is_known(operation) {
        let subject = Subject::Offered(operation);
        add(Kind::Presign, "offered", operation.line, None, subject);
    }
    let example = |index: usize| operation.examples.get(index);
    for presign in operation.presign {
        let Some(example) = example(presign.example) else {
            continue;
        };
        let subject = Subject::Presign(example, presign);
        add(
            Kind::Presign,
            "round_trip",
            example.line,
            example.unverified,
            subject,
        );
    }
    if pages::is_known(operation) {
        let subject = Subject::Paged(operation);
        add(Kind::Paging, "offered", operation.line, None, subject);
    }
    for pages in operation.pages {
        let Some(example) = example(pages.example) else {
            continue;
        };
        let subject = Subject::Pages(example, pages);
        add(
            Kind::Paging,
            "page_by_page",
            example.line,
            example.unverified,
            subject,
        );
    }
    if strangers::is_about_a_bucket(operation) {
        let subject = Subject::Stranger(operation);
        add(Kind::Access, "stranger", operation.line, None, subject);
        let unverified =
            "the vendor names the actions, but not always the operations that each opens";
        let subject = Subject::Granted(operation);
        add(
            Kind::Access,
            "granted",
            operation.line,
            Some(unverified),
            subject,
        );
    }
    checks
}
