//! What an operation's file imports.

use crate::model::{Operation, Place, RequestBody, Type, scope_name, snake};
use crate::rust::{self, encode, types};
use crate::spec::{Auth, RetryClass};
use crate::view::host;

/// `use` lines, each only if the file needs it.
pub(super) fn imports(operation: &Operation) -> Vec<String> {
    let mut seam = vec![
        "Answer",
        "Call",
        "Metadata",
        "Operation",
        "Outcome",
        "Parts",
        "Scope",
    ];
    if operation.auth != Auth::Required {
        seam.push("Auth");
    }
    if operation.retry != RetryClass::Never {
        seam.push("Retry");
    }
    if operation.body == RequestBody::Form {
        seam.push("FormBody");
    }
    if matches!(operation.body, RequestBody::Json { .. }) {
        seam.push("JsonBody");
    }
    if operation.variant_of.is_none() {
        seam.push("ResponseMeta");
    }
    if operation.paging.is_some() {
        seam.extend(["Advance", "Items", "Paged", "Pages", "Position"]);
    }
    seam.sort_unstable();
    let mut crates = vec![host(operation.scope), "Error"];
    if operation.presign {
        crates.push(match operation.auth {
            Auth::Form => "PresignedForm",
            _ => "Presigned",
        });
    }
    let statements: Vec<String> = encode::statements(operation)
        .iter()
        .map(rust::line)
        .collect();
    if statements.iter().any(|s| s.contains("text ::")) {
        crates.push("text");
    }
    let own_fields = operation
        .variant_of
        .is_none()
        .then_some(&operation.output.fields);
    let named = |ty: &Type| rust::line(&types::plain(ty)).contains("types ::");
    let has_extra = matches!(operation.body, RequestBody::Json { keep_unknown: true })
        || operation.output.keep_unknown;
    let decoded_types = operation
        .output
        .fields
        .iter()
        .any(|f| f.place != Place::Json && named(&f.ty));
    if has_extra
        || decoded_types
        || operation
            .inputs
            .iter()
            .chain(own_fields.into_iter().flatten())
            .any(|f| named(&f.ty))
    {
        crates.push("types");
    }
    let mut lines = vec![
        format!("use crate::operation::{{{}}};", seam.join(", ")),
        format!("use crate::{{{}}};", crates.join(", ")),
    ];
    if let Some(primary) = &operation.variant_of {
        let module = snake(primary);
        lines.push(format!(
            "use crate::generated::{}::{module}::{};",
            scope_name(operation.group),
            operation.output.name
        ));
    }
    lines
}
