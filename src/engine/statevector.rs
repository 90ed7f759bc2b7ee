//! The statevector method: all amplitudes of a pure state, changed by [`crate::kernel`]s.
//!
//! A gate is its matrix on its targets and a mask of its controls; [`kernel::plan`] finds the cheapest way to
//! apply it. Nothing here knows a gate by name.

pub mod amplitudes;
mod save;

use super::gather::Gather;
use super::{Engine, EngineConfig, Method, Outcomes, SavedValue};
use crate::circuit::operation::{Pauli, SaveKind};
use crate::circuit::{Bits, Gate, Operation, Qubit};
use crate::error::{AerError, ErrorCode};
use crate::kernel::index::{Subspace, deposit, extract, mask};
use crate::kernel::sample::{Sampler, sample_one};
use crate::kernel::{self, Controls, dense, diagonal, permutation, reduce};
use crate::linalg::{Complex, Matrix};
use crate::rng::{DrawRng, ShotRng};
use amplitudes::Amplitudes;
use std::ops::Range;

/// The state of the statevector method.
#[derive(Debug)]
pub struct Statevector {
    amplitudes: Amplitudes,
    /// Whether the state is known to be |0…0⟩ exactly: nothing has happened yet.
    untouched: bool,
    /// What draws from the state, until it changes.
    sampler: Option<Sampler>,
    config: EngineConfig,
}

impl Statevector {
    /// The amplitudes.
    pub fn amplitudes(&self) -> &Amplitudes {
        &self.amplitudes
    }

    /// Applies a matrix to qubits, the first one least significant, where all qubits of the mask are |1⟩.
    fn apply_matrix(&mut self, matrix: Matrix, qubits: &[Qubit], controls: usize) -> Result<(), AerError> {
        self.untouched = false;
        let (re, im) = self.amplitudes.parts_mut();
        kernel::plan(matrix).place(qubits, controls).apply(re, im);
        Ok(())
    }

    /// Applies matrix `v` to the targets, which come first, where the controls have value `v`.
    fn multiplex(&mut self, matrices: &[Matrix], qubits: &[Qubit]) -> Result<(), AerError> {
        let Some(size) = matrices.first().map(Matrix::rows) else { return Ok(()) };
        let (targets, controls) = qubits.split_at((size.trailing_zeros() as usize).min(qubits.len()));
        self.untouched = false;
        let len = self.amplitudes.len();
        let (re, im) = self.amplitudes.parts_mut();
        for (value, matrix) in matrices.iter().enumerate() {
            let space = Subspace::new(len, mask(qubits), deposit(value, controls));
            dense::dense_where(re, im, targets, space, matrix);
        }
        Ok(())
    }

    /// Applies one of the operators, drawn by the norm of what it makes of the state, and normalises. The
    /// norms come from the reduced density matrix, so the state is copied for none of them.
    fn apply_kraus(
        &mut self,
        operators: &[Matrix],
        qubits: &[Qubit],
        rng: &mut ShotRng,
    ) -> Result<(), AerError> {
        let number = rng.uniform();
        let size = 1usize << qubits.len();
        let density = self.density_matrix(qubits)?;
        let density = |row: usize, column: usize| {
            let at = 2 * (row * size + column);
            Complex::new(density[at], density[at + 1])
        };
        // tr(K ρ K†), row by row of K.
        let probability = |operator: &Matrix| -> f64 {
            let rows = operator.entries().chunks_exact(size);
            let row = |row: &[Complex]| -> f64 {
                let product = |column: usize| -> Complex {
                    row.iter().enumerate().map(|(i, entry)| entry * density(i, column)).sum()
                };
                row.iter().enumerate().map(|(column, entry)| (product(column) * entry.conj()).re).sum()
            };
            rows.map(row).sum()
        };
        let mut below = 0.0;
        let mut drawn = None;
        for operator in operators {
            let probability = probability(operator);
            // What rounding makes of an impossible operator is never drawn.
            if probability <= f64::EPSILON {
                continue;
            }
            drawn = Some((operator, probability));
            below += probability;
            if number < below {
                break;
            }
        }
        let Some((operator, probability)) = drawn else { return Ok(()) };
        let factor = 1.0 / probability.sqrt();
        let entries = operator.entries().iter().map(|entry| entry * factor).collect();
        Matrix::new(size, size, entries).map_or(Ok(()), |matrix| self.apply_matrix(matrix, qubits, 0))
    }

