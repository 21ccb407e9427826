//! How large parts have to be: <https://docs.qingcloud.com/qingstor/api/object/multipart/>.

use crate::error::Error;

const MIB: u64 = 1024 * 1024;

/// The smallest size in bytes of a part that is not the last of its object: 4 MiB.
pub const MIN_PART_SIZE: u64 = 4 * MIB;

/// The greatest size in bytes of a part, and of an object that is stored or copied in one request: 5 GiB.
pub const MAX_PART_SIZE: u64 = 5 * 1024 * MIB;

/// The greatest number that a part can have; the first is 0.
pub const MAX_PART_NUMBER: u64 = 10_000;

/// The most parts that an object is cut into. There is one number more, but the service's documentation
/// also says that there are no more parts than this.
pub const MAX_PARTS: u64 = 10_000;

/// The size in bytes of the parts for an object of `length` bytes: `wanted`, or more if there would be too
/// many parts.
///
/// ```
/// use qingstor::transfer::part_size_for;
///
/// const MIB: u64 = 1 << 20;
/// assert_eq!(part_size_for(100 * MIB, 16 * MIB)?, 16 * MIB);
/// // 1 TiB has more than 10,000 parts of 16 MiB.
/// assert_eq!(part_size_for(1 << 40, 16 * MIB)?, 105 * MIB);
/// # Ok::<(), qingstor::Error>(())
/// ```
///
/// # Errors
///
/// `InvalidInput` if `wanted` is not between 4 MiB and 5 GiB, or the object is longer than 10,000 parts of
/// 5 GiB.
pub fn part_size_for(length: u64, wanted: u64) -> Result<u64, Error> {
    if !(MIN_PART_SIZE..=MAX_PART_SIZE).contains(&wanted) {
        return Err(Error::invalid(format!(
            "parts have between 4 MiB and 5 GiB, not {wanted} bytes"
        )));
    }
    // Whole MiB, so that sizes are told easily and reads stay aligned.
    let needed = length.div_ceil(MAX_PARTS).div_ceil(MIB) * MIB;
    let size = wanted.max(needed);
    if size > MAX_PART_SIZE {
        return Err(Error::invalid(format!(
            "an object of {length} bytes is too long: there are at most 10,000 parts of 5 GiB"
        )));
    }
    Ok(size)
}

/// The stretches of an object that become its parts, by the numbers of their bytes.
pub(super) fn stretches(length: u64, size: u64) -> impl Iterator<Item = std::ops::Range<u64>> {
    (0..length.div_ceil(size)).map(move |number| {
        let start = number * size;
        start..length.min(start.saturating_add(size))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_with_the_object_and_never_become_too_many() {
        const TIB: u64 = 1 << 40;
        let longest = MAX_PARTS * MAX_PART_SIZE;
        for length in [
            0,
            1,
            MIN_PART_SIZE,
            40_000 * MIB,
            40_000 * MIB + 1,
            TIB,
            longest - 1,
            longest,
        ] {
            let size = part_size_for(length, MIN_PART_SIZE).unwrap();
            assert!(length.div_ceil(size) <= 10_000, "{length}");
            assert!((MIN_PART_SIZE..=MAX_PART_SIZE).contains(&size), "{length}");
            let total: u64 = stretches(length, size)
                .map(|part| part.end - part.start)
                .sum();
            assert_eq!(total, length);
        }
        // 10,000 parts of 4 MiB are 40,000 MiB; one byte more needs larger ones.
        assert_eq!(part_size_for(40_000 * MIB, MIN_PART_SIZE).unwrap(), 4 * MIB);
        assert_eq!(
            part_size_for(40_000 * MIB + 1, MIN_PART_SIZE).unwrap(),
            5 * MIB
        );
        assert!(part_size_for(longest + 1, MIN_PART_SIZE).is_err());
        assert!(part_size_for(u64::MAX, MIN_PART_SIZE).is_err());
        for wanted in [0, MIN_PART_SIZE - 1, MAX_PART_SIZE + 1, u64::MAX] {
            let error = part_size_for(1, wanted).unwrap_err();
            assert!(
                error.to_string().contains("between 4 MiB and 5 GiB"),
                "{error}"
            );
        }
    }

    #[test]
    fn stretches_follow_one_another() {
        let parts: Vec<_> = stretches(10, 4).collect();
        assert_eq!(parts, [0..4, 4..8, 8..10]);
        assert_eq!(stretches(8, 4).count(), 2);
        assert_eq!(stretches(0, 4).count(), 0);
    }
}
