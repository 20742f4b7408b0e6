//! Draws random values for requests from the contract's schemas, repeatable from a seed.

mod allowed_values;
mod apply;
mod body_places;
mod drawn_texts;
mod smaller;
mod unforeseen_requests;

pub use allowed_values::{admits, valid_changes};
pub use apply::{applied, change_between};
pub use smaller::smaller;
pub use unforeseen_requests::unforeseen_change;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::model::hash::hash_of_seed_and_name;

/// Where chance comes from: the same seed, name and number always draw the same.
pub struct SeededRandom(TestRunner);

impl SeededRandom {
    /// Chance for one case of an operation.
    pub fn new(seed: u64, name: &str, number: u32) -> Self {
        let mut bytes = [0_u8; 32];
        for (index, chunk) in bytes.chunks_mut(8).enumerate() {
            let salt = seed ^ (u64::from(number) << 32) ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&hash_of_seed_and_name(salt, name).to_le_bytes());
        }
        // Nothing is kept on disk: a case is found again by its seed.
        let config = Config { failure_persistence: None, ..Config::default() };
        Self(TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)))
    }

    /// A value of a strategy; `None` when the strategy finds none.
    pub fn draw<S: Strategy>(&mut self, strategy: S) -> Option<S::Value> {
        strategy.new_tree(&mut self.0).ok().map(|tree| tree.current())
    }

    /// A number below a bound; 0 when the bound is.
    pub fn below(&mut self, bound_request: usize) -> usize {
        if bound_request == 0 { 0 } else { self.draw(0..bound_request).unwrap_or_default() }
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_something_else() {
        let draw = |seed: u64, name: &str, number: u32| SeededRandom::new(seed, name, number).draw(0..u64::MAX);
        assert_eq!(draw(1, "a", 1), draw(1, "a", 1));
        assert!(draw(1, "a", 1) != draw(2, "a", 1) && draw(1, "a", 1) != draw(1, "b", 1) && draw(1, "a", 1) != draw(1, "a", 2));
    }
}
