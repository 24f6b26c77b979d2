//! Hashes that are the same in every build and on every machine, which the standard library does not promise of its own.
//! They keep nobody out: a sender who makes texts collide on purpose only joins reports of his own making.

/// Offset and prime of FNV-1a, 64 bits (G. Fowler, L. C. Noll, K.-P. Vo).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of a text: FNV-1a, whose upper bits are weak for short words, mixed.
pub(super) fn text(text: &str) -> u64 {
    number(text.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
}

/// The hash of a number: the last step of `SplitMix64` (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
pub(super) fn number(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The hash of two hashes in their order.
pub(super) fn pair(left: u64, right: u64) -> u64 {
    number(left.rotate_left(23) ^ right)
}

/// The lower half of a hash.
pub(super) fn lower(hash: u64) -> u32 {
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default()
}

/// A hash of 32 bits brought below `limit`, without division.
pub(super) fn below(hash: u64, limit: usize) -> usize {
    let limit = u64::from(u32::try_from(limit).unwrap_or(u32::MAX));
    usize::try_from((u64::from(lower(hash)) * limit) >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_are_those_of_their_papers() {
        // The first number that SplitMix64 gives from the seed 0.
        assert_eq!(number(0), 0xe220_a839_7b1d_cdaf);
        // FNV-1a of "a" before the mixing.
        assert_eq!(text("a"), number(0xaf63_dc4c_8601_ec8c));
        assert_eq!(text(""), number(OFFSET));
    }

    #[test]
    fn a_pair_has_an_order() {
        assert_ne!(pair(1, 2), pair(2, 1));
    }

    #[test]
    fn below_stays_below() {
        assert_eq!((below(0, 128), below(u64::from(u32::MAX), 128), below(5, 0)), (0, 127, 0));
    }
}