    /// Measures, collapses, and gives the outcome as a number. Its cost does not depend on how many qubits
    /// there are, as one basis state is drawn and not one of all outcomes.
    fn collapse(&mut self, qubits: &[Qubit], rng: &mut ShotRng) -> usize {
        let (re, im) = self.amplitudes.parts_mut();
        let outcome = extract(sample_one(re, im, rng.uniform()), qubits);
        // A state that is |0…0⟩ stays so.
        reduce::collapse(re, im, qubits, outcome);
        outcome
    }

    /// Resets qubits as Aer does: measures them and flips those that are 1.
    fn reset(&mut self, qubits: &[Qubit], rng: &mut ShotRng) {
        if self.untouched {
            return;
        }
        let outcome = self.collapse(qubits, rng);
        if outcome != 0 {
            let space = Subspace::new(self.amplitudes.len(), mask(qubits), 0);
            let (re, im) = self.amplitudes.parts_mut();
            permutation::exchange(re, im, space, [0, deposit(outcome, qubits)]);
        }
    }

    /// Replaces the state; `state[v]` is the amplitude of value `v` of the qubits, which are all there are.
    fn replace(&mut self, state: &[Complex], qubits: &[Qubit]) {
        self.untouched = false;
        for (value, amplitude) in state.iter().enumerate() {
            self.amplitudes.set(deposit(value, qubits), *amplitude);
        }
    }

    fn num_qubits(&self) -> u32 {
        self.amplitudes.len().trailing_zeros()
    }
}

impl Engine for Statevector {
    const METHOD: Method = Method::Statevector;

    fn supports(operation: &Operation) -> bool {
        match operation {
            Operation::Gate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
            | Operation::Kraus(_)
            | Operation::Pauli(_)
            | Operation::Delay(_)
            | Operation::ReadoutError(_)
            | Operation::QuantumErrorLocation
            | Operation::Barrier
            | Operation::Reset
            | Operation::Initialize(_)
            | Operation::SetStatevector(_)
            | Operation::Measure(_)
            | Operation::BooleanFunction(_) => true,
            Operation::Save(save) => matches!(
                save.kind,
                SaveKind::State
                    | SaveKind::Statevector
                    | SaveKind::StatevectorDict
                    | SaveKind::Amplitudes(_)
                    | SaveKind::AmplitudesSquared(_)
                    | SaveKind::Probabilities
                    | SaveKind::ProbabilitiesDict
                    | SaveKind::DensityMatrix
                    | SaveKind::ExpectationValue(_)
                    | SaveKind::ExpectationValueVariance(_)
            ),
            _ => false,
        }
    }

    fn required_bytes(num_qubits: u32) -> u64 {
        Amplitudes::required_bytes(num_qubits)
    }

    fn new(num_qubits: u32, config: EngineConfig) -> Result<Self, AerError> {
        let amplitudes = Amplitudes::zero_state(num_qubits).map_err(|mut error| {
            error.message = format!("There is not enough memory for a statevector of {num_qubits} qubits.");
            error
        })?;
        Ok(Self { amplitudes, untouched: true, sampler: None, config })
    }

    fn reset_to_zero(&mut self) {
        self.sampler = None;
        if !self.untouched {
            self.amplitudes.set_zero_state();
            self.untouched = true;
        }
    }

