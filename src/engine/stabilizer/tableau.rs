//! Rows of Pauli strings, bit by bit: what a Clifford unitary makes of each `X_q` and `Z_q`.
//!
//! Row `2q` is for `X_q`, row `2q + 1` for `Z_q`. A row is its X bits, then its Z bits, one after the other in memory,
//! and a power of i before the Hermitian string whose letters they are. Products of rows are counted by bits, 128 at a
//! time (Gidney: "Stim: a fast stabilizer circuit simulator", arXiv:2103.02202).

use crate::engine::saved::insufficient_memory;
use crate::error::AerError;

/// Words that are worked on together: 128 bits.
const LANES: usize = 2;

/// A step of a Clifford operation on the rows of its qubits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The first row becomes its product with the second one.
    Multiply(u8, u8),
    /// The rows change places.
    Exchange(u8, u8),
}

/// `2n` Pauli strings of `n` qubits.
#[derive(Debug)]
pub struct Tableau {
    num_qubits: usize,
    /// Words of the X bits of a row, and as many of its Z bits.
    half: usize,
    bits: Vec<u64>,
    /// Where each row is, so that rows change places without their bits.
    place: Vec<u32>,
    /// Powers of i, where the row is.
    phases: Vec<u8>,
}

/// A Pauli string by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The X bits, then the Z bits.
    pub bits: Vec<u64>,
    /// The power of i.
    pub phase: u8,
}

/// The row of `X_q`.
pub const fn x_row(qubit: usize) -> usize {
    2 * qubit
}

/// The row of `Z_q`.
pub const fn z_row(qubit: usize) -> usize {
    2 * qubit + 1
}

/// Words of the X bits of a row of so many qubits.
pub const fn half_words(num_qubits: usize) -> usize {
    num_qubits.div_ceil(64 * LANES) * LANES
}

/// Bytes of the tableau of so many qubits; saturates.
pub fn required_bytes(num_qubits: u32) -> u64 {
    let (n, half) = (u64::from(num_qubits), half_words(num_qubits as usize) as u64);
    (2 * n).saturating_mul(16 * half + 5)
}

