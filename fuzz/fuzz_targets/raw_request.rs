//! Any bytes as a request: an answer or a closed connection, and a server that lives on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingstor_fuzz::{send, still_there};

fuzz_target!(|bytes: &[u8]| {
    if let Some(reply) = send(bytes) {
        // Nobody signed this.
        assert!(reply.status != 201 && reply.status != 204, "{reply:?}");
    }
    still_there();
});
