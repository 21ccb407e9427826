//! A failed attempt is repeated where the spec allows it, and only there; and the spec allows it where that is sound.

use qingstor::RetryPolicy;
use qingstor::testing::Replay;

use crate::checks::refusal;
use crate::facts::{Operation, Retry};
use crate::report::Report;
use crate::vary::Vary;
use crate::wire::{Canned, Received};

/// Operations that would do harm or mislead if they were repeated, though HTTP counts some of their methods among those
/// that may be (RFC 9110 section 9.2.2).
const NEVER: [&str; 6] = [
    // Appends twice; at best the position is refused.
    "append_object",
    // The second time there is no such upload any more.
    "complete_multipart_upload",
    // The first upload is never found again, and costs.
    "initiate_multipart_upload",
    // The second time the source is gone.
    "move_object",
    // A form's file may have been stored under a name that is made up.
    "post_object",
    // The second time the bucket exists.
    "put_bucket",
];

/// Those among the others that may be repeated: what was deleted before is deleted, also by the second answer.
const IDEMPOTENT: [&str; 1] = ["delete_multiple_objects"];

/// Whether the class is sound: reads are repeated, what is as good twice as once too, the rest is up to the spec.
fn soundness(operation: &Operation, report: &mut Report) {
    let expected = match operation.verb {
        _ if NEVER.contains(&operation.method) => Retry::Never,
        "GET" | "HEAD" | "OPTIONS" => Retry::Safe,
        "PUT" | "DELETE" => Retry::Idempotent,
        _ if IDEMPOTENT.contains(&operation.method) => Retry::Idempotent,
        _ => return,
    };
    report.equal("the retry class", &operation.retry, &expected);
}

/// The service is busy and stays so.
pub(crate) async fn check(operation: &Operation, report: &mut Report) -> Canned {
    soundness(operation, report);
    let canned = Canned::new([Received::new(503, refusal("service_unavailable"))]);
    let builder = Replay::new().builder().transport(canned.clone());
    match builder.retry(RetryPolicy::default()).build() {
        Ok(client) => {
            let outcome = (operation.vary)(&client, &Vary::nothing()).await;
            report.holds("503 is no success", outcome.is_err());
            let repeated = canned.log.all().len() > 1;
            let expected = operation.retry != Retry::Never;
            report.equal("whether it is repeated", &repeated, &expected);
        }
        Err(error) => report.find(error.to_string()),
    }
    canned
}
