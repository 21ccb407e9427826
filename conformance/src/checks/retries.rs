//! A failed attempt is repeated where the spec allows it, and only there.

use qingstor::RetryPolicy;
use qingstor::testing::Replay;

use crate::checks::refusal;
use crate::facts::{Operation, Retry};
use crate::report::Report;
use crate::vary::Vary;
use crate::wire::{Canned, Received};

/// The service is busy and stays so.
pub(crate) async fn check(operation: &Operation, report: &mut Report) -> Canned {
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
