//! A register with few amplitudes: those that are not 0, in any order.
//!
//! What moves amplitudes changes indices, what multiplies them changes amplitudes, and X gates change neither:
//! bits may be kept inverted. A matrix that mixes amplitudes needs those whose indices agree on the other bits;
//! a hash table brings them together. Cost: a few nanoseconds an entry, whatever the number of bits.

use crate::engine::dense::{Entry, NEGLIGIBLE, low_bits};
use crate::kernel::index::{deposit, extract, mask};
use crate::kernel::{Action, Controls, Placed};
use crate::linalg::{Complex, Matrix};

/// A register by its entries, in double precision always.
#[derive(Clone, Debug)]
pub(super) struct Sparse {
    num_bits: u32,
    entries: Vec<Entry>,
    /// The bits of the entries' indices that are inverted.
    flips: usize,
}

impl Sparse {
    /// A basis state.
    pub(super) fn basis(num_bits: u32, index: usize) -> Self {
        Self::new(num_bits, vec![Entry { index, amplitude: Complex::ONE }])
    }

    /// A register with these entries, each index once.
    #[inline(never)]
    pub(super) fn new(num_bits: u32, entries: Vec<Entry>) -> Self {
        Self { num_bits, entries, flips: 0 }
    }

    /// Number of bits.
    pub(super) fn num_bits(&self) -> u32 {
        self.num_bits
    }

    /// Number of amplitudes that are not 0.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> + Clone {
        let flips = self.flips;
        self.entries.iter().map(move |entry| Entry { index: entry.index ^ flips, ..*entry })
    }

    /// The register of these bits and, above them, the bits of another.
    #[inline(never)]
    pub(super) fn join(&mut self, top: &Self) {
        let mut joined = Vec::with_capacity(self.len() * top.len());
        for high in top.entries() {
            joined.extend(self.entries().map(|low| Entry {
                index: low.index | high.index << self.num_bits,
                amplitude: low.amplitude * high.amplitude,
            }));
        }
        *self = Self::new(self.num_bits + top.num_bits, joined);
    }

    /// Applies an operation.
    #[inline(never)]
    pub(super) fn apply(&mut self, operation: &Placed) {
        let Placed { targets, controls, action } = operation;
        let flips = self.flips;
        let here = |index: usize| index & controls.mask == controls.values;
        match action {
            Action::Phase(factor) => {
                for entry in self.entries.iter_mut().filter(|entry| here(entry.index ^ flips)) {
                    entry.amplitude *= factor;
                }
            }
            Action::Diagonal(factors) => {
                for entry in self.entries.iter_mut().filter(|entry| here(entry.index ^ flips)) {
                    entry.amplitude *= factors[extract(entry.index ^ flips, targets)];
                }
                self.entries.retain(|entry| entry.amplitude.norm_sqr() > NEGLIGIBLE);
            }
            Action::Permutation(permutation) => {
                let fixed = mask(targets);
                let images = permutation.images(targets.len());
                let images: Vec<(usize, Complex)> =
                    images.into_iter().map(|(to, factor)| (deposit(to, targets), factor)).collect();
                for entry in &mut self.entries {
                    let index = entry.index ^ flips;
                    if here(index) {
                        let (to, factor) = images[extract(index, targets)];
                        entry.index = (index & !fixed | to) ^ flips;
                        entry.amplitude *= factor;
                    }
                }
            }
            Action::Dense(matrix) => self.mix(matrix, targets, *controls),
        }
    }

    /// Inverts a bit.
    pub(super) fn flip(&mut self, bit: u32) {
        self.flips ^= 1 << bit;
    }

    #[inline(never)]
    fn mix(&mut self, matrix: &Matrix, targets: &[u32], controls: Controls) {
        let flips = self.flips;
        let size = matrix.rows();
        let old = std::mem::take(&mut self.entries);
        let mut groups = Groups::new(old.len(), size);
        let mut kept = Vec::with_capacity(2 * old.len());
        for entry in old {
            let index = entry.index ^ flips;
            if index & controls.mask == controls.values {
                groups.add(index, mask(targets), extract(index, targets), entry.amplitude);
            } else {
                kept.push(entry);
            }
        }
        let offsets: Vec<usize> = (0..size).map(|value| deposit(value, targets)).collect();
        let mut push = |index: usize, amplitude: Complex| {
            if amplitude.norm_sqr() > NEGLIGIBLE {
                kept.push(Entry { index: index ^ flips, amplitude });
            }
        };
        for (base, column) in groups.iter() {
            if let ([x, y], [a, b, c, d]) = (column, matrix.entries()) {
                push(base, a * x + b * y);
                push(base | offsets[1], c * x + d * y);
                continue;
            }
            for (row, offset) in matrix.entries().chunks_exact(size).zip(&offsets) {
                push(base | offset, row.iter().zip(column).map(|(factor, x)| factor * x).sum());
            }
        }
        self.entries = kept;
    }

    /// The bits that have the same value in all entries, and their values.
    #[inline(never)]
    pub(super) fn constants(&self) -> Controls {
        let all = low_bits(self.num_bits);
        let (ones, any) =
            self.entries().fold((all, 0), |(ones, any), entry| (ones & entry.index, any | entry.index));
        Controls { mask: (ones | !any) & all, values: ones & (ones | !any) & all }
    }

    /// Takes out bits that have the same value in all entries.
    #[inline(never)]
    pub(super) fn remove(&mut self, bits: usize) {
        for bit in (0..self.num_bits).rev().filter(|bit| bits >> bit & 1 == 1) {
            let low = low_bits(bit);
            let squeeze = |index: usize| index & low | index >> 1 & !low;
            for entry in &mut self.entries {
                entry.index = squeeze(entry.index);
            }
            self.flips = squeeze(self.flips);
        }
        self.num_bits -= bits.count_ones();
    }

    /// The sums of probabilities up to each entry.
    #[inline(never)]
    pub(super) fn cumulative(&self) -> Vec<f64> {
        let mut sum = 0.0;
        let add = |entry: &Entry| {
            sum += entry.amplitude.norm_sqr();
            sum
        };
        self.entries.iter().map(add).collect()
    }

    /// Draws an entry by its probability; the index is a value of all bits.
    pub(super) fn draw(&self, cumulative: &[f64], number: f64) -> usize {
        let level = number * cumulative.last().copied().unwrap_or_default();
        let place = cumulative.partition_point(|sum| *sum <= level).min(self.len().saturating_sub(1));
        self.entries.get(place).map_or(0, |entry| entry.index ^ self.flips)
    }

    /// Keeps the entries where some bits have these values, and makes the norm 1. The bits stay.
    #[inline(never)]
    pub(super) fn collapse(&mut self, kept: Controls) {
        let flips = self.flips;
        self.entries.retain(|entry| (entry.index ^ flips) & kept.mask == kept.values);
        let norm: f64 = self.entries.iter().map(|entry| entry.amplitude.norm_sqr()).sum();
        let factor = 1.0 / norm.sqrt();
        for entry in &mut self.entries {
            entry.amplitude *= factor;
        }
    }

    /// The reduced density matrix of some bits, the first one least significant, row by row.
    #[inline(never)]
    pub(super) fn density_matrix(&self, bits: &[u32]) -> Vec<Complex> {
        let size = 1usize << bits.len();
        let mut groups = Groups::new(self.len(), size);
        for entry in self.entries() {
            groups.add(entry.index, mask(bits), extract(entry.index, bits), entry.amplitude);
        }
        let mut density = vec![Complex::ZERO; size * size];
        for (_, column) in groups.iter() {
            for (row, x) in column.iter().enumerate().filter(|(_, x)| **x != Complex::ZERO) {
                for (sum, y) in density[row * size..].iter_mut().zip(column) {
                    *sum += x * y.conj();
                }
            }
        }
        density
    }
}

