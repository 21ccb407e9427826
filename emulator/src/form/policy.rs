//! Whether a form says what its policy says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Fields;
use crate::error::{ApiError, code};

/// What signs a form: three fields that come together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Credentials<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) policy: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Credentials<'a> {
    /// `None` if the form says nothing of a signature.
    pub(crate) fn of(fields: &'a Fields) -> Result<Option<Credentials<'a>>, ApiError> {
        let named = |name: &str| fields.nonempty(name);
        match (named("access_key_id"), named("policy"), named("signature")) {
            (None, None, None) => Ok(None),
            (Some(access_key_id), Some(policy), Some(signature)) => Ok(Some(Credentials {
                access_key_id,
                policy,
                signature,
            })),
            (None, ..) => Err(missing("access_key_id")),
            (_, None, _) => Err(missing("policy")),
            (.., None) => Err(missing("signature")),
        }
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::argument(name, "missing beside the other fields of the signature")
}

/// The policy is base64 of a flat JSON object with exactly the form's fields, but for those of the signature, and their
/// values as they were sent.
pub(crate) fn check_policy(policy: &str, fields: &Fields) -> Result<(), ApiError> {
    let violated = |why: String| ApiError::new(code::FORM_POLICY_VIOLATED, why);
    let decoded = STANDARD.decode(policy).ok();
    let document: Option<Map<String, Value>> =
        decoded.and_then(|json| serde_json::from_slice(&json).ok());
    let Some(document) = document else {
        return Err(violated(
            "The policy is not base64 of a JSON object".to_owned(),
        ));
    };
    for (name, value) in fields.governed() {
        match document.get(name) {
            None => {
                return Err(violated(format!(
                    "The policy does not name the field {name}"
                )));
            }
            Some(Value::String(expected)) if expected == value => {}
            Some(_) => {
                return Err(violated(format!(
                    "The field {name} is not as the policy has it"
                )));
            }
        }
    }
    for name in document.keys() {
        if !fields.governed().any(|(field, _)| field == name) {
            return Err(violated(format!(
                "The policy names {name}, which the form does not have before its file"
            )));
        }
    }
    Ok(())
}