    fn apply_global_phase(&mut self, phase: f64) {
        if phase != 0.0 {
            self.untouched = false;
            let (re, im) = self.amplitudes.parts_mut();
            kernel::diagonal::phase(re, im, Controls::default(), Complex::cis(phase));
        }
    }

    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let len = self.amplitudes.len() as u64;
        // A dense matrix multiplies each amplitude by a column; one of two rows is what counts as 1.
        let dense = |len: u64, targets: usize| len.saturating_mul(1 << targets.saturating_sub(1).min(32));
        match operation {
            Operation::Gate(gate, _) => {
                dense(len >> gate.num_controls(qubits.len()).min(63), gate.spec().targets)
            }
            Operation::Unitary(_) => dense(len, qubits.len()),
            Operation::Pauli(letters) => {
                len.saturating_mul(letters.iter().filter(|letter| **letter != Pauli::I).count() as u64)
            }
            Operation::Reset if self.untouched => 0,
            // Draw, norm and projection; then the flip, or the preparation.
            Operation::Measure(_) => 3 * len,
            Operation::Reset => 4 * len,
            Operation::Initialize(_) if qubits.len() as u32 == self.num_qubits() => len,
            Operation::Initialize(_) => 6 * len,
            Operation::SetStatevector(_) | Operation::Diagonal(_) => len,
            Operation::Multiplexer(matrices) => {
                dense(len, qubits.len().saturating_sub(matrices.len().trailing_zeros() as usize))
            }
            // The density matrix, then the operator.
            Operation::Kraus(_) => dense(len, qubits.len()).saturating_mul(3),
            Operation::Save(save) => match &save.kind {
                SaveKind::DensityMatrix => dense(len, qubits.len()),
                SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                    len.saturating_mul(terms.len() as u64)
                }
                SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => indices.len() as u64,
                _ => len,
            },
            _ => 0,
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit], rng: &mut ShotRng) -> Result<(), AerError> {
        self.sampler = None;
        match operation {
            Operation::Gate(gate, parameters) => {
                let (controls, targets) = qubits.split_at(gate.num_controls(qubits.len()));
                self.apply_matrix(gate.target_matrix(parameters), targets, mask(controls))
            }
            Operation::Unitary(matrix) => self.apply_matrix((**matrix).clone(), qubits, 0),
            Operation::Pauli(letters) => {
                for (letter, qubit) in letters.iter().rev().zip(qubits) {
                    let gate = match letter {
                        Pauli::I => continue,
                        Pauli::X => Gate::X,
                        Pauli::Y => Gate::Y,
                        Pauli::Z => Gate::Z,
                    };
                    self.apply_matrix(gate.target_matrix(&[]), &[*qubit], 0)?;
                }
                Ok(())
            }
            Operation::Diagonal(entries) => {
                self.untouched = false;
                let (re, im) = self.amplitudes.parts_mut();
                diagonal::diagonal(re, im, qubits, Controls::default(), entries);
                Ok(())
            }
            Operation::Multiplexer(matrices) => self.multiplex(matrices, qubits),
            Operation::Kraus(operators) => self.apply_kraus(operators, qubits, rng),
            Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => Ok(()),
            Operation::Reset => {
                self.reset(qubits, rng);
                Ok(())
            }
            Operation::Initialize(state) if qubits.len() as u32 == self.num_qubits() => {
                self.replace(state, qubits);
                Ok(())
            }
            Operation::Initialize(state) => {
                self.reset(qubits, rng);
                self.untouched = false;
                let (re, im) = self.amplitudes.parts_mut();
                reduce::prepare(re, im, qubits, state);
                Ok(())
            }
            Operation::SetStatevector(state) => {
                let all: Vec<Qubit> = (0..self.num_qubits()).collect();
                self.replace(state, &all);
                Ok(())
            }
            _ => {
                let name = operation.name();
                Err(AerError::new(ErrorCode::Internal, format!("\"{name}\" is not for an engine to apply.")))
            }
        }
    }

    fn measure(&mut self, qubits: &[Qubit], rng: &mut ShotRng) -> Bits {
        self.sampler = None;
        Bits::from_u64(self.collapse(qubits, rng) as u64)
    }

    fn prepare_sampling(&mut self, budget: u64) -> u64 {
        let (re, im) = self.amplitudes.parts();
        self.sampler.get_or_insert_with(|| Sampler::new(re.len())).advance(re, im, budget)
    }

    fn sample_measure(&mut self, qubits: &[Qubit], seed: u64, shots: Range<u64>) -> Outcomes {
        self.prepare_sampling(u64::MAX);
        let mut rng = DrawRng::new(seed, 0, shots.start);
        let numbers: Vec<f64> = shots.map(|_| rng.uniform()).collect();
        let (re, im) = self.amplitudes.parts();
        let drawn = self.sampler.as_ref().map(|sampler| sampler.draw(re, im, &numbers)).unwrap_or_default();
        let gather = Gather::new(qubits.iter().copied().zip(0..));
        let words = drawn.into_iter().map(|index| gather.apply(index as u64)).collect();
        Outcomes { words_per_shot: 1, words }
    }

    fn save(&self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        self.saved_value(save, qubits)
    }
}
