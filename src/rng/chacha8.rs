//! `ChaCha8` (Bernstein, "`ChaCha`, a variant of Salsa20", 2008), four blocks at a time.
//!
//! Crate `rand_chacha` gives the same numbers and is the tests' oracle, but knows the vectors of other machines only: in
//! wasm it took 26 ns for a number, which was half of the time of a job on ten qubits that are measured apart. Here
//! the same words of four blocks lie side by side, and four words in a row: steps are the same for all sixteen, and
//! the compiler makes vectors of them (8 ns; vectors by name took 7).

use std::array::from_fn;

/// Four words of four neighbouring blocks, a word of all blocks after the other.
type Row = [u32; 16];

/// Numbers of 64 bits in four blocks.
const NUMBERS: usize = 32;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct ChaCha8 {
    key: [u32; 8],
    stream: u64,
    /// The block that is made next.
    block: u64,
    numbers: [u64; NUMBERS],
    /// The number that comes next; there is none at [`NUMBERS`].
    next: usize,
}

impl ChaCha8 {
    /// A stream of a seed, from its number `first` on.
    pub fn new(seed: u64, stream: u64, first: u64) -> Self {
        let skipped = first as usize % NUMBERS;
        let block = first / NUMBERS as u64 * 4;
        let mut rng = Self { key: key(seed), stream, block, numbers: [0; NUMBERS], next: NUMBERS };
        if skipped > 0 {
            rng.fill();
            rng.next = skipped;
        }
        rng
    }

    /// 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        if self.next >= NUMBERS {
            self.fill();
        }
        let number = self.numbers[self.next];
        self.next += 1;
        number
    }

    #[inline(never)]
    fn fill(&mut self) {
        let counter = |at: usize| self.block.wrapping_add(at as u64 % 4);
        // "expand 32-byte k", the key, the number of the block, the stream.
        let start: [Row; 4] = [
            from_fn(|at| [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574][at / 4]),
            from_fn(|at| self.key[at / 4]),
            from_fn(|at| self.key[4 + at / 4]),
            from_fn(|at| match at / 4 {
                0 => counter(at) as u32,
                1 => (counter(at) >> 32) as u32,
                2 => self.stream as u32,
                _ => (self.stream >> 32) as u32,
            }),
        ];
        let mut rows = start;
        for _ in 0..4 {
            // Columns, then diagonals.
            quarter_rounds(&mut rows);
            rows[1].rotate_left(4);
            rows[2].rotate_left(8);
            rows[3].rotate_left(12);
            quarter_rounds(&mut rows);
            rows[1].rotate_right(4);
            rows[2].rotate_right(8);
            rows[3].rotate_right(12);
        }
        for (row, start) in rows.iter_mut().zip(&start) {
            row.iter_mut().zip(start).for_each(|(word, start)| *word = word.wrapping_add(*start));
        }
        for (index, number) in self.numbers.iter_mut().enumerate() {
            let (block, pair) = (index / 8, index % 8);
            let word = |half: usize| rows[pair / 2][pair % 2 * 8 + half * 4 + block];
            *number = u64::from(word(0)) | u64::from(word(1)) << 32;
        }
        self.block = self.block.wrapping_add(4);
        self.next = 0;
    }
}

/// Four of them at a time. A function of its own, so that there is little for an engine of wasm to optimise.
#[inline(never)]
fn quarter_rounds([a, b, c, d]: &mut [Row; 4]) {
    for i in 0..16 {
        a[i] = a[i].wrapping_add(b[i]);
        d[i] = (d[i] ^ a[i]).rotate_left(16);
        c[i] = c[i].wrapping_add(d[i]);
        b[i] = (b[i] ^ c[i]).rotate_left(12);
        a[i] = a[i].wrapping_add(b[i]);
        d[i] = (d[i] ^ a[i]).rotate_left(8);
        c[i] = c[i].wrapping_add(d[i]);
        b[i] = (b[i] ^ c[i]).rotate_left(7);
    }
}

/// The key of a seed: eight words of PCG32 (O'Neill, "PCG", 2014), as crate `rand_core` makes them.
fn key(seed: u64) -> [u32; 8] {
    let mut state = seed;
    from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(11_634_580_027_462_260_723);
        let xorshifted = ((state >> 18 ^ state) >> 27) as u32;
        xorshifted.rotate_right((state >> 59) as u32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    #[test]
    fn numbers_are_those_of_rand_chacha() {
        for (seed, stream, first) in [
            (0, 0, 0),
            (1, 2, 3),
            (7, u64::MAX, 31),
            (u64::MAX, 1 << 63 | 5, 32),
            (5, u64::MAX - 9, 1_000_003),
            // The upper half of the block's number.
            (3, 4, (8 << 32) - 40),
        ] {
            let mut oracle = ChaCha8Rng::seed_from_u64(seed);
            oracle.set_stream(stream);
            oracle.set_word_pos(2 * u128::from(first));
            let mut rng = ChaCha8::new(seed, stream, first);
            for number in 0..200 {
                assert_eq!(
                    rng.word(),
                    oracle.next_u64(),
                    "seed {seed}, stream {stream}, number {first} + {number}"
                );
            }
        }
    }
}
