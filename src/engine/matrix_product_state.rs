//! The matrix product state method: a tensor for each qubit, as large as the entanglement at its sides.
//!
//! The state is a [`chain`] of tensors whose sizes, the bond dimensions, are the numbers of Schmidt coefficients that
//! are kept: a circuit of little entanglement costs memory and time linear in its qubits. A gate on one qubit changes
//! its tensor; one on several brings their qubits together, multiplies their tensors, and splits the product by singular
//! values, of which small ones are discarded (`matrix_product_state_truncation_threshold`) and large ones beyond
//! `matrix_product_state_max_bond_dimension`. Qubits stay where they were brought; a swap exchanges names.
//!
//! Costs: a gate on neighbours with bonds of dimension χ takes about 100 χ³ multiplications, 32 χ² bytes a qubit.
//! Drawing shots ([`sample`]) walks along the chain; shots that drew the same so far walk together.

mod chain;
mod sample;
mod save;

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{
    Engine, EngineConfig, Outcomes, SavedValue, kraus_probabilities, not_applied, supports_branches,
};
use crate::circuit::gate::Controls;
use crate::circuit::operation::{SaveKind, SetState};
use crate::circuit::{Bits, Circuit, Gate, Instruction, Operation, Qubit};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix, cis};
use crate::rng::Draws;
use chain::{Chain, Merged};

/// The state of the matrix product state method.
#[derive(Clone, Debug)]
pub struct MatrixProductState {
    chain: Chain,
    /// Multiplies all amplitudes.
    factor: Complex,
    config: EngineConfig,
    /// What `mps_log_data` asks for.
    log: String,
    /// Number of instructions in the log.
    logged: u64,
}

/// The bond dimension for which memory is asked before anything is known.
const MODEST_BOND: u64 = 16;

/// A difference of a state's length from 1 that is rounding of who wrote it.
const LENGTH_TOLERANCE: f64 = 1e-6;

impl MatrixProductState {
    /// Adds an instruction to the log.
    fn tell(log: &mut String, chain: &Chain, name: &dyn std::fmt::Display, qubits: &[Qubit]) {
        let list = |items: &mut dyn Iterator<Item = String>, between| items.collect::<Vec<_>>().join(between);
        let qubits = list(&mut qubits.iter().map(ToString::to_string), ",");
        let bonds = chain.sites.iter().take(chain.len().saturating_sub(1));
        let bonds = list(&mut bonds.map(|site| site.right.to_string()), " ");
        // A String takes all that is written.
        let _ = write!(log, "{name} on qubits {qubits}, BD=[{bonds}],  ");
    }

    /// Logs what was discarded since this was last asked, and an instruction on several qubits.
    fn log_instruction(&mut self, name: &str, qubits: &[Qubit]) {
        let discarded = std::mem::take(&mut self.chain.discarded);
        if !self.config.mps.log_data || qubits.len() < 2 {
            return;
        }
        if discarded > self.config.chop_threshold {
            let _ = write!(self.log, "discarded_value={discarded}, ");
        }
        let name = format!("I{}:{name}", self.logged);
        Self::tell(&mut self.log, &self.chain, &name, qubits);
        self.logged += 1;
    }

    /// Brings qubits together; gives the first and the last of their sites.
    fn gather(&mut self, qubits: &[Qubit]) -> Result<(usize, usize), AerError> {
        let (log, told) = (&mut self.log, self.config.mps.log_data);
        self.chain.gather(qubits, self.config.mps.swap_right, &mut |chain, a, b| {
            if told {
                Self::tell(log, chain, &"internal_swap", &[a as Qubit, b as Qubit]);
            }
        })
    }

    /// Changes the tensor of some qubits, which are brought together, and splits it again.
    fn change(
        &mut self,
        qubits: &[Qubit],
        change: impl FnOnce(&mut Merged, &[usize]),
    ) -> Result<(usize, usize), AerError> {
        let (first, last) = self.gather(qubits)?;
        let mut merged = self.chain.merge(first, last)?;
        let sites: Vec<usize> = qubits.iter().map(|qubit| self.chain.place(*qubit)).collect();
        change(&mut merged, &sites);
        self.chain.split(merged)?;
        Ok((first, last))
    }

    /// Applies a unitary matrix to qubits, the first one least significant, where the controls are |1⟩.
    fn apply_matrix(
        &mut self,
        matrix: &Matrix,
        targets: &[Qubit],
        controls: &[Qubit],
    ) -> Result<(), AerError> {
        if let ([target], []) = (targets, controls) {
            self.chain.apply_one(matrix, self.chain.place(*target));
            return Ok(());
        }
        let all = [targets, controls].concat();
        self.change(&all, |merged, sites| {
            let (targets, controls) = sites.split_at(targets.len());
            let wanted: Vec<(usize, bool)> = controls.iter().map(|site| (*site, true)).collect();
            merged.mix(matrix, targets, &wanted);
        })?;
        Ok(())
    }

