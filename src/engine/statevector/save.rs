//! What can be saved of a statevector. Numbers below the zero threshold become 0; memory is asked for before
//! it is filled, and no save takes more than its value.

use std::ops::Mul;

use smallvec::SmallVec;

use super::register::{Form, Register};
use super::{Place, Statevector};
use crate::circuit::Qubit;
use crate::circuit::operation::{Pauli, SaveKind};
use crate::engine::dense::Entry;
use crate::engine::saved::{self, dictionary, key, reserve};
use crate::engine::{Engine, Method, SavedValue};
use crate::error::{AerError, ErrorCode};
use crate::kernel::index::extract;
use crate::kernel::real::{Real, amplitude};
use crate::linalg::Complex;

/// A function of some bits of an index: its value for each of theirs.
struct Part<X> {
    /// The bits, the first one least significant.
    bits: Vec<u32>,
    values: Vec<X>,
}

impl<X: Copy + Mul<Output = X>> Part<X> {
    /// The product of two functions of different bits.
    fn times(self, other: Self) -> Self {
        let mut values = Vec::with_capacity(self.values.len() * other.values.len());
        for y in other.values {
            values.extend(self.values.iter().map(|x| *x * y));
        }
        Self { bits: [self.bits, other.bits].concat(), values }
    }
}

/// A bit's place in a [`Gather`].
const GATHERED: u32 = 12;

/// Bits of an index brought together, in two steps of a table each.
struct Gather {
    low: Vec<usize>,
    high: Vec<usize>,
}

impl Gather {
    /// Bit `bits[j]` of an index of `num_bits` bits goes to bit `to[j]`.
    fn new(num_bits: u32, bits: &[u32], to: &[u32]) -> Self {
        let table = |from: u32, to_end: u32| -> Vec<usize> {
            let here = |value: usize| {
                let pairs = bits.iter().zip(to).filter(|(bit, _)| (from..to_end).contains(*bit));
                pairs.fold(0, |sum, (bit, to)| sum | (value >> (bit - from) & 1) << to)
            };
            (0..1usize << (to_end - from)).map(here).collect()
        };
        let middle = num_bits.min(GATHERED);
        Self { low: table(0, middle), high: table(middle, num_bits) }
    }

    #[inline]
    fn at(&self, index: usize) -> usize {
        self.low[index & (self.low.len() - 1)] | self.high[index >> self.low.len().trailing_zeros()]
    }
}

/// The product of functions of different bits, which together are all bits of an index, for each index in order.
fn product<X: Copy + Mul<Output = X>>(
    num_bits: u32,
    one: X,
    mut parts: Vec<Part<X>>,
) -> impl Iterator<Item = X> {
    parts.sort_by_key(|part| std::cmp::Reverse(part.bits.len()));
    let unit = || Part { bits: Vec::new(), values: vec![one] };
    // Two functions of about half of the bits: the large ones make the first.
    let (mut first, mut second) = (unit(), unit());
    for part in parts {
        if first.bits.len() < num_bits as usize / 2 {
            first = first.times(part);
        } else {
            second = second.times(part);
        }
    }
    let gather =
        |part: &Part<X>| Gather::new(num_bits, &part.bits, &(0..part.bits.len() as u32).collect::<Vec<_>>());
    let (a, b) = (gather(&first), gather(&second));
    (0..1usize << num_bits).map(move |index| first.values[a.at(index)] * second.values[b.at(index)])
}

