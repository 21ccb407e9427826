//! What waiting for an operation takes.

use std::mem::size_of_val;

use qingstor::testing::Replay;

/// An `async fn` anywhere on the way makes room for its arguments twice: that was 5.8 KiB once.
#[test]
fn the_future_of_a_call_is_small() {
    let bucket = Replay::new().client().unwrap().bucket("example-photos");
    // The requests with the most fields.
    let sizes = [
        size_of_val(&bucket.get_object("cat.png").send()),
        size_of_val(&bucket.put_object("cat.png", "meow").send()),
        size_of_val(&bucket.copy_object("cat.png", ("photos", "cat.png")).send()),
    ];
    assert!(sizes.iter().all(|size| *size <= 3584), "{sizes:?}");
}
