//! A list is the same whether it is read at once, item by item, or with a fresh request from the middle.

use crate::facts::{Limits, Operation, Pages};
use crate::names::Names;
use crate::report::Report;
use crate::slot::Slot;

/// The lists that the service cuts into pages.
const OFFERED: [&str; 5] = [
    "list_buckets",
    "list_multipart",
    "list_multipart_uploads",
    "list_object_versions",
    "list_objects",
];

/// Whether it is known to come in pages; other lists are up to their specs.
pub(crate) fn is_known(operation: &Operation) -> bool {
    OFFERED.contains(&operation.method)
}

/// What is known to come in pages does.
pub(crate) fn offered(operation: &Operation, report: &mut Report) {
    let offered = !operation.pages.is_empty();
    report.holds("it does not come in pages", offered);
}

/// Reads the list of the example's state in all of these ways.
pub(crate) async fn check(pages: &Pages, names: &Names, slot: &Slot, report: &mut Report) {
    let read = async |size, skip| (pages.read)(&slot.client, names, Limits { size, skip }).await;
    let whole = match read(None, 0).await {
        Ok(pages) => pages.concat(),
        Err(error) => return report.find(format!("reading it at once: {error}")),
    };
    if whole.len() < 2 {
        return report.find(format!(
            "a list of {} items has no pages: {whole:?}",
            whole.len()
        ));
    }
    match read(Some(1), 0).await {
        Ok(pages) => {
            let fullest = pages.iter().map(Vec::len).max().unwrap_or_default();
            report.equal("the items of the fullest page", &fullest, &1);
            report.equal("the items, page by page", &pages.concat(), &whole);
        }
        Err(error) => return report.find(format!("reading it page by page: {error}")),
    }
    for skip in 1..whole.len() {
        match read(Some(1), skip).await {
            Ok(pages) => report.equal(
                &format!("the items behind page {skip}"),
                &pages.concat().as_slice(),
                &&whole[skip..],
            ),
            Err(error) => return report.find(format!("reading on behind page {skip}: {error}")),
        }
    }
}
