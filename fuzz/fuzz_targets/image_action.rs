//! Actions of image processing on a good image, and good actions on any image.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qingstor_fuzz::{BUCKET, Request, send};

fuzz_target!(|bytes: &[u8]| {
    let action: String = String::from_utf8_lossy(bytes).chars().filter(char::is_ascii_graphic).collect();
    let action = action.replace(['#', '&', '%'], "");
    process("p.png", &action);
    let put = Request::new("PUT", &format!("/{BUCKET}/any")).body(bytes);
    send(&put.signed()).expect("an answer");
    process("any", "info");
    process("any", "resize:w_9,h_9|rotate:a_90|format:t_jpeg");
});

fn process(key: &str, action: &str) {
    let request = Request::new("GET", &format!("/{BUCKET}/{key}?image&action={action}"));
    send(&request.signed()).expect("an answer");
}
