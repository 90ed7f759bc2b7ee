//! The only source of randomness: a stream for each (seed, shot).
//!
//! [`ChaCha8`] keyed by the experiment's seed, with the shot as its
//! stream number. What a shot draws depends on nothing else, so counts are the same however shots are spread
//! over workers. The experiments of a job have seeds of their own: see [`experiment_seed`].

mod chacha8;

use std::ops::Range;

use chacha8::ChaCha8;

/// The distance between the seeds of neighbouring experiments of a job (Aer's).
pub const SEED_STRIDE: u64 = 2113;

/// The seed of experiment `index` of a job with this base seed, as Aer reports it.
pub fn experiment_seed(base: u64, index: usize) -> u64 {
    base.wrapping_add(SEED_STRIDE.wrapping_mul(index as u64))
}

/// The random numbers of one shot.
#[derive(Clone, Debug)]
pub struct ShotRng(ChaCha8);

impl ShotRng {
    /// The stream of a shot of an experiment. Nearly all of its cost is in the first number, which makes four
    /// blocks of the cipher; making the key is too cheap to be worth sharing between shots.
    pub fn new(seed: u64, shot: u64) -> Self {
        Self(ChaCha8::new(seed, shot, 0))
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0.word()
    }

    /// A number evenly distributed in [0, 1), with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        unit(self.word())
    }
}

/// The numbers that draw outcomes when one state serves all shots: number `s` of a stream is for shot `s`.
///
/// Neighbouring shots share blocks of the cipher, so a number costs a thirtieth of the first of a [`ShotRng`]. Each
/// independent part of a state has a stream of its own.
#[derive(Clone, Debug)]
pub struct DrawRng(ChaCha8);

impl DrawRng {
    /// A stream of an experiment, from the number for `first_shot` on.
    pub fn new(seed: u64, stream: u32, first_shot: u64) -> Self {
        // Apart from the streams of shots, which count up from 0.
        Self(ChaCha8::new(seed, u64::MAX - u64::from(stream), first_shot))
    }

    /// The next shot's number, evenly distributed in [0, 1), with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        unit(self.0.word())
    }
}

/// The random bits that a block of neighbouring shots share.
#[derive(Clone, Debug)]
pub struct BlockRng(ChaCha8);

impl BlockRng {
    /// The stream of a block of an experiment.
    pub fn new(seed: u64, block: u64) -> Self {
        // Between the streams of shots, which count up from 0, and those of DrawRng, which count down from the end.
        Self(ChaCha8::new(seed, 1 << 63 | block, 0))
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0.word()
    }

    /// A number evenly distributed in [0, 1), with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        unit(self.word())
    }
}

/// The random numbers of some shots, one for each at a time.
pub trait Draws {
    /// Number of shots.
    fn shots(&self) -> usize;

    /// A new number for each shot, evenly distributed in [0, 1). Each independent part of a state asks for a stream
    /// of its own, once.
    fn numbers(&mut self, stream: u32) -> Vec<f64>;
}

/// The numbers of neighbouring shots for which one state serves: see [`DrawRng`].
#[derive(Clone, Debug)]
pub struct SampleDraws {
    /// The experiment's seed.
    pub seed: u64,
    /// The shots.
    pub shots: Range<u64>,
}

impl Draws for SampleDraws {
    fn shots(&self) -> usize {
        (self.shots.end - self.shots.start) as usize
    }

    fn numbers(&mut self, stream: u32) -> Vec<f64> {
        let mut rng = DrawRng::new(self.seed, stream, self.shots.start);
        self.shots.clone().map(|_| rng.uniform()).collect()
    }
}

impl Draws for Vec<ShotRng> {
    fn shots(&self) -> usize {
        self.len()
    }

    /// Streams are one after the other.
    fn numbers(&mut self, _stream: u32) -> Vec<f64> {
        self.iter_mut().map(ShotRng::uniform).collect()
    }
}

/// The upper 53 bits as a number in [0, 1).
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shot_has_its_own_reproducible_stream() {
        let draw = |seed, shot| ShotRng::new(seed, shot).uniform().to_bits();
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(8, 3));
    }

    /// Counts of a seed must not change between versions. The numbers were made by a separate program from the
    /// definitions of `ChaCha8` and of PCG32, which turns the seed into the key.
    #[test]
    fn streams_stay_the_same_from_version_to_version() {
        let mut rng = ShotRng::new(1, 2);
        let bits = [rng.uniform().to_bits(), rng.uniform().to_bits()];
        assert_eq!(bits, [0x3fec_0b6b_afd2_264e, 0x3fe5_d903_5cfd_6e22]);
    }

    /// Mean of 100,000 uniform numbers, seed 1: standard error 9.1e-4, so 5e-3 fails by chance once in 1e7.
    #[test]
    fn numbers_are_uniform_over_shots() {
        let n = 100_000;
        let mean = (0..n).map(|shot| ShotRng::new(1, shot).uniform()).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 5e-3, "mean {mean}");
    }
}
