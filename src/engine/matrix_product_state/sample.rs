//! Drawing outcomes, by either of Aer's algorithms.
//!
//! [`Chain::sample_walking`] goes along the chain, qubit by qubit: what is at the right of a site is orthonormal, so the
//! probability of a value depends on what was drawn at the left alone, and a shot is a vector of one bond at a time
//! (Ferris and Vidal, arXiv:1201.3974). Shots that drew the same share a vector, and all do where a bond has
//! dimension 1. What lies before the first measured qubit is drawn as a Schmidt vector. [`Chain::sample_listed`]
//! computes the probability of each outcome first.

use super::chain::Chain;
use crate::circuit::Qubit;
use crate::engine::Outcomes;
use crate::error::AerError;
use crate::kernel::tensor::{Operand, product};
use crate::linalg::Complex;
use crate::rng::Draws;

/// Most qubits whose probabilities are listed to draw from.
pub(super) const MOST_LISTED: usize = 16;

/// Numbers that are made at a time of what all shots have.
const AT_A_TIME: usize = 1 << 16;

/// Most work of a shot that is told: 16 shots are drawn at a time at least.
const MOST_WORK: u64 = 1 << 18;

/// Shots that drew the same so far, by their vectors.
struct Walk {
    /// A vector for each group, one after the other.
    vectors: Vec<Complex>,
    /// The group of each shot.
    groups: Vec<usize>,
}

impl Chain {
    /// Draws outcomes from a list of their probabilities. Bit `i` of an outcome is `qubits[i]`.
    pub(super) fn sample_listed(
        &self,
        qubits: &[Qubit],
        draws: &mut dyn Draws,
    ) -> Result<Outcomes, AerError> {
        let mut sum = 0.0;
        let mut below = self.probabilities(qubits)?;
        for p in &mut below {
            sum += *p;
            *p = sum;
        }
        let mut outcomes = Outcomes::zeros(qubits.len(), 0);
        for number in draws.numbers(qubits.iter().min().copied().unwrap_or_default()) {
            let value = below.partition_point(|below| *below <= number * sum).min(below.len() - 1);
            // Of rounding at the end, nothing that is impossible.
            let value = (0..=value).rev().find(|v| *v == 0 || below[*v] > below[*v - 1]).unwrap_or(0);
            outcomes.push(&[value as u64]);
        }
        Ok(outcomes)
    }

    /// Draws outcomes qubit by qubit along the chain. Bit `i` of an outcome is `qubits[i]`. Qubits between measured
    /// ones are drawn too. Costs a product of each tensor with the vectors that differ.
    pub(super) fn sample_walking(
        &self,
        qubits: &[Qubit],
        draws: &mut dyn Draws,
    ) -> Result<Outcomes, AerError> {
        let shots = draws.shots();
        let mut outcomes = Outcomes::zeros(qubits.len(), shots);
        let words = outcomes.words_per_shot;
        let mut bits = vec![None; self.len()];
        for (bit, qubit) in qubits.iter().enumerate() {
            if let Some(slot) = bits.get_mut(self.place(*qubit)) {
                *slot = Some(bit);
            }
        }
        let (Some(first), Some(last)) =
            (bits.iter().position(Option::is_some), bits.iter().rposition(Option::is_some))
        else {
            return Ok(outcomes);
        };
        let mut walk = self.begin(first, draws);
        for (site, bit) in bits.iter().enumerate().take(last + 1).skip(first) {
            let ones = self.step(&mut walk, site, &draws.numbers(self.qubits[site]))?;
            if let Some(bit) = *bit {
                for (shot, one) in ones.iter().enumerate() {
                    outcomes.words[shot * words + bit / 64] |= u64::from(*one) << (bit % 64);
                }
            }
        }
        Ok(outcomes)
    }

