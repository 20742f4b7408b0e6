//! Deterministic numbers from a seed and a text, the same on every machine.

/// A number for a text, another one for each seed (FNV-1a, 64 bits).
pub fn hashed(seed: u64, text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that depends on nothing but a seed and a name (FNV-1a, then the finaliser of `SplitMix64`).
pub fn hash_of_seed_and_name(seed: u64, name: &str) -> u64 {
    let hash = hashed(seed, name);
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_depends_on_seed_and_name() {
        assert_eq!(hash_of_seed_and_name(1, "a"), hash_of_seed_and_name(1, "a"));
        assert!(hash_of_seed_and_name(1, "a") != hash_of_seed_and_name(2, "a") && hash_of_seed_and_name(1, "a") != hash_of_seed_and_name(1, "b"));
    }
}
