//! Quantum errors and what can be made of them.

use std::sync::Arc;

use crate::circuit::operation::{ErrorBranch, Pauli, QuantumError as Mixture};
use crate::circuit::{Gate, Instruction, MAX_BITS, Operation, Qubit, channel, validate};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};

use super::kraus;

/// Most circuits of an error: composition multiplies them.
const MAX_BRANCHES: usize = 1 << 16;

/// Most qubits of an error that is written as one matrix.
const MAX_MATRIX_QUBITS: u32 = 3;

/// How far a probability, or the entry of a matrix, may be from what it should be (Qiskit's).
const TOLERANCE: f64 = 1e-8;

/// A mixture of short circuits, one of which is run at random; any channel is one, as a circuit may hold Kraus
/// operators. The instructions name qubits by their position among those of the instruction that errs.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantumError {
    num_qubits: u32,
    ideal: bool,
    mixture: Arc<Mixture>,
}

impl QuantumError {
    /// An error from its circuits, on as many qubits as they use. Impossible circuits are left out. Refused are
    /// probabilities that are negative or whose sum is not 1, instructions that cannot be part of an error, and
    /// matrices that are no channel.
    pub fn new(branches: Vec<ErrorBranch>) -> Result<Self, AerError> {
        Self::on(1, branches)
    }

    /// An error on so many qubits at least.
    pub fn on(num_qubits: u32, mut branches: Vec<ErrorBranch>) -> Result<Self, AerError> {
        let given: f64 = branches.iter().map(|branch| branch.probability).sum();
        if let Some(branch) = branches.iter().find(|b| b.probability.is_nan() || b.probability < -TOLERANCE) {
            return Err(AerError::new(
                ErrorCode::InvalidParameter,
                "A probability of a QuantumError is negative.",
            )
            .found(branch.probability.to_string())
            .expected("probabilities from 0 to 1 whose sum is 1"));
        }
        branches.retain(|branch| branch.probability > 0.0);
        let total: f64 = branches.iter().map(|branch| branch.probability).sum();
        if (total - 1.0).abs() > TOLERANCE || total.is_nan() {
            return Err(AerError::new(
                ErrorCode::InvalidParameter,
                "QuantumError: invalid probability vector total",
            )
            .found(given.to_string())
            .expected("probabilities from 0 to 1 whose sum is 1"));
        }
        if branches.len() > MAX_BRANCHES {
            return Err(too_many(branches.len()));
        }
        for branch in &mut branches {
            branch.probability /= total;
        }
        let mixture = Mixture { branches };
        let num_qubits = num_qubits.max(used(&mixture));
        if num_qubits > MAX_BITS {
            return Err(AerError::new(
                ErrorCode::QubitOutOfRange,
                "A QuantumError names a qubit out of range.",
            )
            .found(format!("qubit {}", num_qubits - 1))
            .expected("positions among the qubits of an instruction"));
        }
        validate::quantum_error(&mixture, num_qubits as usize)?;
        for step in mixture.branches.iter().flat_map(|branch| &branch.instructions) {
            if let Operation::Superoperator(matrix) = &step.operation {
                kraus::check_channel(matrix)?;
            }
        }
        Ok(Self { num_qubits, ideal: is_ideal(&mixture), mixture: Arc::new(mixture) })
    }

    /// The mixture of these circuits, each with its probability.
    pub fn mixed(parts: impl IntoIterator<Item = (Vec<Instruction>, f64)>) -> Result<Self, AerError> {
        let branch = |(instructions, probability)| ErrorBranch { probability, instructions };
        Self::new(parts.into_iter().map(branch).collect())
    }

    /// Number of qubits.
    pub fn num_qubits(&self) -> u32 {
        self.num_qubits
    }

    /// How many of them the circuits name, at least 1.
    pub fn qubits_used(&self) -> u32 {
        used(&self.mixture)
    }

    /// Number of circuits.
    pub fn size(&self) -> usize {
        self.mixture.branches.len()
    }

    /// The circuits and their probabilities.
    pub fn branches(&self) -> &[ErrorBranch] {
        &self.mixture.branches
    }

    /// The same, as an instruction holds them.
    pub fn mixture(&self) -> &Arc<Mixture> {
        &self.mixture
    }

    /// Whether each instruction of each circuit changes nothing, up to a phase; instructions that undo each other
    /// are not seen (as in Qiskit).
    pub fn ideal(&self) -> bool {
        self.ideal
    }

    /// This error and then another; with `front` the other first.
    pub fn compose(&self, other: &Self, front: bool) -> Result<Self, AerError> {
        let num_qubits = self.num_qubits.max(other.num_qubits);
        self.combined(other, num_qubits, |own, others| {
            let (first, second) = if front { (others, own) } else { (own, others) };
            first.iter().chain(second).cloned().collect()
        })
    }

