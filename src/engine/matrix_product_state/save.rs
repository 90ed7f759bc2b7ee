//! What can be saved of a matrix product state, and how a chain is read from what was saved.
//!
//! Marginals and expectation values are contractions along the chain from the first qubit concerned to the last: at the
//! left stand the squares of the Schmidt coefficients, at the right nothing. A density matrix brings its qubits
//! together in a copy.

use serde_json::{Value, json};

use super::MatrixProductState;
use super::chain::{Chain, Site};
use crate::circuit::Qubit;
use crate::circuit::operation::{Pauli, SaveKind};
use crate::engine::saved::{self, dictionary, interleaved, key, reserve};
use crate::engine::{Method, SavedValue};
use crate::error::AerError;
use crate::kernel::svd::svd;
use crate::kernel::tensor::{Operand, product, zeros};
use crate::linalg::Complex;

impl MatrixProductState {
    /// The value that a save instruction asks for.
    pub(super) fn saved_value(&self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        // As in Aer, the threshold is for what dictionaries leave out: amplitudes of many qubits are all small.
        let threshold = self.config.zero_threshold;
        Ok(match save {
            SaveKind::Statevector => {
                let state = self.chain.statevector(self.factor)?;
                SavedValue::ComplexVector(interleaved(state.into_iter(), 0.0)?)
            }
            SaveKind::StatevectorDict => {
                let state = self.chain.statevector(self.factor)?;
                let kept = || state.iter().enumerate().filter(|(_, x)| x.norm() > threshold);
                let mut entries = dictionary(kept().count())?;
                entries.extend(kept().map(|(i, x)| (key(i), x.re, x.im)));
                SavedValue::ComplexDict(entries)
            }
            SaveKind::Amplitudes(indices) => {
                let values = indices.iter().map(|index| self.chain.amplitude(*index) * self.factor);
                SavedValue::ComplexVector(interleaved(values, 0.0)?)
            }
            SaveKind::AmplitudesSquared(indices) => {
                let values = indices.iter().map(|index| self.chain.amplitude(*index).norm_sqr());
                SavedValue::RealVector(values.collect())
            }
            SaveKind::Probabilities => SavedValue::RealVector(self.chain.probabilities(qubits)?),
            SaveKind::ProbabilitiesDict => {
                saved::probabilities(save, self.chain.probabilities(qubits)?, threshold)?
            }
            SaveKind::DensityMatrix => SavedValue::ComplexMatrix {
                columns: 1 << qubits.len(),
                entries: interleaved(self.density_matrix(qubits)?.into_iter(), 0.0)?,
            },
            SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                saved::expectation(save, terms, 0.0, |letters| self.chain.pauli_expectation(letters, qubits))?
            }
            SaveKind::MatrixProductState | SaveKind::State => SavedValue::Json(self.tensors()?),
            other => return Err(saved::unsupported(other, Method::MatrixProductState)),
        })
    }

    /// `[[[A0, A1] of each qubit], [lambdas of each bond]]` in the order of the qubits, in Vidal's form.
    fn tensors(&self) -> Result<Value, AerError> {
        let mut chain = self.chain.clone();
        chain.sort()?;
        let mut factor = self.factor;
        let mut tensors = Vec::with_capacity(chain.len());
        for (site, lambdas) in chain.sites.iter().zip(&chain.coefficients) {
            let entry = |(x, lambda): (&Complex, &f64)| {
                let x = x * factor / lambda;
                json!([x.re, x.im])
            };
            let row = |row: &[Complex]| row.iter().zip(lambdas).map(entry).collect::<Value>();
            let matrix = |value: usize| -> Value {
                site.entries.chunks_exact(site.right).skip(value).step_by(2).map(row).collect()
            };
            tensors.push(json!([matrix(0), matrix(1)]));
            factor = Complex::ONE;
        }
        let bonds = chain.len().saturating_sub(1);
        Ok(json!([tensors, chain.coefficients[..bonds]]))
    }
}

/// Reads a complex number: `[re, im]`, or a real one.
fn number(value: &Value) -> Option<Complex> {
    match value {
        Value::Array(parts) => match &**parts {
            [re, im] => Some(Complex::new(re.as_f64()?, im.as_f64()?)),
            _ => None,
        },
        real => real.as_f64().map(Complex::from),
    }
}

/// Reads a matrix: its number of rows, and its entries.
fn matrix(value: &Value, columns: usize) -> Option<(usize, Vec<Complex>)> {
    let rows = value.as_array()?;
    let mut entries = Vec::with_capacity(rows.len().checked_mul(columns)?);
    for row in rows {
        let row = row.as_array().filter(|row| row.len() == columns)?;
        for entry in row {
            entries.push(number(entry)?);
        }
    }
    Some((rows.len(), entries))
}

