//! The errors that Qiskit has names for (`qiskit_aer/noise/errors/standard_errors.py` of 0.17.2), with its
//! parameters and in its form: Pauli letters and resets where the error is a mixture of them, Kraus operators
//! otherwise, the fewest there are.
//!
//! [`CHANNELS`] lists those whose parameters are numbers; the others have a function each.

use super::{QuantumError, kraus};
use crate::circuit::operation::{ErrorBranch, Pauli};
use crate::circuit::{Gate, Instruction, Operation, Qubit, validate};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};

/// An error that is given by numbers.
#[derive(Debug)]
pub struct Channel {
    /// The name of Qiskit's function.
    pub name: &'static str,
    /// Its parameters in order, with their defaults; truth values are 0 and 1.
    pub parameters: &'static [(&'static str, Option<f64>)],
    make: fn(&[f64]) -> Result<QuantumError, AerError>,
}

macro_rules! channels {
    ($($function:ident($($parameter:ident $(= $default:literal)?),*);)*) => {
        /// Every error that is given by numbers.
        pub static CHANNELS: &[Channel] = &[$(Channel {
            name: stringify!($function),
            parameters: &[$((stringify!($parameter), channels!(@default $($default)?))),*],
            make: |values| match *values {
                [$($parameter),*] => $function($($parameter),*),
                _ => Err(invalid("An error got the wrong number of parameters.", &values.len())),
            },
        },)*];
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
}

// Qiskit's name(parameter = default, …)
channels! {
    depolarizing_error(param, num_qubits);
    thermal_relaxation_error(t1, t2, time, excited_state_population = 0.0);
    amplitude_damping_error(param_amp, excited_state_population = 0.0, canonical_kraus = 1.0);
    phase_damping_error(param_phase, canonical_kraus = 1.0);
    phase_amplitude_damping_error(param_amp, param_phase, excited_state_population = 0.0, canonical_kraus = 1.0);
    reset_error(prob0, prob1 = 0.0);
}

impl Channel {
    /// The row of a name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        CHANNELS.iter().find(|channel| channel.name == name)
    }

    /// Makes the error; there is a value for each parameter.
    pub fn make(&self, values: &[f64]) -> Result<QuantumError, AerError> {
        (self.make)(values)
    }
}

fn invalid(message: &str, found: &dyn std::fmt::Display) -> AerError {
    AerError::new(ErrorCode::InvalidParameter, message).found(found.to_string())
}

/// Checks that a number is in a range; NaN never is.
fn within(value: f64, least: f64, most: f64, message: &str) -> Result<(), AerError> {
    if value >= least && value <= most {
        return Ok(());
    }
    let expected = if most.is_finite() { format!("{least} to {most}") } else { format!("at least {least}") };
    Err(invalid(message, &value).expected(expected))
}

fn gate(gate: Gate) -> Instruction {
    Instruction::gate(gate, [], [0])
}

fn reset() -> Instruction {
    Instruction::new(Operation::Reset, [0])
}

/// `E(ρ) = (1 - param) ρ + param Tr[ρ] 1 / 2^n`, on `n = num_qubits`; `param` from 0 to `4^n / (4^n - 1)`.
pub fn depolarizing_error(param: f64, num_qubits: f64) -> Result<QuantumError, AerError> {
    if num_qubits.fract() != 0.0 || !(1.0..=8.0).contains(&num_qubits) {
        return Err(invalid("num_qubits must be a positive integer.", &num_qubits).expected("1 to 8"));
    }
    let num_qubits = num_qubits as usize;
    let terms = 1usize << (2 * num_qubits);
    let most = terms as f64 / (terms - 1) as f64;
    within(param, 0.0, most, &format!("Depolarizing parameter must be in between 0 and {most}."))?;
    let letter = |index: usize| [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z][index & 3];
    let term = |index: usize| {
        let letters: Vec<Pauli> = (0..num_qubits).rev().map(|place| letter(index >> (2 * place))).collect();
        (letters, if index == 0 { 1.0 - param / most } else { param / terms as f64 })
    };
    pauli_error((0..terms).map(term))
}