    /// Applies matrix `v` to the targets, which come first, where the controls have value `v`.
    fn multiplex(&mut self, matrices: &[Matrix], qubits: &[Qubit]) -> Result<(), AerError> {
        let Some(size) = matrices.first().map(Matrix::rows) else { return Ok(()) };
        if let ([matrix], [_]) = (matrices, qubits) {
            return self.apply_matrix(matrix, qubits, &[]);
        }
        self.change(qubits, |merged, sites| {
            let (targets, controls) = sites.split_at((size.trailing_zeros() as usize).min(sites.len()));
            for (value, matrix) in matrices.iter().enumerate() {
                let wanted: Vec<(usize, bool)> = (0..)
                    .zip(controls)
                    .map(|(place, site): (u32, _)| (*site, value >> place & 1 == 1))
                    .collect();
                merged.mix(matrix, targets, &wanted);
            }
        })?;
        Ok(())
    }

    fn diagonal(&mut self, entries: &[Complex], qubits: &[Qubit]) -> Result<(), AerError> {
        if let [qubit] = qubits {
            self.chain.apply_one(&Matrix::diagonal(entries), self.chain.place(*qubit));
            return Ok(());
        }
        self.change(qubits, |merged, sites| {
            merged.each_value(sites, |value, run| {
                let factor = entries.get(value).copied().unwrap_or(Complex::ONE);
                for x in run {
                    *x *= factor;
                }
            });
        })?;
        Ok(())
    }

    /// Sets qubits that are in basis states to |0⟩.
    fn reset(&mut self, qubits: &[Qubit]) {
        for qubit in qubits {
            let site = self.chain.place(*qubit);
            let Some(tensor) = self.chain.sites.get_mut(site) else { continue };
            let half = tensor.right;
            let weight = |one: usize| -> f64 {
                tensor.entries.chunks_exact(half).skip(one).step_by(2).flatten().map(Complex::norm_sqr).sum()
            };
            if weight(1) > weight(0) {
                for row in tensor.entries.chunks_exact_mut(2 * half) {
                    let (zero, one) = row.split_at_mut(half);
                    zero.swap_with_slice(one);
                }
            }
        }
    }

    /// Prepares qubits that are in |0⟩; `state[v]` is the amplitude of value `v`.
    fn prepare(&mut self, state: &[Complex], qubits: &[Qubit]) -> Result<(), AerError> {
        if let ([qubit], [zero, one]) = (qubits, state) {
            let matrix = Matrix::square([[*zero, Complex::ZERO], [*one, Complex::ZERO]]);
            self.chain.apply_one(&matrix, self.chain.place(*qubit));
            return Ok(());
        }
        self.change(qubits, |merged, sites| merged.prepare(state, sites))?;
        Ok(())
    }

    /// Replaces the whole state.
    fn replace(&mut self, state: &[Complex], qubits: &[Qubit]) -> Result<(), AerError> {
        self.factor = Complex::ONE;
        let bits = qubits.len();
        if qubits.iter().copied().eq(0..bits as Qubit) {
            return self.chain.set_amplitudes(state);
        }
        let mut ordered = crate::kernel::tensor::zeros(state.len())?;
        for (value, amplitude) in state.iter().enumerate() {
            let index = qubits.iter().enumerate().fold(0, |at, (j, qubit)| at | (value >> j & 1) << qubit);
            if let Some(entry) = ordered.get_mut(index) {
                *entry = *amplitude;
            }
        }
        self.chain.set_amplitudes(&ordered)
    }

    /// Replaces the whole state by `[[[A0, A1] of each qubit], [lambdas of each bond]]`.
    fn replace_tensors(&mut self, value: &Value) -> Result<(), AerError> {
        let invalid = |what: &str| AerError::new(ErrorCode::InvalidState, what);
        self.factor = Complex::ONE;
        self.chain.clear();
        self.chain.read(value).ok_or_else(|| {
            invalid("The tensors of the matrix product state do not fit together.").expected(
                "for each qubit a matrix for |0⟩ and one for |1⟩, as many columns as the next has rows, \
                 and as many lambdas between",
            )
        })?;
        let Some(last) = self.chain.len().checked_sub(1) else { return Ok(()) };
        let length = self.chain.restore(0, last)?;
        if (length - 1.0).abs() > LENGTH_TOLERANCE {
            return Err(
                invalid("The matrix product state is not normalised.").found(format!("a norm of {length}"))
            );
        }
        Ok(())
    }

