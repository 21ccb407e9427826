//! Signing allocates the header's value and nothing else.

use qingstor::sign::Signer;

#[test]
fn a_signature_is_one_allocation() {
    let request = http::Request::get("https://pek3a.qingstor.com/b/k?acl&part_number=1")
        .header("date", "Wed, 10 Dec 2014 17:20:31 GMT")
        .header("x-qs-meta-b", "2")
        .header("x-qs-meta-a", "1")
        .body(())
        .unwrap();
    let (request, ()) = request.into_parts();
    let signer = Signer::new("ACCESS_KEY_ID", "SECRET_ACCESS_KEY");
    // The first use makes the buffer that the others share.
    signer.authorize(&request, None).unwrap();
    let info = allocation_counter::measure(|| {
        signer.authorize(&request, None).unwrap();
    });
    assert_eq!(info.count_total, 1);
}
