//! Bodies of the operations that take JSON.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use qingstor_fuzz::{BUCKET, Request, send, still_there};

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    operation: u8,
    body: &'a [u8],
}

const OPERATIONS: [(&str, &str); 12] = [
    ("PUT", "acl"),
    ("PUT", "cors"),
    ("PUT", "policy"),
    ("PUT", "lifecycle"),
    ("PUT", "logging"),
    ("PUT", "notification"),
    ("PUT", "mirror"),
    ("PUT", "cname"),
    ("PUT", "replication"),
    ("PUT", "versioning"),
    ("DELETE", "cname"),
    ("POST", "delete"),
];

fuzz_target!(|case: Case<'_>| {
    let (method, key) = OPERATIONS[usize::from(case.operation) % OPERATIONS.len()];
    let request = Request::new(method, &format!("/{BUCKET}?{key}"))
        .header("content-type", "application/json")
        .body(case.body);
    let reply = send(&request.signed()).expect("an answer");
    if method == "PUT" && reply.status == 200 {
        // What was taken can be read again.
        let again = Request::new("GET", &format!("/{BUCKET}?{key}")).signed();
        assert_eq!(send(&again).expect("an answer").status, 200);
    }
    // Whatever the rules are now, the owner may set others.
    if reply.status < 300 && ["policy", "mirror", "notification"].contains(&key) {
        send(&Request::new("DELETE", &format!("/{BUCKET}?{key}")).signed());
    }
    if key != "delete" {
        still_there();
    }
});