impl<T: Real> Statevector<T> {
    /// The value that a save instruction asks for.
    ///
    /// Costs one pass over the state; one over the registers concerned for each term of an expectation value; a
    /// density matrix of `k` qubits costs a pass times `2^k`.
    pub(super) fn saved_value(&self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        let threshold = self.config.zero_threshold;
        let chop = |x: f64| saved::chop(x, threshold);
        if self.pending() > 0 {
            return Err(AerError::new(ErrorCode::Internal, "The state is not ready to be saved."));
        }
        Ok(match save {
            SaveKind::Statevector | SaveKind::State => {
                let bits = self.num_qubits() + 1;
                let mut flat = Vec::new();
                reserve(&mut flat, 1usize.checked_shl(bits))?;
                self.each_amplitude(|_, x| flat.extend([chop(x.re), chop(x.im)]));
                SavedValue::ComplexVector(flat)
            }
            SaveKind::StatevectorDict => {
                let mut kept = 0;
                self.each_amplitude(|_, x| kept += usize::from(x.norm() > threshold));
                let mut entries = dictionary(kept)?;
                self.each_amplitude(|i, x| {
                    if x.norm() > threshold {
                        entries.push((key(i), chop(x.re), chop(x.im)));
                    }
                });
                SavedValue::ComplexDict(entries)
            }
            SaveKind::Amplitudes(indices) => SavedValue::ComplexVector(
                self.picked(indices).into_iter().flat_map(|x| [chop(x.re), chop(x.im)]).collect(),
            ),
            SaveKind::AmplitudesSquared(indices) => {
                SavedValue::RealVector(self.picked(indices).into_iter().map(|x| chop(x.norm_sqr())).collect())
            }
            SaveKind::Probabilities | SaveKind::ProbabilitiesDict => {
                saved::probabilities(save, self.probabilities(qubits)?, threshold)?
            }
            SaveKind::DensityMatrix => {
                let bits = 2 * qubits.len() as u32;
                let mut entries = Vec::new();
                reserve(&mut entries, 1usize.checked_shl(bits + 1))?;
                let parts = self.density_parts(qubits);
                entries.extend(product(bits, Complex::ONE, parts).flat_map(|x| [chop(x.re), chop(x.im)]));
                SavedValue::ComplexMatrix { columns: 1 << qubits.len(), entries }
            }
            SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                saved::expectation(save, terms, threshold, |letters| {
                    Ok(self.pauli_expectation(letters, qubits))
                })?
            }
            other => return Err(saved::unsupported(other, Method::Statevector)),
        })
    }

    /// Every amplitude of the state, in order, and its index.
    fn each_amplitude(&self, mut visit: impl FnMut(usize, Complex)) {
        let num_qubits = self.num_qubits();
        let largest = self.registers().max_by_key(|(_, register)| register.num_bits());
        let mut rest = vec![Part { bits: Vec::new(), values: vec![self.factor] }];
        rest.extend((0..num_qubits).filter_map(|qubit| match self.place(qubit) {
            Place::Known(value) => Some(Part { bits: vec![qubit], values: basis(value) }),
            Place::In(..) => None,
        }));
        let by_reference = largest.and_then(|(id, register)| match &register.form {
            Form::Dense(dense) if 2 * dense.num_bits() >= num_qubits => Some((id, register, dense)),
            _ => None,
        });
        for (id, register) in self.registers() {
            if by_reference.is_none_or(|(large, ..)| large != id) {
                rest.push(Part { bits: register.qubits.clone(), values: register.amplitudes() });
            }
        }
        let Some((_, register, dense)) = by_reference else {
            product(num_qubits, Complex::ONE, rest).enumerate().for_each(|(index, x)| visit(index, x));
            return;
        };
        // The large register is read where it lies.
        let rest = rest.into_iter().fold(Part { bits: Vec::new(), values: vec![Complex::ONE] }, Part::times);
        let all: Vec<u32> = (0..dense.num_bits()).collect();
        let ((re, im), (at, _)) = (dense.parts(), dense.place(&all));
        let own = Gather::new(num_qubits, &register.qubits, &at);
        let other = Gather::new(num_qubits, &rest.bits, &(0..rest.bits.len() as u32).collect::<Vec<_>>());
        for index in 0..1usize << num_qubits {
            let factor = rest.values[other.at(index)];
            visit(index, factor * amplitude(re, im, own.at(index) ^ dense.flips()));
        }
    }

    /// The amplitudes of some basis states; those that are none have 0.
    fn picked(&self, indices: &[u64]) -> Vec<Complex> {
        let sorted = |register: &Register<T>| {
            let mut entries = match &register.form {
                Form::Sparse(_) => register.entries(),
                Form::Dense(_) => Vec::new(),
            };
            entries.sort_unstable_by_key(|entry| entry.index);
            entries
        };
        let registers: Vec<_> = self.registers().map(|(_, register)| (register, sorted(register))).collect();
        let at = |index: &u64| {
            let index = usize::try_from(*index).ok().filter(|index| index >> self.num_qubits() == 0)?;
            let known = (0..self.num_qubits()).all(|qubit| match self.place(qubit) {
                Place::Known(value) => (index >> qubit & 1 == 1) == value,
                Place::In(..) => true,
            });
            let part = |(register, entries): &(&Register<T>, Vec<Entry>)| {
                let value = extract(index, &register.qubits);
                match &register.form {
                    Form::Dense(dense) => {
                        let (re, im) = dense.parts();
                        amplitude(re, im, dense.index(value))
                    }
                    Form::Sparse(_) => entries
                        .binary_search_by_key(&value, |entry| entry.index)
                        .map_or(Complex::ZERO, |place| entries[place].amplitude),
                }
            };
            known.then(|| registers.iter().map(part).fold(self.factor, |product, x| product * x))
        };
        indices.iter().map(|index| at(index).unwrap_or(Complex::ZERO)).collect()
    }

    /// For each register with some of the qubits, and for each qubit in a basis state: which of the qubits they
    /// are, by their places in the list, and what `read` gives of those bits.
    fn marginals<X>(
        &self,
        qubits: &[Qubit],
        known: impl Fn(bool) -> Vec<X>,
        read: impl Fn(&Register<T>, &[u32]) -> Vec<X>,
    ) -> Vec<Part<X>> {
        let mut parts = Vec::new();
        for (place, qubit) in (0..).zip(qubits) {
            if let Place::Known(value) = self.place(*qubit) {
                parts.push(Part { bits: vec![place], values: known(value) });
            }
        }
        for id in self.registers_of(qubits) {
            let Some(register) = self.register(id) else { continue };
            let here = (0..).zip(qubits).filter_map(|(place, qubit)| match self.place(*qubit) {
                Place::In(found, bit) if found == id => Some((place, bit)),
                _ => None,
            });
            let (places, bits): (Vec<u32>, Vec<u32>) = here.unzip();
            parts.push(Part { bits: places, values: read(register, &bits) });
        }
        parts
    }

    fn probabilities(&self, qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        let mut probabilities = Vec::new();
        reserve(&mut probabilities, 1usize.checked_shl(qubits.len() as u32))?;
        let known = |value| if value { vec![0.0, 1.0] } else { vec![1.0, 0.0] };
        let parts = self.marginals(qubits, known, |register, bits| {
            let mut values = vec![0.0; 1 << bits.len()];
            register.probabilities(bits, &mut values);
            values
        });
        probabilities.extend(product(qubits.len() as u32, 1.0, parts));
        Ok(probabilities)
    }

    /// The reduced density matrix as a product; bit `j` of a column is bit `j` of the index, rows are above.
    fn density_parts(&self, qubits: &[Qubit]) -> Vec<Part<Complex>> {
        let known = |value: bool| {
            let mut entries = vec![Complex::ZERO; 4];
            entries[3 * usize::from(value)] = Complex::ONE;
            entries
        };
        let mut parts = self.marginals(qubits, known, Register::density_matrix);
        for part in &mut parts {
            let rows: Vec<u32> = part.bits.iter().map(|bit| bit + qubits.len() as u32).collect();
            part.bits.extend(rows);
        }
        parts
    }

    /// The reduced density matrix, row by row.
    pub(super) fn density_matrix(&mut self, qubits: &[Qubit]) -> Result<Vec<Complex>, AerError> {
        let largest = self.num_qubits();
        for id in self.registers_of(qubits) {
            if let Some(Some(register)) = self.registers.get_mut(id) {
                register.settle(largest, &mut self.programs)?;
            }
        }
        Ok(product(2 * qubits.len() as u32, Complex::ONE, self.density_parts(qubits)).collect())
    }

    /// The product of the expectation values of what each register has of the string.
    fn pauli_expectation(&self, letters: &[Pauli], qubits: &[Qubit]) -> f64 {
        let mut value = 1.0;
        // The register, and the masks of its bits that are flipped and that give signs.
        let mut masks: SmallVec<[(usize, usize, usize); 4]> = SmallVec::new();
        for (letter, qubit) in letters.iter().rev().zip(qubits) {
            let (flips, signs) = match letter {
                Pauli::I => continue,
                Pauli::X => (1, 0),
                Pauli::Y => (1, 1),
                Pauli::Z => (0, 1),
            };
            match self.place(*qubit) {
                Place::Known(_) if flips == 1 => return 0.0,
                Place::Known(is_one) => value *= if is_one { -1.0 } else { 1.0 },
                Place::In(id, bit) => {
                    let place = masks.iter().position(|(found, ..)| *found == id).unwrap_or_else(|| {
                        masks.push((id, 0, 0));
                        masks.len() - 1
                    });
                    masks[place].1 |= flips << bit;
                    masks[place].2 |= signs << bit;
                }
            }
        }
        for (id, flips, signs) in masks {
            value *= self.register(id).map_or(1.0, |register| register.pauli_expectation(flips, signs));
        }
        value
    }
}

/// The amplitudes of a qubit in a basis state.
fn basis(value: bool) -> Vec<Complex> {
    if value { vec![Complex::ZERO, Complex::ONE] } else { vec![Complex::ONE, Complex::ZERO] }
}
