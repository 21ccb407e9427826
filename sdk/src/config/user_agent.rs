//! The User-Agent header.

use http::HeaderValue;

use crate::error::Error;

pub(super) fn user_agent(addition: &str) -> Result<HeaderValue, Error> {
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
    if !addition.bytes().all(legal) {
        return Err(Error::config(format!(
            "the addition {addition:?} to the User-Agent must be printable ASCII without spaces and quotes"
        )));
    }
    let text = format!(
        "qingstor-sdk-rust/{} (Rust; {}_{}) {addition}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    HeaderValue::from_str(text.trim_end()).map_err(|_| Error::config("the User-Agent is not legal"))
}