/// A mixture of Pauli strings, the leftmost letter of which acts on the last qubit; all of the same length.
pub fn pauli_error(terms: impl IntoIterator<Item = (Vec<Pauli>, f64)>) -> Result<QuantumError, AerError> {
    let mut branches: Vec<ErrorBranch> = Vec::new();
    let mut length = None;
    for (letters, probability) in terms {
        let expected = *length.get_or_insert(letters.len());
        if letters.len() != expected || expected == 0 {
            let message = "Pauli's are not all of the same length.";
            return Err(invalid(message, &letters.len()).expected(expected.max(1).to_string()));
        }
        let step = match *letters {
            [Pauli::I] => gate(Gate::Id),
            [Pauli::X] => gate(Gate::X),
            [Pauli::Y] => gate(Gate::Y),
            [Pauli::Z] => gate(Gate::Z),
            _ => Instruction::new(Operation::Pauli(letters.into()), 0..expected as Qubit),
        };
        branches.push(ErrorBranch { probability, instructions: vec![step] });
    }
    match length {
        None => Err(invalid("Input noise list is empty.", &"no Pauli string")),
        Some(length) => QuantumError::on(length as Qubit, branches),
    }
}

/// A mixture of unitary matrices of the same size.
pub fn mixed_unitary_error(terms: impl IntoIterator<Item = (Matrix, f64)>) -> Result<QuantumError, AerError> {
    let (mut branches, mut idle, mut size) = (Vec::new(), 0.0, None);
    for (matrix, probability) in terms {
        let num_qubits = *size.get_or_insert(qubits_of(&matrix)?);
        if qubits_of(&matrix)? != num_qubits {
            return Err(AerError::new(ErrorCode::InvalidMatrix, "Input matrices different size."));
        }
        // Checked with the rest of the error; what is nearly the identity is unitary.
        if matrix.distance(&Matrix::identity(matrix.rows())) <= 1e-8 {
            idle += probability;
        } else {
            let step = Instruction::new(Operation::Unitary(Box::new(matrix)), 0..num_qubits);
            branches.push(ErrorBranch { probability, instructions: vec![step] });
        }
    }
    let Some(num_qubits) = size else {
        return Err(invalid("Input noise list is empty.", &"no matrix"));
    };
    if idle > 0.0 {
        branches.push(ErrorBranch { probability: idle, instructions: vec![gate(Gate::Id)] });
    }
    QuantumError::on(num_qubits, branches)
}

/// A unitary matrix that always acts.
pub fn coherent_unitary_error(unitary: Matrix) -> Result<QuantumError, AerError> {
    mixed_unitary_error([(unitary, 1.0)])
}

/// A channel by its Kraus operators; with `canonical_kraus` by the fewest that do the same.
pub fn kraus_error(operators: Vec<Matrix>, canonical_kraus: bool) -> Result<QuantumError, AerError> {
    let Some(first) = operators.first() else {
        return Err(AerError::new(ErrorCode::InvalidMatrix, "Kraus error noise_ops must not be empty."));
    };
    let num_qubits = qubits_of(first)?;
    validate::kraus(&operators, num_qubits as usize)?;
    of_kraus(if canonical_kraus { kraus::canonical(&operators) } else { operators }, num_qubits)
}

/// An error of Kraus operators; a single one is a unitary matrix.
fn of_kraus(mut operators: Vec<Matrix>, num_qubits: u32) -> Result<QuantumError, AerError> {
    let operation = match operators.len() {
        1 => Operation::Unitary(Box::new(operators.swap_remove(0))),
        _ => Operation::Kraus(operators.into()),
    };
    let instructions = vec![Instruction::new(operation, 0..num_qubits)];
    QuantumError::on(num_qubits, vec![ErrorBranch { probability: 1.0, instructions }])
}

/// Number of qubits of a square matrix of size `2^n`.
fn qubits_of(matrix: &Matrix) -> Result<u32, AerError> {
    let (rows, columns) = (matrix.rows(), matrix.columns());
    if rows != columns || rows < 2 || !rows.is_power_of_two() {
        return Err(AerError::new(ErrorCode::InvalidMatrix, "A matrix of the error has the wrong size.")
            .found(format!("{rows} x {columns}"))
            .expected("2^n rows and columns"));
    }
    Ok(rows.ilog2())
}

/// With probability `prob0` the qubit becomes |0⟩, with `prob1` |1⟩.
pub fn reset_error(prob0: f64, prob1: f64) -> Result<QuantumError, AerError> {
    for probability in [prob0, prob1, prob0 + prob1] {
        within(probability, 0.0, 1.0, "Invalid reset probabilities.")?;
    }
    QuantumError::mixed([
        (vec![gate(Gate::Id)], 1.0 - prob0 - prob1),
        (vec![reset()], prob0),
        (vec![reset(), gate(Gate::X)], prob1),
    ])
}

fn check_population(population: f64) -> Result<(), AerError> {
    within(population, 0.0, 1.0, "Invalid excited state population.")
}