    /// Multiplications of a shot that has drawn like no other one; but not more than so that some shots go together,
    /// which makes products of matrices of those of vectors. Along a bond of dimension 1 all draw alike.
    pub(super) fn walking_work(&self, qubits: &[Qubit]) -> u64 {
        let sites = qubits.iter().map(|qubit| self.place(*qubit));
        let (Some(first), Some(last)) = (sites.clone().min(), sites.max()) else { return 0 };
        let sites = self.sites.get(first..=last).unwrap_or_default().iter();
        sites.filter(|site| site.left > 1).map(|site| site.entries.len() as u64).sum::<u64>().min(MOST_WORK)
    }

    /// The shots before a site, each in a Schmidt vector of the left part.
    fn begin(&self, first: usize, draws: &mut dyn Draws) -> Walk {
        let coefficients = self.left_of(first);
        let size = coefficients.len();
        let Some(before) = first.checked_sub(1).filter(|_| size > 1) else {
            return Walk { vectors: vec![Complex::ONE], groups: vec![0; draws.shots()] };
        };
        let mut sum = 0.0;
        let below: Vec<f64> = coefficients
            .iter()
            .map(|coefficient| {
                sum += coefficient * coefficient;
                sum
            })
            .collect();
        let draw = |number: f64| below.partition_point(|below| *below <= number * sum).min(size - 1);
        let groups: Vec<usize> = draws.numbers(self.qubits[before]).into_iter().map(draw).collect();
        let unit = |place: usize| Complex::from(f64::from(u8::from(place.is_multiple_of(size + 1))));
        let mut walk = Walk { vectors: (0..size * size).map(unit).collect(), groups };
        walk.merge(size);
        walk
    }

    /// Draws the values of a site.
    fn step(&self, walk: &mut Walk, site: usize, numbers: &[f64]) -> Result<Vec<bool>, AerError> {
        let tensor = &self.sites[site];
        let (left, right) = (tensor.left, tensor.right);
        let count = walk.vectors.len() / left;
        self.check_room(count.saturating_mul(2 * right))?;
        // The group of each group and value, and the probability of 1.
        let mut made: Vec<[Option<usize>; 2]> = vec![[None; 2]; count];
        let mut probability = vec![0.0; count];
        let weight = |half: &[Complex]| -> f64 { half.iter().map(Complex::norm_sqr).sum() };
        let at_a_time = (AT_A_TIME / (2 * right)).max(1);
        let mut drawn = vec![false; numbers.len()];
        let mut shots_of: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (shot, group) in walk.groups.iter().enumerate() {
            shots_of[*group].push(shot);
        }
        let (mut vectors, mut groups) = (Vec::new(), 0);
        let mut first = 0;
        for some in walk.vectors.chunks(at_a_time * left) {
            let next = product(Operand::new(some, left), tensor.wide())?;
            for (offset, row) in next.chunks_exact(2 * right).enumerate() {
                let group = first + offset;
                let (zero, one) = row.split_at(right);
                let weights = [weight(zero), weight(one)];
                probability[group] = weights[0] / (weights[0] + weights[1]);
                for shot in &shots_of[group] {
                    let is_one = numbers[*shot] >= probability[group];
                    drawn[*shot] = is_one;
                    let value = usize::from(is_one);
                    let to = *made[group][value].get_or_insert_with(|| {
                        let scale = weights[value].sqrt().recip();
                        vectors.extend([zero, one][value].iter().map(|x| x * scale));
                        groups += 1;
                        groups - 1
                    });
                    walk.groups[*shot] = to;
                }
            }
            first += next.len() / (2 * right);
        }
        walk.vectors = vectors;
        if right == 1 {
            // Nothing at the right depends on what was drawn.
            walk.vectors = vec![Complex::ONE];
            walk.groups.fill(0);
        }
        Ok(drawn)
    }
}

impl Walk {
    /// Leaves out groups without shots.
    fn merge(&mut self, size: usize) {
        let mut new = vec![None; self.vectors.len() / size.max(1)];
        let mut vectors = Vec::new();
        for group in &mut self.groups {
            let old = *group;
            *group = *new[old].get_or_insert_with(|| {
                vectors.extend_from_slice(&self.vectors[old * size..][..size]);
                vectors.len() / size - 1
            });
        }
        self.vectors = vectors;
    }
}
