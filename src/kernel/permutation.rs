//! Matrices that move amplitudes and multiply them, with one entry in each row and column.

use std::cell::Cell;

use smallvec::{SmallVec, smallvec};

use super::Controls;
use super::index::{Subspace, deposit, mask};
use super::lanes::{Lanes, complex, times, whole_vectors};
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
    #[inline(never)]
    pub fn new(matrix: &Matrix) -> Option<Self> {
        let size = matrix.rows();
        // For each column its only row: where the amplitude goes.
        let mut target: SmallVec<[Option<usize>; 8]> = smallvec![None; size];
        for (row, entries) in matrix.entries().chunks_exact(size).enumerate() {
            let mut filled = (0..size).filter(|column| entries[*column] != Complex::ZERO);
            let (column, None) = (filled.next()?, filled.next()) else { return None };
            if target[column].replace(row).is_some() {
                return None;
            }
        }
        let mut steps = Vec::new();
        let mut seen: SmallVec<[bool; 8]> = smallvec![false; size];
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

    /// The permutation of one bit that is `[[0, b], [c, 0]]`.
    pub fn exchange(b: Complex, c: Complex) -> Self {
        Self { steps: vec![Step::Exchange([0, 1], [b, c])] }
    }

    /// Amplitudes touched in a state of `len`, if the matrix acts on `num_bits` bits.
    pub fn touched(&self, len: usize, num_bits: usize) -> usize {
        let rows = |step: &Step| if matches!(step, Step::Scale(..)) { 1 } else { 2 };
        (len >> num_bits) * self.steps.iter().map(rows).sum::<usize>()
    }

    /// For each value of `num_bits` bits where its amplitude goes, and what multiplies it.
    #[inline(never)]
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
    #[inline(never)]
    pub fn apply<T: Real>(&self, re: &mut [T], im: &mut [T], bits: &[u32], controls: Controls) {
        let fixed = controls.mask | mask(bits);
        for step in &self.steps {
            let (values, factors) = match *step {
                Step::Scale(value, factor) => ([value; 2], [factor; 2]),
                Step::Exchange(values, factors) => (values, factors),
            };
            let rows = values.map(|value| deposit(value, bits) | controls.values);
            whole_vectors(re, im, |re, im| move_rows(re, im, fixed, rows, factors));
        }
    }
}

/// Exchanges two rows of a subspace: X, swap and their controlled forms. Touches `2 * space.size()` amplitudes.
pub fn exchange<T: Real>(re: &mut [T], im: &mut [T], space: Subspace, rows: [usize; 2]) {
    let Controls { mask, values } = space.controls(0);
    whole_vectors(re, im, |re, im| move_rows(re, im, mask, rows.map(|row| row | values), [Complex::ONE; 2]));
}

/// Exchanges two rows and multiplies what comes to each. A row is the indices whose `fixed` bits have these values;
/// both may be the same.
#[inline(never)]
fn move_rows<T: Real>(re: &mut [T], im: &mut [T], fixed: usize, rows: [usize; 2], factors: [Complex; 2]) {
    let bits = T::Lanes::BITS;
    let low = fixed & ((1 << bits) - 1);
    let [p, q] = rows.map(|row| row >> bits);
    let space = Subspace::new(re.len() >> bits, fixed >> bits, p & q);
    let is_in = |row: usize, lane: usize| lane & low == rows[row] & low;
    let across = (rows[0] ^ rows[1]) & low;
    let state = [T::Lanes::chunks(re), T::Lanes::chunks(im)];
    let plain = factors == [Complex::ONE; 2];
    if p == q {
        // Both rows are in the same vectors.
        let mask = (low != 0).then(|| T::Lanes::mask(|lane| is_in(0, lane) || is_in(1, lane)));
        let factor = |lane: usize| factors[usize::from(!is_in(0, lane))];
        let factor = complex::<T::Lanes>(factor);
        if plain {
            move_vectors::<T::Lanes, 1>(state, space, [0], across, [mask], |x| x);
        } else {
            move_vectors(state, space, [0], across, [mask], |[x]| [times(factor, x)]);
        }
    } else {
        let masks = [0, 1].map(|row| (low != 0).then(|| T::Lanes::mask(|lane| is_in(row, lane))));
        let [a, b] = factors.map(|factor| complex::<T::Lanes>(|_| factor));
        let offsets = [p & !q, q & !p];
        if plain {
            move_vectors::<T::Lanes, 2>(state, space, offsets, across, masks, |[x, y]| [y, x]);
        } else {
            move_vectors(state, space, offsets, across, masks, |[x, y]| [times(a, y), times(b, x)]);
        }
    }
}

/// Replaces rows of vectors by what `map` makes of them with their lanes exchanged, in the lanes of the masks.
fn move_vectors<L: Lanes, const D: usize>(
    state: [&[Cell<L::Memory>]; 2],
    space: Subspace,
    offsets: [usize; D],
    across: usize,
    masks: [Option<L::Mask>; D],
    map: impl Fn([[L; 2]; D]) -> [[L; 2]; D],
) {
    // What is known outside of a loop need not be found out within.
    match across {
        0 => move_across::<L, D, 0>(state, space, offsets, masks, map),
        1 => move_across::<L, D, 1>(state, space, offsets, masks, map),
        2 => move_across::<L, D, 2>(state, space, offsets, masks, map),
        _ => move_across::<L, D, 3>(state, space, offsets, masks, map),
    }
}

fn move_across<L: Lanes, const D: usize, const ACROSS: usize>(
    [re, im]: [&[Cell<L::Memory>]; 2],
    space: Subspace,
    offsets: [usize; D],
    masks: [Option<L::Mask>; D],
    map: impl Fn([[L; 2]; D]) -> [[L; 2]; D],
) {
    let im = &im[..re.len()];
    for index in space.indices() {
        let old =
            offsets.map(|offset| [L::load(re[index + offset].get()), L::load(im[index + offset].get())]);
        let new = map(old.map(|x| x.map(|part| part.across(ACROSS))));
        for row in 0..D {
            let mut new = new[row];
            if let Some(mask) = masks[row] {
                new = [new[0].select(old[row][0], mask), new[1].select(old[row][1], mask)];
            }
            re[index + offsets[row]].set(new[0].store());
            im[index + offsets[row]].set(new[1].store());
        }
    }
}