fn get(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

fn put(words: &mut [u64], bit: usize, value: bool) {
    if let Some(word) = words.get_mut(bit / 64) {
        *word = *word & !(1 << (bit % 64)) | u64::from(value) << (bit % 64);
    }
}

/// Replaces a string by its product with another one; gives the power of i that this brings.
///
/// Letters that anticommute give i or -i: two-bit counters, bit by bit of the words, add them up.
pub fn multiply(into: &mut [u64], by: &[u64]) -> u8 {
    let half = by.len() / 2;
    let ((x1, z1), (x2, z2)) = (into.split_at_mut(half), by.split_at(half));
    let (mut low, mut high) = ([0u64; LANES], [0u64; LANES]);
    let left = x1.chunks_exact_mut(LANES).zip(z1.chunks_exact_mut(LANES));
    let right = x2.chunks_exact(LANES).zip(z2.chunks_exact(LANES));
    for ((x1, z1), (x2, z2)) in left.zip(right) {
        for i in 0..LANES {
            let crossed = x1[i] & z2[i];
            let anticommute = (x2[i] & z1[i]) ^ crossed;
            x1[i] ^= x2[i];
            z1[i] ^= z2[i];
            high[i] ^= (low[i] ^ x1[i] ^ z1[i] ^ crossed) & anticommute;
            low[i] ^= anticommute;
        }
    }
    let count = |lanes: [u64; LANES]| lanes.iter().map(|word| word.count_ones()).sum::<u32>();
    ((count(low) + 2 * count(high)) % 4) as u8
}

impl Row {
    /// The identity.
    pub fn identity(num_qubits: usize) -> Self {
        Self { bits: vec![0; 2 * half_words(num_qubits)], phase: 0 }
    }

    /// Becomes the product with another string.
    pub fn multiply(&mut self, bits: &[u64], phase: u8) {
        self.phase = (self.phase + phase + multiply(&mut self.bits, bits)) % 4;
    }

    /// The lowest qubit with an X or Y.
    pub fn first_x(&self) -> Option<usize> {
        first(&self.bits[..self.bits.len() / 2])
    }
}

fn first(words: &[u64]) -> Option<usize> {
    let word = words.iter().position(|word| *word != 0)?;
    Some(64 * word + words[word].trailing_zeros() as usize)
}

impl Tableau {
    /// Of the identity.
    pub fn new(num_qubits: usize) -> Result<Self, AerError> {
        let mut tableau = Self::blank(num_qubits)?;
        tableau.reset();
        Ok(tableau)
    }

    fn blank(num_qubits: usize) -> Result<Self, AerError> {
        let short = || insufficient_memory(required_bytes(num_qubits as u32));
        let (half, rows) = (half_words(num_qubits), 2 * num_qubits);
        let (mut bits, mut place, mut phases) = (Vec::new(), Vec::new(), Vec::new());
        let words = rows.checked_mul(2 * half).ok_or_else(short)?;
        bits.try_reserve_exact(words).map_err(|_| short())?;
        place.try_reserve_exact(rows).map_err(|_| short())?;
        phases.try_reserve_exact(rows).map_err(|_| short())?;
        bits.resize(words, 0);
        place.extend(0..rows as u32);
        phases.resize(rows, 0);
        Ok(Self { num_qubits, half, bits, place, phases })
    }

    /// Becomes that of the identity.
    pub fn reset(&mut self) {
        self.bits.fill(0);
        self.phases.fill(0);
        self.place.iter_mut().zip(0..).for_each(|(place, row)| *place = row);
        let half = self.half;
        for qubit in 0..self.num_qubits {
            let (x, z) = (self.at(x_row(qubit)), self.at(z_row(qubit)));
            put(&mut self.bits[x], qubit, true);
            put(&mut self.bits[z], 64 * half + qubit, true);
        }
    }

    /// A copy. Fails typed where memory is short.
    pub fn try_clone(&self) -> Result<Self, AerError> {
        let mut copy = Self::blank(self.num_qubits)?;
        copy.copy_from(self);
        Ok(copy)
    }

    /// Becomes a copy of another one of as many qubits.
    pub fn copy_from(&mut self, other: &Self) {
        self.bits.clone_from(&other.bits);
        self.place.clone_from(&other.place);
        self.phases.clone_from(&other.phases);
    }

    /// Number of qubits.
    pub fn num_qubits(&self) -> usize {
        self.num_qubits
    }

    /// Words of a row.
    pub fn row_words(&self) -> usize {
        2 * self.half
    }

    fn physical(&self, row: usize) -> usize {
        self.place.get(row).map_or(0, |place| *place as usize)
    }

    /// The words of a row.
    fn at(&self, row: usize) -> std::ops::Range<usize> {
        let (place, words) = (self.physical(row), self.row_words());
        place * words..(place + 1) * words
    }

    /// A row: its bits, and its power of i.
    pub fn row(&self, row: usize) -> (&[u64], u8) {
        let phase = self.phases.get(self.physical(row)).copied().unwrap_or(0);
        (self.bits.get(self.at(row)).unwrap_or_default(), phase)
    }

    /// Whether a row has an X or Y at a qubit.
    pub fn x(&self, row: usize, qubit: usize) -> bool {
        get(self.row(row).0, qubit)
    }

    /// Whether a row has a Z or Y at a qubit.
    pub fn z(&self, row: usize, qubit: usize) -> bool {
        get(self.row(row).0, 64 * self.half + qubit)
    }

    /// The lowest qubit where a row has an X or Y.
    pub fn first_x(&self, row: usize) -> Option<usize> {
        first(&self.row(row).0[..self.half])
    }

    /// Multiplies a row by a power of i.
    pub fn turn(&mut self, row: usize, power: u8) {
        let place = self.physical(row);
        if let Some(phase) = self.phases.get_mut(place) {
            *phase = (*phase + power) % 4;
        }
    }

    /// A step on rows, which differ.
    pub fn step(&mut self, step: Step, row: impl Fn(u8) -> usize) {
        match step {
            Step::Exchange(a, b) => self.place.swap(row(a), row(b)),
            Step::Multiply(into, by) => {
                let (into, by) = (row(into), row(by));
                let (at, from, power) = (self.at(into), self.at(by), self.row(by).1);
                if let Ok([target, source]) = self.bits.get_disjoint_mut([at, from]) {
                    let phase = multiply(target, source);
                    self.turn(into, power + phase);
                }
            }
        }
    }

    /// Makes `Z` of a qubit, on which a basis state of all qubits is not sharp, sharp with this outcome: as in
    /// Aaronson and Gottesman (arXiv:quant-ph/0406196, section 3), seen from the other side. Their generators are the
    /// columns here. The one of them that anticommutes, `pivot`, is multiplied onto the others that do; then it takes
    /// the place of its partner, and `Z` of the measured qubit its own. So bits of a row change only where it has the
    /// pivot; and its sign is that of its product with the measured row.
    pub fn collapse(&mut self, qubit: usize, pivot: usize, outcome: bool) {
        let measured = z_row(qubit);
        let (bits, phase) = self.row(measured);
        let measured_row = Row { bits: bits.to_vec(), phase };
        let (half, words) = (self.half, self.row_words());
        let (own, partner) = (self.physical(measured), self.physical(x_row(qubit)));
        let rows = self.bits.chunks_exact_mut(words.max(1)).zip(&mut self.phases);
        for (place, (row, phase)) in rows.enumerate() {
            let anticommutes = place == partner;
            if place == own {
                row.fill(0);
                *phase = 0;
            }
            let takes = place == own || get(row, pivot);
            if takes && place != own {
                *phase += measured_row.phase + multiply(row, &measured_row.bits);
            }
            put(row, pivot, anticommutes);
            put(row, 64 * half + pivot, takes);
            // XZ is -iY.
            *phase = (*phase + 2 * u8::from(takes && outcome) + 3 * u8::from(takes && anticommutes)) % 4;
        }
    }

    /// The product of the rows of a Pauli string's letters.
    pub fn image(&self, letters: impl Iterator<Item = (usize, bool, bool)>) -> Row {
        let mut product = Row::identity(self.num_qubits);
        for (qubit, x, z) in letters {
            for (row, present) in [(x_row(qubit), x), (z_row(qubit), z)] {
                if present {
                    let (bits, phase) = self.row(row);
                    product.multiply(bits, phase);
                }
            }
            // Y is iXZ.
            product.phase = (product.phase + u8::from(x && z)) % 4;
        }
        product
    }

    /// That of the inverse unitary; `None` where the rows are not what a unitary makes of `X` and `Z`. Costs up to the
    /// cube of the number of qubits, over 64.
    pub fn inverse(&self) -> Result<Option<Self>, AerError> {
        let n = self.num_qubits;
        let mut inverse = Self::blank(n)?;
        for row in 0..2 * n {
            // The letters of a row are told by which rows of the other one they anticommute with.
            let (of, is_z) = (row / 2, row % 2 == 1);
            let at = inverse.at(row);
            for qubit in 0..n {
                let meets = |other: usize| if is_z { self.x(other, of) } else { self.z(other, of) };
                put(&mut inverse.bits[at.clone()], qubit, meets(z_row(qubit)));
                put(&mut inverse.bits[at.clone()], 64 * inverse.half + qubit, meets(x_row(qubit)));
            }
            let image = self.image((0..n).map(|qubit| (qubit, inverse.x(row, qubit), inverse.z(row, qubit))));
            let mut expected = Row::identity(n);
            put(&mut expected.bits, if is_z { 64 * self.half + of } else { of }, true);
            if image.bits != expected.bits || image.phase % 2 == 1 {
                return Ok(None);
            }
            inverse.turn(row, image.phase);
        }
        Ok(Some(inverse))
    }

    /// A row as a sign and letters, the leftmost for the last qubit.
    pub fn label(&self, row: usize) -> String {
        let sign = if self.row(row).1 == 2 { '-' } else { '+' };
        let letter = |qubit| match (self.x(row, qubit), self.z(row, qubit)) {
            (false, false) => 'I',
            (true, false) => 'X',
            (true, true) => 'Y',
            (false, true) => 'Z',
        };
        std::iter::once(sign).chain((0..self.num_qubits).rev().map(letter)).collect()
    }

    /// Makes a row from a text as [`Tableau::label`] gives; whether it is one.
    pub fn set_label(&mut self, row: usize, label: &str) -> bool {
        let (negative, letters) = match label.as_bytes() {
            [b'-', letters @ ..] => (true, letters),
            [b'+', letters @ ..] | letters => (false, letters),
        };
        let at = self.at(row);
        let half = self.half;
        let Some(bits) = self.bits.get_mut(at) else { return false };
        if letters.len() != self.num_qubits || !letters.iter().all(|letter| b"IXYZ".contains(letter)) {
            return false;
        }
        for (qubit, letter) in letters.iter().rev().enumerate() {
            put(bits, qubit, b"XY".contains(letter));
            put(bits, 64 * half + qubit, b"YZ".contains(letter));
        }
        let place = self.physical(row);
        self.phases[place] = 2 * u8::from(negative);
        true
    }
}