    /// The reduced density matrix, row by row.
    fn density_matrix(&self, qubits: &[Qubit]) -> Result<Vec<Complex>, AerError> {
        if qubits.len() < 2 {
            return self.chain.density_matrix(qubits);
        }
        let mut chain = self.chain.clone();
        chain.gather(qubits, self.config.mps.swap_right, &mut |_, _, _| {})?;
        chain.density_matrix(qubits)
    }

    /// Whether outcomes are drawn from a list of probabilities.
    fn lists(&self, qubits: &[Qubit]) -> bool {
        qubits.len() == 1 || self.config.mps.sample_by_probabilities && qubits.len() <= sample::MOST_LISTED
    }

    /// Multiplications that a gate on qubits takes about.
    fn gate_work(&self, qubits: &[Qubit]) -> u64 {
        let sites = qubits.iter().map(|qubit| self.chain.place(*qubit));
        let (Some(first), Some(last)) = (sites.clone().min(), sites.max()) else { return 0 };
        let size = |site: usize| -> u64 {
            self.chain.sites.get(site).map_or(1, |tensor| tensor.left.max(tensor.right) as u64)
        };
        if first == last {
            return 2 * size(first).saturating_pow(2);
        }
        // Ten multiplications for each of (2χ)² numbers and row of a decomposition.
        let split = |size: u64| size.saturating_pow(3).saturating_mul(100);
        let walked: u64 = (first..last).map(|site| split(size(site))).fold(0, u64::saturating_add);
        let met = 1u64.checked_shl(2 * (qubits.len() as u32 - 2)).unwrap_or(u64::MAX);
        walked.saturating_add(split(size(first).max(size(last))).saturating_mul(met))
    }
}

