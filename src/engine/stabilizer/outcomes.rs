//! What measurements of a stabilizer state can give: some outcomes are free, and equally probable; each other one is a
//! sum of those, or certain.
//!
//! `Z` of a qubit, taken back to |0…0⟩, is a row of the tableau. Rows whose X bits are independent give free outcomes.
//! A product of rows without X bits is sharp: its sign is the sum of their outcomes. Elimination finds the products.

use std::collections::HashMap;

use super::tableau::{Row, Tableau, z_row};
use crate::circuit::{Bits, Qubit};
use crate::engine::Outcomes;
use crate::engine::gather::transpose;
use crate::rng::Draws;

/// Random bits of a number.
const NUMBER_BITS: usize = 53;

/// Groups of 64 shots that are made together.
const GROUPS: usize = 16;

/// The outcomes of some qubits as functions of those that are free.
#[derive(Clone, Debug, Default)]
pub struct OutcomeSpace {
    qubits: Vec<Qubit>,
    /// Where each qubit is in the list.
    places: HashMap<Qubit, usize>,
    /// The outcome of each qubit where all free ones are 0.
    base: Vec<bool>,
    /// Which free outcomes each outcome is a sum of, in words.
    sums: Vec<u64>,
    words: usize,
    /// The places of the free ones.
    free: Vec<usize>,
    /// While it is made: independent rows, which outcomes their products have, and which X bit is whose lowest.
    rows: Vec<(Row, Vec<u64>)>,
    lowest: HashMap<usize, usize>,
}

impl OutcomeSpace {
    /// Of qubits that differ; to be made by [`OutcomeSpace::advance`].
    pub fn new(qubits: &[Qubit]) -> Self {
        let places = qubits.iter().copied().zip(0..).collect();
        Self { qubits: qubits.to_vec(), places, words: qubits.len().div_ceil(64), ..Self::default() }
    }

    /// Of qubits that differ.
    pub fn of(tableau: &Tableau, qubits: &[Qubit]) -> Self {
        let mut space = Self::new(qubits);
        while space.advance(tableau) > 0 {}
        space
    }

    /// Whether it is made.
    pub fn is_complete(&self) -> bool {
        self.base.len() == self.qubits.len()
    }

    /// Adds the next qubit; gives the words that this took, and 0 when all is done.
    pub fn advance(&mut self, tableau: &Tableau) -> u64 {
        let place = self.base.len();
        let Some(qubit) = self.qubits.get(place) else { return 0 };
        let (bits, phase) = tableau.row(z_row(*qubit as usize));
        let mut row = Row { bits: bits.to_vec(), phase };
        let mut sum = vec![0; self.words];
        let mut work = 1;
        while let Some(lowest) = row.first_x() {
            let Some(found) = self.lowest.get(&lowest).and_then(|index| self.rows.get(*index)) else {
                let index = self.free.len();
                sum[index / 64] ^= 1 << (index % 64);
                self.lowest.insert(lowest, self.rows.len());
                self.rows.push((row, sum));
                sum = vec![0; self.words];
                sum[index / 64] = 1 << (index % 64);
                row = Row::identity(0);
                self.free.push(place);
                break;
            };
            row.multiply(&found.0.bits, found.0.phase);
            sum.iter_mut().zip(&found.1).for_each(|(sum, other)| *sum ^= other);
            work += 1;
        }
        self.base.push(row.phase == 2);
        self.sums.extend(sum);
        if self.is_complete() {
            (self.rows, self.lowest) = (Vec::new(), HashMap::new());
        }
        work * tableau.row_words() as u64
    }

    /// Whether these are its qubits, in this order.
    pub fn is_of(&self, qubits: &[Qubit]) -> bool {
        self.qubits == qubits
    }

    /// Whether it has all of these qubits.
    pub fn has(&self, qubits: &[Qubit]) -> bool {
        self.is_complete() && qubits.iter().all(|qubit| self.places.contains_key(qubit))
    }

    /// How many outcomes are free.
    pub fn num_free(&self) -> usize {
        self.free.len()
    }

