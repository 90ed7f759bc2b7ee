//! Drawing basis states.
//!
//! A number in [0, 1) falls on an index of the cumulative distribution. A [`Sampler`] holds that distribution,
//! made once in a pass over the state that may be cut into slices, and serves any number of shots. A small state
//! is a table with a guide that says where to begin (Chen and Asau 1974), so that a number takes a few
//! nanoseconds. Of a large one only the sums over chunks are kept; the numbers are sorted and the chunks that
//! they fall into are read once more, in order.
//!
//! What a number gives depends on nothing but the number and the state, and never has probability 0, whatever
//! rounding does. The norm need not be 1.

use super::real::{Real, amplitude};
use super::scalar;

/// Amplitudes of a chunk: few, as a shot that is alone in its chunk reads half of it.
const CHUNK: usize = 256;

/// The most amplitudes whose distribution is kept one by one.
const TABLE: usize = 1 << 12;

/// The cumulative distribution of a state, for any number of draws. Takes 8 bytes for 256 amplitudes, or 10
/// bytes for each of up to 4096.
#[derive(Clone, Debug)]
pub struct Sampler {
    /// Amplitudes in the state.
    len: usize,
    /// Amplitudes between two entries of `below`.
    grain: usize,
    /// The probability of all that comes before each grain, and in the end of everything.
    below: Vec<f64>,
    /// The last grain with a share.
    last: usize,
    /// Of a table: the index of the smallest number in each of equal parts of [0, 1).
    guide: Vec<u16>,
}

impl Sampler {
    /// A sampler of a state of so many amplitudes, of which nothing is read yet.
    pub fn new(len: usize) -> Self {
        Self::with_grain(len, if len <= TABLE { 1 } else { CHUNK })
    }

    fn with_grain(len: usize, grain: usize) -> Self {
        let mut below = Vec::with_capacity(len.div_ceil(grain) + 1);
        below.push(0.0);
        Self { len, grain, below, last: 0, guide: Vec::new() }
    }

    /// Reads about `budget` more amplitudes of the state; gives how many, and 0 once all are read.
    #[inline(never)]
    pub fn advance<T: Real>(&mut self, re: &[T], im: &[T], budget: u64) -> u64 {
        let start = (self.below.len() - 1) * self.grain;
        if start >= self.len {
            return 0;
        }
        let left = self.len - start;
        let grains = usize::try_from(budget).unwrap_or(left).min(left).div_ceil(self.grain).max(1);
        let end = (start + grains * self.grain).min(self.len);
        let mut sum = self.total();
        let (re, im) = (&re[start..end], &im[start..end]);
        let mut add = |norm: f64| {
            sum += norm;
            sum
        };
        if self.grain == 1 {
            self.below.extend((0..re.len()).map(|index| add(amplitude(re, im, index).norm_sqr())));
        } else {
            let grains = re.chunks(self.grain).zip(im.chunks(self.grain));
            self.below.extend(grains.map(|(re, im)| add(scalar::norm_sqr(re, im))));
        }
        if end == self.len {
            self.last = self.below.windows(2).rposition(|pair| pair[0] < pair[1]).unwrap_or(0);
            if self.grain == 1 {
                self.make_guide();
            }
        }
        (end - start) as u64
    }

    #[inline(never)]
    fn make_guide(&mut self) {
        let parts = self.len.next_power_of_two();
        // Powers of two: a quotient by `parts` is exactly this product.
        let (part_size, total) = (1.0 / parts as f64, self.total());
        let mut index = 0;
        self.guide = (0..parts)
            .map(|part| {
                let level = part as f64 * part_size * total;
                index = self.grain_at(level, index);
                index as u16
            })
            .collect();
    }

    /// The squared norm of what is read.
    fn total(&self) -> f64 {
        self.below.last().copied().unwrap_or(0.0)
    }

    /// The grain onto which a level falls, from one that is not beyond it.
    #[inline]
    fn grain_at(&self, level: f64, mut grain: usize) -> usize {
        while grain < self.last && level >= self.below[grain + 1] {
            grain += 1;
        }
        grain
    }

