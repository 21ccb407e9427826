//! The signature of a request: canonical resource, string to sign, HMAC-SHA256.
//!
//! [`Signer`] works alone, on raw header text and a raw request target, so that a signature server
//! can use it for requests that other programs send. Rules:
//! <https://docs.qingcloud.com/qingstor/api/common/signature.html>.

mod canonical;
mod remote;
mod signable;
mod signer;
mod sorted;
#[cfg(test)]
mod tests;

pub use remote::{Place, RemoteSignature, SignRemotely, ToSign};
pub use signable::Signable;
pub(crate) use signable::Target;
pub use signer::Signer;