impl Chain {
    /// Takes tensors in Vidal's form, of qubits in order, which need not be canonical. `None` if they do not fit.
    pub(super) fn read(&mut self, value: &Value) -> Option<()> {
        let [tensors, bonds] = value.as_array()?.as_slice() else { return None };
        let (tensors, bonds) = (tensors.as_array()?, bonds.as_array()?);
        if tensors.len() != self.len() || bonds.len() + 1 < self.len() {
            return None;
        }
        let mut left = 1;
        for (place, tensor) in tensors.iter().enumerate() {
            let lambdas: Vec<f64> = match bonds.get(place) {
                Some(lambdas) if place + 1 < tensors.len() => {
                    lambdas.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?
                }
                _ => vec![1.0],
            };
            let right = lambdas.len();
            if right == 0 || !lambdas.iter().all(|lambda| lambda.is_finite()) {
                return None;
            }
            let [zero, one] = tensor.as_array()?.as_slice() else { return None };
            let (zero, one) = (matrix(zero, right)?, matrix(one, right)?);
            if (zero.0, one.0) != (left, left) {
                return None;
            }
            let rows = zero.1.chunks_exact(right).zip(one.1.chunks_exact(right));
            let entries: Vec<Complex> = rows
                .flat_map(|(zero, one)| [zero, one])
                .flat_map(|half| half.iter().zip(&lambdas).map(|(x, lambda)| x * lambda))
                .collect();
            if !entries.iter().all(|x| x.is_finite()) {
                return None;
            }
            *self.sites.get_mut(place)? = Site { left, right, entries };
            *self.coefficients.get_mut(place)? = lambdas;
            left = right;
        }
        Some(())
    }

    /// All amplitudes, times a factor. Takes the memory of three states.
    pub(super) fn statevector(&self, factor: Complex) -> Result<Vec<Complex>, AerError> {
        let bits = self.len() as u32;
        let len = 1usize.checked_shl(bits).unwrap_or(usize::MAX);
        self.check_room(len.saturating_mul(3))?;
        let mut state = vec![factor];
        let mut columns = 1;
        for site in &self.sites {
            state = product(Operand::new(&state, columns), site.wide())?;
            columns = site.right;
        }
        // The first site is the most significant bit of what was made.
        let table = |from: u32, to: u32| -> Vec<usize> {
            let bit = |value: usize, qubit: u32| {
                (value >> (qubit - from) & 1) << (self.len() - 1 - self.place(qubit))
            };
            (0..1usize << (to - from)).map(|value| (from..to).map(|qubit| bit(value, qubit)).sum()).collect()
        };
        let middle = bits / 2;
        let (low, high) = (table(0, middle), table(middle, bits));
        let mut ordered = zeros(state.len())?;
        for (index, entry) in ordered.iter_mut().enumerate() {
            *entry = state[low[index & (low.len() - 1)] | high[index >> middle]];
        }
        Ok(ordered)
    }

    /// The amplitude of a basis state; 0 if there is none of this number.
    fn amplitude(&self, index: u64) -> Complex {
        let bit = |qubit: Qubit| index.checked_shr(qubit).is_some_and(|rest| rest & 1 == 1);
        if index.checked_shr(self.len() as u32).is_some_and(|rest| rest > 0) {
            return Complex::ZERO;
        }
        let mut vector = vec![Complex::ONE];
        for (site, qubit) in self.sites.iter().zip(&self.qubits) {
            let mut next = vec![Complex::ZERO; site.right];
            let halves = site.entries.chunks_exact(site.right).skip(usize::from(bit(*qubit))).step_by(2);
            for (x, half) in vector.iter().zip(halves) {
                next.iter_mut().zip(half).for_each(|(sum, y)| *sum += x * y);
            }
            vector = next;
        }
        vector.first().copied().unwrap_or_default()
    }

    /// The probability of each value of some qubits. Costs a product of a tensor for each value and site between
    /// them; memory for one at a time.
    pub(super) fn probabilities(&self, qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        let len = 1usize.checked_shl(qubits.len() as u32);
        self.check_room(len.unwrap_or(usize::MAX) / 2)?;
        let mut found = Vec::new();
        reserve(&mut found, len)?;
        found.resize(len.unwrap_or(0), 0.0);
        let mut bits = vec![None; self.len()];
        for (bit, qubit) in qubits.iter().enumerate() {
            if let Some(slot) = bits.get_mut(self.place(*qubit)) {
                *slot = Some(bit);
            }
        }
        let (Some(first), Some(last)) =
            (bits.iter().position(Option::is_some), bits.iter().rposition(Option::is_some))
        else {
            found.fill(1.0);
            return Ok(found);
        };
        let tensor = &self.sites[first];
        let weighted = self.weighted(&tensor.entries, first);
        self.add_probabilities(&bits[..=last], first, &weighted, 0, &mut found)?;
        Ok(found)
    }