    fn sum(&self, place: usize) -> &[u64] {
        self.sums.get(place * self.words..(place + 1) * self.words).unwrap_or_default()
    }

    fn place(&self, qubit: Qubit) -> usize {
        self.places.get(&qubit).copied().unwrap_or(0)
    }

    /// Outcomes of qubits that it has, for each shot.
    pub fn draw(&self, qubits: &[Qubit], draws: &mut dyn Draws) -> Outcomes {
        let shots = draws.shots();
        let groups = shots.div_ceil(64);
        // Bit by bit: the free outcomes of 64 shots are a word.
        let mut free = vec![0u64; self.num_free() * groups];
        for (stream, outcomes) in free.chunks_mut(NUMBER_BITS * groups.max(1)).enumerate() {
            let numbers = draws.numbers(stream as u32);
            for (group, numbers) in numbers.chunks(64).enumerate() {
                let mut square = [0u64; 64];
                for (word, number) in square.iter_mut().zip(numbers) {
                    *word = (number * (1u64 << NUMBER_BITS) as f64) as u64;
                }
                transpose(&mut square);
                for (bit, outcomes) in outcomes.chunks_exact_mut(groups).enumerate() {
                    outcomes[group] = square[bit];
                }
            }
        }
        let mut drawn = Outcomes::zeros(qubits.len(), shots);
        let words = drawn.words_per_shot;
        for first in (0..groups).step_by(GROUPS) {
            let count = GROUPS.min(groups - first);
            for (word, qubits) in qubits.chunks(64).enumerate() {
                let mut squares = [[0u64; 64]; GROUPS];
                for (bit, qubit) in qubits.iter().enumerate() {
                    let place = self.place(*qubit);
                    let certain = self.base.get(place).is_some_and(|base| *base);
                    let mut outcomes = [if certain { u64::MAX } else { 0 }; GROUPS];
                    for index in ones(self.sum(place)) {
                        let from = &free[index * groups + first..][..count];
                        outcomes.iter_mut().zip(from).for_each(|(outcome, free)| *outcome ^= free);
                    }
                    for (square, outcomes) in squares.iter_mut().zip(outcomes) {
                        square[bit] = outcomes;
                    }
                }
                for (group, square) in squares.iter_mut().enumerate().take(count) {
                    transpose(square);
                    let from = (first + group) * 64;
                    for (shot, outcome) in square.iter().enumerate().take(shots - from) {
                        drawn.words[(from + shot) * words + word] = *outcome;
                    }
                }
            }
        }
        drawn
    }

    /// The outcome of all qubits for each value of the free ones: ascending by these, as far as they fit a `u64`.
    pub fn outcomes(&self) -> impl Iterator<Item = Bits> {
        let mut base = Bits::zeros(self.qubits.len() as u32);
        let mut shifts = vec![base.clone(); self.num_free()];
        for place in 0..self.qubits.len() {
            base.set(place as u32, self.base.get(place).is_some_and(|base| *base));
            for index in ones(self.sum(place)) {
                shifts[index].set(place as u32, true);
            }
        }
        // Neighbours in Gray's order differ by one free outcome.
        let count = 1u64 << self.num_free().min(63);
        let mut outcome = base;
        (0..count).map(move |index| {
            if index > 0
                && let Some(shift) = shifts.get(index.trailing_zeros() as usize)
            {
                outcome = outcome.xor(shift);
            }
            outcome.clone()
        })
    }

    /// Whether an outcome of all its qubits is possible.
    pub fn is_possible(&self, outcome: impl Fn(usize) -> bool) -> bool {
        let free: Vec<bool> = self.free.iter().map(|place| outcome(*place)).collect();
        (0..self.qubits.len()).all(|place| {
            let base = self.base.get(place).is_some_and(|base| *base);
            let value = ones(self.sum(place)).fold(base, |value, index| value ^ free[index]);
            value == outcome(place)
        })
    }
}

/// The bits that are 1, ascending.
fn ones(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(index, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(64 * index + bit)
        })
    })
}
