//! Form uploads: bodies that begin as a form does, and then go on anyhow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingstor_fuzz::{BUCKET, Request, send};

fuzz_target!(|bytes: &[u8]| {
    let head: &[u8] = b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n";
    for body in [bytes.to_vec(), [head, bytes].concat(), [head, bytes, b"\r\n--b--\r\n"].concat()] {
        let request = Request::new("POST", &format!("/{BUCKET}"))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(&body);
        let reply = send(&request.unsigned()).expect("an answer");
        // Nobody may write here, and nothing is signed.
        assert!((300..500).contains(&reply.status) || reply.status == 501, "{reply:?}");
    }
});
