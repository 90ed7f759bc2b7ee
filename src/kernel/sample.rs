//! Drawing basis states.

use super::real::{Real, amplitude};
use super::reduce::{CHUNK, chunk_norms};

/// Draws a basis state for each number in [0, 1), which must ascend, and hands out its index in that order.
///
/// Inverts the cumulative distribution: a number falls into a chunk, then onto an amplitude of the chunk. What
/// it gives depends on nothing but the number and the state, and never has probability 0, whatever rounding
/// does. The norm need not be 1. One pass for the chunks' norms, then each chunk that is hit once more; takes
/// 8 bytes for 4096 amplitudes.
pub fn sample<T: Real>(
    re: &[T],
    im: &[T],
    ascending: impl Iterator<Item = f64>,
    mut visit: impl FnMut(usize),
) {
    let norms: Vec<f64> = chunk_norms(re, im).collect();
    let total: f64 = norms.iter().sum();
    let last = norms.iter().rposition(|norm| *norm > 0.0).unwrap_or(0);
    let mut walk = Walk::default();
    for number in ascending {
        let level = number * total;
        while walk.chunk < last && level >= walk.below + norms[walk.chunk] {
            walk = Walk { chunk: walk.chunk + 1, below: walk.below + norms[walk.chunk], ..Walk::default() };
        }
        let chunk = walk.chunk * CHUNK..((walk.chunk + 1) * CHUNK).min(re.len());
        visit(chunk.start + walk.advance(level, &re[chunk.clone()], &im[chunk]));
    }
}

/// How far the cumulative distribution has been walked.
#[derive(Default)]
struct Walk {
    /// The chunk.
    chunk: usize,
    /// The probability of all chunks before it.
    below: f64,
    /// The probability of the amplitudes of the chunk before `next`.
    inside: f64,
    /// The next amplitude of the chunk.
    next: usize,
    /// The last amplitude seen that is not 0.
    found: usize,
}

impl Walk {
    /// The amplitude of the chunk on which the level falls.
    fn advance<T: Real>(&mut self, level: f64, re: &[T], im: &[T]) -> usize {
        while level >= self.below + self.inside && self.next < re.len() {
            let probability = amplitude(re, im, self.next).norm_sqr();
            if probability > 0.0 {
                self.inside += probability;
                self.found = self.next;
            }
            self.next += 1;
        }
        self.found
    }
}
