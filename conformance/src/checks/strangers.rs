//! A stranger is refused exactly where the spec says so.

use qingstor::ErrorKind;

use crate::facts::Operation;
use crate::names::Names;
use crate::report::Report;
use crate::slot::{Problem, Slot};
use crate::vary::Vary;

/// Whether the operation is about a bucket that its first example makes.
pub(crate) fn is_about_a_bucket(operation: &Operation) -> bool {
    let first = operation.examples.first();
    first.is_some_and(|example| {
        example
            .given
            .iter()
            .any(|step| step.operation == "put_bucket")
    })
}

/// Whether the spec says that a stranger may be refused. The answer to HEAD has no code.
fn is_refused(operation: &Operation) -> bool {
    let mut responses = operation.responses.iter();
    responses.any(|response| {
        let by_code = response.codes.contains(&"permission_denied");
        response.status == 403 && (by_code || operation.verb == "HEAD")
    })
}

/// Somebody else makes the call in a bucket that is not theirs and is open to nobody.
pub(crate) async fn check(
    operation: &Operation,
    names: Names,
    slot: &Slot,
    report: &mut Report,
) -> Result<(), Problem> {
    let stranger = slot.second()?;
    let outcome = (operation.vary)(&stranger, &Vary::about(names)).await;
    let refused = match &outcome {
        Err(error) => error.kind() == ErrorKind::PermissionDenied,
        Ok(()) => false,
    };
    report.equal(
        "whether a stranger is refused",
        &refused,
        &is_refused(operation),
    );
    Ok(())
}