    /// Probabilities of the values of the sites after some, whose value is known. `open` has a row for each state of
    /// what is summed over, and columns `(s, β)` of the site.
    fn add_probabilities(
        &self,
        bits: &[Option<usize>],
        site: usize,
        open: &[Complex],
        value: usize,
        found: &mut [f64],
    ) -> Result<(), AerError> {
        let right = self.sites[site].right;
        let Some(bit) = bits[site] else {
            let mut rows = open.to_vec();
            // More rows than columns say no more than as many.
            if rows.len() / right > 2 * right {
                let reduced = svd(&rows, right)?;
                let vectors = reduced.right(reduced.values.len())?;
                let values = vectors.chunks_exact(right).zip(&reduced.values);
                rows = values.flat_map(|(row, value)| row.iter().map(move |x| x * value)).collect();
            }
            let next = product(Operand::new(&rows, right), self.sites[site + 1].wide())?;
            return self.add_probabilities(bits, site + 1, &next, value, found);
        };
        for one in 0..2 {
            let value = value | one << bit;
            let halves = || open.chunks_exact(right).skip(one).step_by(2);
            if site + 1 == bits.len() {
                found[value] = halves().flatten().map(Complex::norm_sqr).sum();
                continue;
            }
            let rows: Vec<Complex> = halves().flatten().copied().collect();
            let next = product(Operand::new(&rows, right), self.sites[site + 1].wide())?;
            self.add_probabilities(bits, site + 1, &next, value, found)?;
        }
        Ok(())
    }

    /// The reduced density matrix of qubits at neighbouring sites, row by row.
    pub(super) fn density_matrix(&self, qubits: &[Qubit]) -> Result<Vec<Complex>, AerError> {
        let sites: Vec<usize> = qubits.iter().map(|qubit| self.place(*qubit)).collect();
        let (Some(first), Some(last)) = (sites.iter().min(), sites.iter().max()) else {
            return Ok(vec![Complex::ONE]);
        };
        let size = 1usize.checked_shl(sites.len() as u32).unwrap_or(usize::MAX);
        self.check_room(size.saturating_mul(size))?;
        let mut merged = self.merge(*first, *last)?;
        merged.entries = self.weighted(&merged.entries, *first);
        // A row for each value.
        let (run, columns) = (merged.right, merged.entries.len() / size);
        let mut rows = zeros(merged.entries.len())?;
        let mut visited = 0;
        merged.each_value(&sites, |value, numbers| {
            let at = value * columns + visited / size * run;
            rows[at..at + run].copy_from_slice(numbers);
            visited += 1;
        });
        let rows = Operand::new(&rows, columns);
        product(rows, rows.adjoint())
    }

    /// The expectation value of a Pauli string, whose leftmost letter is for the last qubit.
    fn pauli_expectation(&self, letters: &[Pauli], qubits: &[Qubit]) -> Result<f64, AerError> {
        let mut at = vec![Pauli::I; self.len()];
        for (letter, qubit) in letters.iter().rev().zip(qubits) {
            if let Some(slot) = at.get_mut(self.place(*qubit)) {
                *slot = *letter;
            }
        }
        let some = |letter: &Pauli| *letter != Pauli::I;
        let (Some(first), Some(last)) = (at.iter().position(some), at.iter().rposition(some)) else {
            return Ok(1.0);
        };
        let left = self.left_of(first);
        let mut open = zeros(left.len() * left.len())?;
        for (place, coefficient) in left.iter().enumerate() {
            open[place * (left.len() + 1)] = Complex::from(coefficient * coefficient);
        }
        for (place, (site, letter)) in self.sites.iter().zip(&at).enumerate().take(last + 1).skip(first) {
            let mut ket = product(Operand::new(&open, site.left), site.wide())?;
            for row in ket.chunks_exact_mut(2 * site.right) {
                let (zero, one) = row.split_at_mut(site.right);
                for (x, y) in zero.iter_mut().zip(one) {
                    (*x, *y) = match letter {
                        Pauli::I => (*x, *y),
                        Pauli::X => (*y, *x),
                        Pauli::Y => (-Complex::I * *y, Complex::I * *x),
                        Pauli::Z => (*x, -*y),
                    };
                }
            }
            if place == last {
                return Ok(site.entries.iter().zip(&ket).map(|(bra, ket)| (bra.conj() * ket).re).sum());
            }
            open = product(site.tall().adjoint(), Operand::new(&ket, site.right))?;
        }
        Ok(1.0)
    }
}