    /// This error and then another on some of its qubits.
    pub fn compose_on(&self, other: &Self, qubits: &[Qubit]) -> Result<Self, AerError> {
        validate::qubits(qubits, self.num_qubits)?;
        if qubits.len() != other.num_qubits as usize {
            return Err(AerError::new(
                ErrorCode::QubitCount,
                "Number of items in 'qargs' argument must be the same as number of qubits of the error to be composed.",
            )
            .found(qubits.len().to_string())
            .expected(other.num_qubits.to_string()));
        }
        self.combined(other, self.num_qubits, |own, others| {
            let moved = moved(others, |qubit| qubits.get(qubit as usize).copied().unwrap_or(qubit));
            own.iter().cloned().chain(moved).collect()
        })
    }

    /// Both errors side by side: the other on the first qubits, this one on those after.
    pub fn tensor(&self, other: &Self) -> Result<Self, AerError> {
        let shift = other.num_qubits;
        self.combined(other, self.num_qubits.saturating_add(shift), |own, others| {
            others.iter().cloned().chain(moved(own, |qubit| qubit + shift)).collect()
        })
    }

    /// [`tensor`](Self::tensor) the other way round: this error on the first qubits.
    pub fn expand(&self, other: &Self) -> Result<Self, AerError> {
        other.tensor(self)
    }

    /// This error `n` times, at least once.
    pub fn power(&self, n: u32) -> Result<Self, AerError> {
        if n == 0 {
            return Err(AerError::new(
                ErrorCode::InvalidParameter,
                "Can only power with positive integer powers.",
            )
            .found("0"));
        }
        (1..n).try_fold(self.clone(), |product, _| product.compose(self, true))
    }

    /// Each circuit of this error with each of another, `join(own, other's)`.
    fn combined(
        &self,
        other: &Self,
        num_qubits: u32,
        join: impl Fn(&[Instruction], &[Instruction]) -> Vec<Instruction>,
    ) -> Result<Self, AerError> {
        let size = self.size().saturating_mul(other.size());
        if size > MAX_BRANCHES {
            return Err(too_many(size));
        }
        let pairs = self.branches().iter().flat_map(|own| other.branches().iter().map(move |its| (own, its)));
        let branch = |(own, its): (&ErrorBranch, &ErrorBranch)| ErrorBranch {
            probability: own.probability * its.probability,
            instructions: join(&own.instructions, &its.instructions),
        };
        Self::on(num_qubits, pairs.map(branch).collect())
    }

    /// The error as a `4^n` matrix on column-stacked density matrices; refused beyond 3 qubits.
    pub fn superoperator(&self) -> Result<Matrix, AerError> {
        let matrix = (self.num_qubits <= MAX_MATRIX_QUBITS)
            .then(|| {
                let operation = Operation::QuantumError(Arc::clone(&self.mixture));
                channel::superoperator(&operation, self.num_qubits as usize)
            })
            .flatten();
        matrix.ok_or_else(|| {
            AerError::new(ErrorCode::QubitCount, "The error is too wide to be written as a matrix.")
                .found(format!("{} qubits", self.num_qubits))
                .expected(format!("at most {MAX_MATRIX_QUBITS}"))
        })
    }

    /// How well a state comes through, on average over all pure states; refused beyond 3 qubits.
    pub fn average_gate_fidelity(&self) -> Result<f64, AerError> {
        let matrix = self.superoperator()?;
        let size = f64::from(1 << self.num_qubits);
        let trace: Complex = (0..matrix.rows()).map(|i| matrix.at(i, i)).sum();
        Ok((trace.re / size + 1.0) / (size + 1.0))
    }
}

/// Whether each instruction changes nothing.
fn is_ideal(mixture: &Mixture) -> bool {
    mixture.branches.iter().flat_map(|branch| &branch.instructions).all(|step| match &step.operation {
        Operation::Gate(Gate::Id, _) | Operation::Delay(_) | Operation::Barrier => true,
        Operation::Pauli(letters) => letters.iter().all(|letter| *letter == Pauli::I),
        Operation::Reset => false,
        operation if step.qubits.len() as u32 <= MAX_MATRIX_QUBITS => {
            channel::superoperator(operation, step.qubits.len())
                .is_some_and(|matrix| matrix.distance(&Matrix::identity(matrix.rows())) < TOLERANCE)
        }
        _ => false,
    })
}

/// One more than the highest qubit that a mixture names, at least 1.
fn used(mixture: &Mixture) -> u32 {
    let steps = mixture.branches.iter().flat_map(|branch| &branch.instructions);
    steps.flat_map(|step| &step.qubits).fold(1, |count, qubit| count.max(qubit.saturating_add(1)))
}

/// Instructions on other qubits.
fn moved(steps: &[Instruction], to: impl Fn(Qubit) -> Qubit + Copy) -> impl Iterator<Item = Instruction> {
    steps.iter().map(move |step| Instruction {
        qubits: step.qubits.iter().map(|qubit| to(*qubit)).collect(),
        ..step.clone()
    })
}

fn too_many(found: usize) -> AerError {
    AerError::new(ErrorCode::InvalidParameter, "A QuantumError has too many circuits.")
        .found(found.to_string())
        .expected(format!("at most {MAX_BRANCHES}"))
}