/// What a qubit suffers that waits for `time`, with relaxation times `t1` and `t2 <= 2 t1` in the same unit, which
/// may be infinite; in the end |1⟩ has probability `excited_state_population`. For `t2 <= t1` a mixture of Z and
/// resets.
pub fn thermal_relaxation_error(
    t1: f64,
    t2: f64,
    time: f64,
    excited_state_population: f64,
) -> Result<QuantumError, AerError> {
    check_population(excited_state_population)?;
    within(time, 0.0, f64::MAX, "Invalid gate_time.")?;
    within(t1, f64::MIN_POSITIVE, f64::INFINITY, "Invalid T_1 relaxation time parameter: T_1 <= 0.")?;
    within(t2, f64::MIN_POSITIVE, f64::INFINITY, "Invalid T_2 relaxation time parameter: T_2 <= 0.")?;
    let message = "Invalid T_2 relaxation time parameter: T_2 greater than 2 * T_1.";
    within(t2, f64::MIN_POSITIVE, 2.0 * t1, message)?;
    // expm1 keeps what is left of short times.
    let p_reset = -libm::expm1(-time / t1);
    let (p1, p0) = (excited_state_population, 1.0 - excited_state_population);
    if t2 > t1 {
        let coherence = libm::exp(-time / t2);
        let mut choi = Matrix::zeros(4, 4);
        for (row, column, value) in [
            (0, 0, 1.0 - p1 * p_reset),
            (1, 1, p1 * p_reset),
            (2, 2, p0 * p_reset),
            (3, 3, 1.0 - p0 * p_reset),
            (0, 3, coherence),
            (3, 0, coherence),
        ] {
            choi.set(row, column, Complex::from(value));
        }
        return of_kraus(kraus::from_choi(&choi), 1);
    }
    // Both rates are infinite where both times are, and then nothing happens.
    let dephasing = if t2.is_finite() { time * (1.0 / t2 - 1.0 / t1) } else { 0.0 };
    let p_z = (1.0 - p_reset) * -libm::expm1(-dephasing) / 2.0;
    let (p_reset0, p_reset1) = (p_reset * p0, p_reset * p1);
    QuantumError::mixed([
        (vec![gate(Gate::Id)], 1.0 - p_z - p_reset0 - p_reset1),
        (vec![gate(Gate::Z)], p_z),
        (vec![reset()], p_reset0),
        (vec![reset(), gate(Gate::X)], p_reset1),
    ])
}

/// Amplitude damping by `param_amp` towards |0⟩ or, as often as `excited_state_population`, |1⟩; and phase damping
/// by `param_phase`. Together they are at most 1.
pub fn phase_amplitude_damping_error(
    param_amp: f64,
    param_phase: f64,
    excited_state_population: f64,
    canonical_kraus: f64,
) -> Result<QuantumError, AerError> {
    within(param_amp, 0.0, f64::MAX, "Invalid amplitude damping to |0> parameter.")?;
    within(param_phase, 0.0, f64::MAX, "Invalid phase damping parameter.")?;
    within(param_amp + param_phase, 0.0, 1.0, "Invalid amplitude and phase damping parameters.")?;
    check_population(excited_state_population)?;
    let kept = (1.0 - param_amp - param_phase).max(0.0).sqrt();
    let (amp, phase) = (param_amp.sqrt(), param_phase.sqrt());
    let (down, up) = ((1.0 - excited_state_population).sqrt(), excited_state_population.sqrt());
    let operators = [
        (down, [[1.0, 0.0], [0.0, kept]]),
        (down, [[0.0, amp], [0.0, 0.0]]),
        (down, [[0.0, 0.0], [0.0, phase]]),
        (up, [[kept, 0.0], [0.0, 1.0]]),
        (up, [[0.0, 0.0], [amp, 0.0]]),
        (up, [[phase, 0.0], [0.0, 0.0]]),
    ];
    let matrix = |(factor, rows): (f64, [[f64; 2]; 2])| {
        Matrix::square(rows.map(|row| row.map(|entry| Complex::from(factor * entry))))
    };
    let large = |matrix: &Matrix| matrix.entries().iter().map(Complex::norm_sqr).sum::<f64>().sqrt() > 1e-10;
    kraus_error(operators.into_iter().map(matrix).filter(large).collect(), canonical_kraus != 0.0)
}

/// Amplitude damping alone: see [`phase_amplitude_damping_error`].
pub fn amplitude_damping_error(
    param_amp: f64,
    excited_state_population: f64,
    canonical_kraus: f64,
) -> Result<QuantumError, AerError> {
    phase_amplitude_damping_error(param_amp, 0.0, excited_state_population, canonical_kraus)
}

/// Phase damping alone: see [`phase_amplitude_damping_error`].
pub fn phase_damping_error(param_phase: f64, canonical_kraus: f64) -> Result<QuantumError, AerError> {
    phase_amplitude_damping_error(0.0, param_phase, 0.0, canonical_kraus)
}