    /// The index that each number in [0, 1) falls on, once the same state has been read to its end. The numbers
    /// should be evenly distributed: then the time is linear in them, and in the chunks they fall into.
    #[inline(never)]
    pub fn draw<T: Real>(&self, re: &[T], im: &[T], numbers: &[f64]) -> Vec<usize> {
        let total = self.total();
        if self.grain == 1 {
            let parts = self.guide.len() as f64;
            let begin = |number: f64| self.guide.get((number * parts) as usize).copied().unwrap_or(0);
            let index = |number: &f64| self.grain_at(number * total, begin(*number).into());
            return numbers.iter().map(index).collect();
        }
        let mut indices = vec![0; numbers.len()];
        let mut chunk = 0;
        let mut walk = Walk::default();
        for (number, place) in ascending(numbers) {
            let level = number * total;
            let next = self.grain_at(level, chunk);
            if next != chunk {
                (chunk, walk) = (next, Walk::default());
            }
            indices[place as usize] = self.index_in(re, im, chunk, &mut walk, level);
        }
        indices
    }

    /// The index in a chunk onto which a level falls that is not below the walk.
    #[inline]
    fn index_in<T: Real>(&self, re: &[T], im: &[T], chunk: usize, walk: &mut Walk, level: f64) -> usize {
        let start = chunk * self.grain;
        let end = (start + self.grain).min(self.len);
        start + walk.advance(&re[start..end], &im[start..end], level - self.below[chunk])
    }
}

/// Draws one basis state: the index that a number in [0, 1) falls on. Touches every amplitude.
#[inline(never)]
pub fn sample_one<T: Real>(re: &[T], im: &[T], number: f64) -> usize {
    let mut sampler = Sampler::with_grain(re.len(), CHUNK);
    sampler.advance(re, im, u64::MAX);
    let level = number * sampler.total();
    let chunk = sampler.grain_at(level, 0);
    sampler.index_in(re, im, chunk, &mut Walk::default(), level)
}

/// How far a chunk has been walked.
#[derive(Default)]
struct Walk {
    /// The next amplitude.
    next: usize,
    /// The probability of those before it.
    inside: f64,
}

impl Walk {
    /// The amplitude of the chunk on which a level falls that is counted from its beginning.
    #[inline]
    fn advance<T: Real>(&mut self, re: &[T], im: &[T], level: f64) -> usize {
        while level >= self.inside && self.next < re.len() {
            self.inside += amplitude(re, im, self.next).norm_sqr();
            self.next += 1;
        }
        if level < self.inside {
            return self.next - 1;
        }
        // Summed one by one the chunk may be a little less than its sum: then it is the last one with a share.
        (0..re.len()).rev().find(|index| amplitude(re, im, *index).norm_sqr() > 0.0).unwrap_or(0)
    }
}

/// Numbers in [0, 1) in ascending order, with their places. As they are evenly distributed, hardly more than one
/// falls into each of as many buckets as there are numbers.
#[inline(never)]
fn ascending(numbers: &[f64]) -> Vec<(f64, u32)> {
    let buckets = numbers.len().next_power_of_two();
    let bucket = |number: f64| ((number * buckets as f64) as usize).min(buckets - 1);
    let mut ends = vec![0u32; buckets];
    for number in numbers {
        ends[bucket(*number)] += 1;
    }
    let mut sum = 0;
    for end in &mut ends {
        (*end, sum) = (sum, sum + *end);
    }
    let mut sorted = vec![(0.0, 0); numbers.len()];
    for (place, number) in numbers.iter().enumerate() {
        let end = &mut ends[bucket(*number)];
        sorted[*end as usize] = (*number, place as u32);
        *end += 1;
    }
    // Nothing has to leave its bucket.
    for i in 1..sorted.len() {
        let mut j = i;
        while j > 0 && sorted[j - 1].0 > sorted[j].0 {
            sorted.swap(j - 1, j);
            j -= 1;
        }
    }
    sorted
}

#[cfg(test)]
mod tests;