/// Amplitudes by what their indices are on all but some bits: a hash table with open addresses.
struct Groups {
    /// Where a group is found: its number and 1; 0 is nobody's.
    slots: Vec<u32>,
    /// What the indices of each group have in common.
    bases: Vec<usize>,
    /// The amplitudes of each group by the values of the bits.
    columns: Vec<Complex>,
    size: usize,
}

impl Groups {
    /// Below this many entries, looking through all groups is faster than a table.
    const SCAN: usize = 8;

    #[inline(never)]
    fn new(entries: usize, size: usize) -> Self {
        let slots = if entries <= Self::SCAN { 0 } else { (2 * entries).next_power_of_two() };
        Self { slots: vec![0; slots], bases: Vec::with_capacity(entries), columns: Vec::new(), size }
    }

    fn add(&mut self, index: usize, fixed: usize, value: usize, amplitude: Complex) {
        let group = self.find(index & !fixed);
        self.columns[group * self.size + value] = amplitude;
    }

    #[inline(never)]
    fn find(&mut self, base: usize) -> usize {
        if self.slots.is_empty() {
            return self.bases.iter().position(|found| *found == base).unwrap_or_else(|| self.push(base));
        }
        // Fibonacci hashing: the upper bits of a product with 2^64 / golden ratio.
        let hash = (base as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = (hash >> (64 - self.slots.len().trailing_zeros())) as usize;
        loop {
            match self.slots[slot] {
                0 => {
                    let group = self.push(base);
                    self.slots[slot] = group as u32 + 1;
                    return group;
                }
                found if self.bases[found as usize - 1] == base => return found as usize - 1,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn push(&mut self, base: usize) -> usize {
        self.bases.push(base);
        self.columns.resize(self.bases.len() * self.size, Complex::ZERO);
        self.bases.len() - 1
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[Complex])> {
        self.bases.iter().copied().zip(self.columns.chunks_exact(self.size))
    }
}