impl Engine for MatrixProductState {
    /// Aer's set, and all other gates of a known number of qubits.
    fn supports(step: &Instruction) -> bool {
        match &step.operation {
            Operation::QuantumError(_) => supports_branches(&step.operation, Self::supports),
            // Aer has no gates with any number of controls here, and whoever asks for this method is told so.
            Operation::Gate(gate, _) => gate.spec().controls != Controls::Any,
            Operation::Unitary(_)
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
            Operation::SetState(state) => matches!(**state, SetState::MatrixProductState(_)),
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
                    | SaveKind::MatrixProductState
            ),
            _ => false,
        }
    }

    /// What a state of little entanglement takes: more shows while it runs, and is checked then.
    fn required_bytes(_circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> u64 {
        let most = config.mps.max_bond_dimension.unwrap_or(u64::MAX).min(MODEST_BOND);
        let bond = |site: u32| 1u64.checked_shl(site.min(num_qubits - site)).unwrap_or(u64::MAX).min(most);
        (0..num_qubits).map(|site| 32 * bond(site) * bond(site + 1)).sum()
    }

    fn new(_circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError> {
        Ok(Self {
            chain: Chain::new(num_qubits, &config.mps, config.memory_limit_bytes),
            factor: Complex::ONE,
            config: config.clone(),
            log: String::new(),
            logged: 0,
        })
    }

    fn reset_to_zero(&mut self) {
        self.chain.clear();
        self.factor = Complex::ONE;
        self.log.clear();
        self.logged = 0;
    }

    fn try_clone(&self) -> Result<Self, AerError> {
        let numbers = self.chain.bytes() / 16;
        self.chain.check_room(usize::try_from(numbers).unwrap_or(usize::MAX))?;
        Ok(self.clone())
    }

    fn bytes(&self) -> u64 {
        self.chain.bytes()
    }

    fn apply_global_phase(&mut self, phase: f64) {
        self.factor *= cis(phase);
    }

    /// Complex multiplications, about.
    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64 {
        let whole =
            || self.chain.sites.iter().map(|site| site.entries.len() as u64 * site.right as u64).sum();
        let power = |bits: usize| 1u64.checked_shl(bits as u32).unwrap_or(u64::MAX);
        match operation {
            Operation::Pauli(_) | Operation::Delay(_) | Operation::Barrier => qubits.len() as u64,
            Operation::Gate(Gate::Swap, _) => 1,
            Operation::Gate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
            | Operation::Kraus(_) => self.gate_work(qubits),
            Operation::Initialize(state) | Operation::SetStatevector(state) => {
                (state.len() as u64).saturating_mul(100)
            }
            Operation::Measure(_) | Operation::Reset => whole(),
            Operation::SetState(_) => 100 * self.chain.len() as u64,
            Operation::Save(save) => match &save.kind {
                SaveKind::Statevector | SaveKind::StatevectorDict => power(self.chain.len()),
                SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => {
                    self.chain.bytes().saturating_mul(indices.len() as u64) / 16
                }
                SaveKind::Probabilities | SaveKind::ProbabilitiesDict => power(qubits.len()).max(whole()),
                SaveKind::DensityMatrix => power(2 * qubits.len()).max(whole()),
                SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                    whole().saturating_mul(terms.len() as u64)
                }
                _ => whole(),
            },
            _ => 0,
        }
    }

    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError> {
        match operation {
            Operation::Gate(Gate::Swap, _) => {
                if let [a, b] = qubits {
                    self.chain.rename(*a, *b);
                }
            }
            Operation::Gate(gate, parameters) => {
                let (controls, targets) = qubits.split_at(gate.num_controls(qubits.len()));
                self.apply_matrix(&gate.target_matrix(parameters), targets, controls)?;
            }
            Operation::Unitary(matrix) => self.apply_matrix(matrix, qubits, &[])?,
            Operation::Pauli(letters) => {
                for (letter, qubit) in letters.iter().rev().zip(qubits) {
                    if let Some(gate) = letter.gate() {
                        self.apply_matrix(&gate.target_matrix(&[]), &[*qubit], &[])?;
                    }
                }
                return Ok(());
            }
            Operation::Diagonal(entries) => self.diagonal(entries, qubits)?,
            Operation::Multiplexer(matrices) => self.multiplex(matrices, qubits)?,
            Operation::Delay(_) | Operation::Barrier | Operation::QuantumErrorLocation => return Ok(()),
            Operation::Reset => self.reset(qubits),
            Operation::Initialize(state) if qubits.len() == self.chain.len() => {
                self.replace(state, qubits)?;
            }
            Operation::Initialize(state) => {
                self.reset(qubits);
                self.prepare(state, qubits)?;
            }
            Operation::SetStatevector(state) => {
                let all: Vec<Qubit> = (0..self.chain.len() as Qubit).collect();
                self.replace(state, &all)?;
            }
            Operation::SetState(state) => match &**state {
                SetState::MatrixProductState(value) => self.replace_tensors(value)?,
                other => return Err(not_applied(other.name())),
            },
            _ => return Err(not_applied(operation.name())),
        }
        self.log_instruction(operation.name(), qubits);
        Ok(())
    }

    /// A vector through the tensors; nothing where probabilities are listed.
    fn draw_work(&self, qubits: &[Qubit]) -> u64 {
        if self.lists(qubits) { 0 } else { self.chain.walking_work(qubits) }
    }

    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError> {
        if self.lists(qubits) {
            return self.chain.sample_listed(qubits, draws);
        }
        self.chain.sample_walking(qubits, draws)
    }

    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError> {
        let sites = qubits.iter().map(|qubit| self.chain.place(*qubit));
        let (Some(first), Some(last)) = (sites.clone().min(), sites.max()) else { return Ok(()) };
        for (bit, qubit) in (0..).zip(qubits) {
            let (zero, one) = (Complex::ZERO, Complex::ONE);
            let kept = if outcome.get(bit) { [zero, one] } else { [one, zero] };
            self.chain.apply_one(&Matrix::diagonal(&kept), self.chain.place(*qubit));
        }
        self.chain.restore(first, last)?;
        Ok(())
    }

    fn kraus_probabilities(&mut self, operators: &[Matrix], qubits: &[Qubit]) -> Result<Vec<f64>, AerError> {
        Ok(kraus_probabilities(operators, &self.density_matrix(qubits)?))
    }

    fn apply_kraus_operator(&mut self, operator: &Matrix, qubits: &[Qubit]) -> Result<(), AerError> {
        let (first, last) = if let [qubit] = qubits {
            let site = self.chain.place(*qubit);
            self.chain.apply_one(operator, site);
            (site, site)
        } else {
            self.change(qubits, |merged, sites| merged.mix(operator, sites, &[]))?
        };
        self.chain.restore(first, last)?;
        self.log_instruction("kraus", qubits);
        Ok(())
    }

    fn save(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError> {
        self.saved_value(save, qubits)
    }

    fn metadata(&self) -> Map<String, Value> {
        let mps = &self.config.mps;
        let mut metadata = Map::new();
        let mut tell = |name: &str, value: Value| {
            metadata.insert(format!("matrix_product_state_{name}"), value);
        };
        tell("truncation_threshold", mps.truncation_threshold.into());
        tell("max_bond_dimension", mps.max_bond_dimension.unwrap_or(u64::MAX).into());
        tell("chop_threshold", self.config.chop_threshold.into());
        // Aer's numbers of the two.
        tell("sample_measure_algorithm", u8::from(mps.sample_by_probabilities).into());
        if mps.log_data {
            metadata.insert("MPS_log_data".into(), format!("{{{}}}", self.log).into());
        }
        metadata
    }
}
