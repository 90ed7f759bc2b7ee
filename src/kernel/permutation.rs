//! Matrices that move amplitudes and multiply them, with one entry in each row and column.

use super::Controls;
use super::index::{Subspace, deposit, map_columns, mask};
use super::real::Real;
use crate::linalg::{Complex, Matrix};

/// A matrix with one entry in each row and column, as steps to carry out in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Permutation {
    steps: Vec<Step>,
}

/// A step on values of the bits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Multiplies the amplitudes of a value.
    Scale(usize, Complex),
    /// Exchanges the amplitudes of two values, then multiplies those of each.
    Exchange([usize; 2], [Complex; 2]),
}

impl Permutation {
    /// The permutation that a square matrix is; `None` where it is none.
    ///
    /// A cycle `c0 → c1 → … → cm → c0` becomes the exchanges of `c0` with `c1`, …, `cm`.
    pub fn new(matrix: &Matrix) -> Option<Self> {
        let size = matrix.rows();
        // For each column its only row: where the amplitude goes.
        let mut target = vec![None; size];
        for (row, entries) in matrix.entries().chunks_exact(size).enumerate() {
            let mut filled = (0..size).filter(|column| entries[*column] != Complex::ZERO);
            let (column, None) = (filled.next()?, filled.next()) else { return None };
            if target[column].replace(row).is_some() {
                return None;
            }
        }
        let mut steps = Vec::new();
        let mut seen = vec![false; size];
        for start in 0..size {
            let mut from = start;
            while !seen[from] {
                seen[from] = true;
                let to = target[from]?;
                let factor = matrix.at(to, from);
                if to != start {
                    // What stood at `to` waits at `start` for its own turn, which closes the cycle or not.
                    let waiting = target[to]?;
                    let closing = if waiting == start { matrix.at(start, to) } else { Complex::ONE };
                    steps.push(Step::Exchange([start, to], [closing, factor]));
                } else if from == start && factor != Complex::ONE {
                    steps.push(Step::Scale(start, factor));
                }
                from = to;
            }
        }
        Some(Self { steps })
    }

    /// Amplitudes touched in a state of `len`, if the matrix acts on `num_bits` bits.
    pub fn touched(&self, len: usize, num_bits: usize) -> usize {
        let rows = |step: &Step| if matches!(step, Step::Scale(..)) { 1 } else { 2 };
        (len >> num_bits) * self.steps.iter().map(rows).sum::<usize>()
    }

    /// For each value of `num_bits` bits where its amplitude goes, and what multiplies it.
    pub fn images(&self, num_bits: usize) -> Vec<(usize, Complex)> {
        let mut held: Vec<(usize, Complex)> = (0..1 << num_bits).map(|value| (value, Complex::ONE)).collect();
        for step in &self.steps {
            match *step {
                Step::Scale(value, factor) => held[value].1 *= factor,
                Step::Exchange([a, b], factors) => {
                    held.swap(a, b);
                    held[a].1 *= factors[0];
                    held[b].1 *= factors[1];
                }
            }
        }
        let mut images = held.clone();
        for (to, (from, factor)) in held.into_iter().enumerate() {
            images[from] = (to, factor);
        }
        images
    }

    /// Applies the matrix to bits, the first one least significant, where the `controls` have
    /// their values. Amplitudes that neither move nor change are not touched.
    pub fn apply<T: Real>(&self, re: &mut [T], im: &mut [T], bits: &[u32], controls: Controls) {
        let space = Subspace::new(re.len(), controls.mask | mask(bits), controls.values);
        for step in &self.steps {
            match *step {
                Step::Scale(value, factor) => {
                    let rows = [deposit(value, bits)];
                    map_columns(re, im, space, rows, |[x]| [factor * x]);
                }
                Step::Exchange(values, factors) => {
                    let rows = values.map(|value| deposit(value, bits));
                    if factors == [Complex::ONE; 2] {
                        exchange(re, im, space, rows);
                    } else {
                        map_columns(re, im, space, rows, |[x, y]| [factors[0] * y, factors[1] * x]);
                    }
                }
            }
        }
    }
}

/// Exchanges two rows of a subspace: X, swap and their controlled forms. Touches `2 * space.size()` amplitudes.
pub fn exchange<T: Real>(re: &mut [T], im: &mut [T], space: Subspace, rows: [usize; 2]) {
    map_columns(re, im, space, rows, |[x, y]| [y, x]);
}
