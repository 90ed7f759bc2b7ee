//! Moving bits of words about, for as many words as there are shots.

use smallvec::SmallVec;

/// Takes bits of a word to other places. Bits that move equally far move at once, so that the usual order of
/// measurements, bit `i` to place `i`, takes one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gather {
    /// Masks of bits, and how far they move up, around the word's end.
    moves: SmallVec<[(u64, u32); 4]>,
}

impl Gather {
    /// From pairs of places below 64: a bit and where it goes, each goal at most once.
    pub fn new(pairs: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut moves = SmallVec::<[(u64, u32); 4]>::new();
        for (from, to) in pairs {
            let (bit, by) = (1u64 << from, (64 + to - from) % 64);
            match moves.iter_mut().find(|(_, distance)| *distance == by) {
                Some((mask, _)) => *mask |= bit,
                None => moves.push((bit, by)),
            }
        }
        Self { moves }
    }

    /// The word whose bits came from `word`; places where nothing goes are 0.
    #[inline]
    pub fn apply(&self, word: u64) -> u64 {
        self.moves.iter().fold(0, |gathered, (mask, by)| gathered | (word & mask).rotate_left(*by))
    }
}

/// Exchanges rows and columns of a square of bits: bit `j` of word `i` becomes bit `i` of word `j`.
///
/// Halves of halves change places (Warren: "Hacker's Delight", section 7-3).
#[inline(never)]
pub fn transpose(square: &mut [u64; 64]) {
    let (mut width, mut mask) = (32, u64::MAX >> 32);
    while width > 0 {
        for i in (0..64).filter(|i| i & width == 0) {
            let differ = (square[i] >> width ^ square[i + width]) & mask;
            square[i] ^= differ << width;
            square[i + width] ^= differ;
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_go_where_they_are_sent() {
        let word = 0b1011_0010_1000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0000_0110_0101;
        let orders: [Vec<(u32, u32)>; 5] = [
            vec![],
            (0..64).map(|i| (i, i)).collect(),
            (0..64).map(|i| (i, 63 - i)).collect(),
            vec![(2, 0), (2, 1), (0, 5), (61, 2), (63, 63)],
            (0..20).map(|i| (i, (7 * i + 3) % 20)).collect(),
        ];
        for pairs in orders {
            let expected = pairs.iter().fold(0, |all, (from, to)| all | (word >> from & 1) << to);
            assert_eq!(Gather::new(pairs.iter().copied()).apply(word), expected, "{pairs:?}");
        }
        assert_eq!(Gather::new((0..64).map(|i| (i, i))).moves.len(), 1);
    }

    #[test]
    fn rows_become_columns() {
        let mut state = 1u64;
        let square: [u64; 64] = std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ state >> 29
        });
        let mut transposed = square;
        transpose(&mut transposed);
        for (i, j) in (0..64).flat_map(|i| (0..64).map(move |j| (i, j))) {
            assert_eq!(square[i] >> j & 1, transposed[j] >> i & 1);
        }
    }
}
