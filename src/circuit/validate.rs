//! Every structural check of a circuit, once, for every front end.
//!
//! [`instruction`] checks one instruction against the sizes of its circuit; [`circuit`] checks all of them
//! and what holds between them. A builder calls the first as instructions are appended, a parser the second
//! when it is done. What left a front end is valid.

use super::operation::SaveKind;
use super::{Circuit, Instruction, MAX_BITS, Operation};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};

/// Largest deviation from unitarity that is accepted, entry by entry (Aer's 1e-7).
pub const UNITARY_TOLERANCE: f64 = 1e-7;

/// Largest deviation of a state's norm from 1 that is accepted.
pub const NORM_TOLERANCE: f64 = 1e-7;

/// Checks a whole circuit.
pub fn circuit(circuit: &Circuit) -> Result<(), AerError> {
    if !circuit.global_phase.is_finite() {
        return Err(not_finite("the global phase", circuit.global_phase));
    }
    for (what, size, code) in [
        ("qubits", circuit.num_qubits, ErrorCode::QubitOutOfRange),
        ("memory bits", circuit.num_clbits, ErrorCode::ClbitOutOfRange),
        ("register bits", circuit.num_register_bits, ErrorCode::ClbitOutOfRange),
    ] {
        if size > MAX_BITS {
            return Err(AerError::new(code, format!("The circuit has too many {what}."))
                .found(size.to_string())
                .expected(format!("at most {MAX_BITS}")));
        }
    }
    let mut labels = std::collections::HashSet::new();
    for (index, step) in circuit.instructions.iter().enumerate() {
        instruction(step, circuit).map_err(|e| e.at_instruction(index, step.operation.name()))?;
        if let Operation::Save(save) = &step.operation
            && !labels.insert(save.label.as_str())
        {
            return Err(AerError::new(
                ErrorCode::DuplicateKey,
                format!("Duplicate key \"{}\" in save instruction.", save.label),
            )
            .hint("Give each save instruction of a circuit its own label.")
            .at_instruction(index, step.operation.name()));
        }
    }
    Ok(())
}

/// Checks one instruction against the sizes of `circuit`. The error does not yet name the instruction.
pub fn instruction(step: &Instruction, circuit: &Circuit) -> Result<(), AerError> {
    qubits(&step.qubits, circuit.num_qubits)?;
    if let Some(bit) = step.condition {
        bits("register", &[bit], circuit.num_register_bits)?;
    }
    let count = step.qubits.len();
    match &step.operation {
        Operation::Gate(gate, parameters) => {
            let spec = gate.spec();
            if parameters.len() != spec.parameters.len() {
                return Err(parameter_count(spec.name, parameters.len(), spec.parameters));
            }
            if let Some(bad) = parameters.iter().position(|p| !p.is_finite()) {
                return Err(not_finite(&format!("parameter {}", spec.parameters[bad]), parameters[bad]));
            }
            match spec.num_qubits() {
                Some(expected) if expected != count => {
                    Err(qubit_count(spec.name, count, &expected.to_string()))
                }
                None if count < spec.targets => {
                    Err(qubit_count(spec.name, count, &format!("at least {}", spec.targets)))
                }
                _ => Ok(()),
            }
        }
        Operation::Unitary(matrix) => unitary(matrix, count),
        Operation::Pauli(letters) if letters.len() != count => {
            Err(AerError::new(ErrorCode::InvalidParameter, "A Pauli string needs one letter per qubit.")
                .found(format!("{} letters", letters.len()))
                .expected(count.to_string()))
        }
        Operation::Delay(duration) if !duration.is_finite() => Err(not_finite("the duration", *duration)),
        Operation::Initialize(amplitudes) => state(amplitudes, count),
        Operation::SetStatevector(amplitudes) => {
            whole("set_statevector", count, circuit.num_qubits)?;
            state(amplitudes, count)
        }
        Operation::Measure(measure) => {
            for (what, list, size) in [
                ("memory", &measure.memory, circuit.num_clbits),
                ("register", &measure.register, circuit.num_register_bits),
            ] {
                if !list.is_empty() && list.len() != count {
                    return Err(AerError::new(
                        ErrorCode::InvalidParameter,
                        format!("A measurement needs as many {what} bits as qubits."),
                    )
                    .found(list.len().to_string())
                    .expected(count.to_string()));
                }
                bits(what, list, size)?;
            }
            Ok(())
        }
        Operation::BooleanFunction(function) => {
            bits("register", &[function.register], circuit.num_register_bits)?;
            let read = function.comparison.mask.highest();
            bits("register", &read.into_iter().collect::<Vec<_>>(), circuit.num_register_bits)?;
            function.memory.map_or(Ok(()), |bit| bits("memory", &[bit], circuit.num_clbits))
        }
        Operation::Save(save) => {
            if !save.kind.subtypes().contains(&save.subtype) {
                let allowed: Vec<&str> = save.kind.subtypes().iter().map(|subtype| subtype.name()).collect();
                return Err(AerError::new(
                    ErrorCode::InvalidParameter,
                    format!("\"{}\" cannot be combined over shots in this way.", save.kind.name()),
                )
                .found(format!("subtype \"{}\"", save.subtype.name()))
                .expected(allowed.join(", ")));
            }
            match save.kind {
                SaveKind::Statevector => whole(save.kind.name(), count, circuit.num_qubits),
                _ => Ok(()),
            }
        }
        Operation::Pauli(_) | Operation::Delay(_) | Operation::Barrier | Operation::Reset => Ok(()),
        _ => Ok(()),
    }
}

/// The error of a gate that got `found` parameters.
pub fn parameter_count(name: &str, found: usize, parameters: &[&str]) -> AerError {
    let expected = match parameters.len() {
        0 => "none".to_owned(),
        n => format!("{n} ({})", parameters.join(", ")),
    };
    AerError::new(ErrorCode::ParameterCount, format!("Gate \"{name}\" got the wrong number of parameters."))
        .found(found.to_string())
        .expected(expected)
}

/// The error of an instruction that got `found` qubits.
pub fn qubit_count(name: &str, found: usize, expected: &str) -> AerError {
    AerError::new(ErrorCode::QubitCount, format!("\"{name}\" got the wrong number of qubits."))
        .found(found.to_string())
        .expected(expected)
}

/// Checks that qubits are in range and different.
pub fn qubits(qubits: &[u32], num_qubits: u32) -> Result<(), AerError> {
    for qubit in qubits {
        if *qubit >= num_qubits {
            return Err(AerError::new(ErrorCode::QubitOutOfRange, format!("Qubit {qubit} is out of range."))
                .found(format!("qubit {qubit}"))
                .expected(below(num_qubits, "qubit")));
        }
    }
    let mut sorted: super::Qubits = qubits.into();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => {
            Err(AerError::new(ErrorCode::DuplicateQubit, format!("Qubit {} stands twice.", pair[0]))
                .expected("different qubits"))
        }
    }
}

fn bits(what: &str, bits: &[u32], size: u32) -> Result<(), AerError> {
    match bits.iter().find(|bit| **bit >= size) {
        None => Ok(()),
        Some(bit) => Err(AerError::new(
            ErrorCode::ClbitOutOfRange,
            format!("Classical {what} bit {bit} is out of range."),
        )
        .found(format!("bit {bit}"))
        .expected(below(size, "bit"))),
    }
}

fn below(size: u32, what: &str) -> String {
    match size {
        0 => format!("none, as the circuit has no {what}s"),
        n => format!("0 to {}", n - 1),
    }
}

fn not_finite(what: &str, value: f64) -> AerError {
    AerError::new(ErrorCode::InvalidParameter, format!("The value of {what} is not a finite number."))
        .found(value.to_string())
        .expected("a finite number")
}

fn whole(name: &str, count: usize, num_qubits: u32) -> Result<(), AerError> {
    if count == num_qubits as usize {
        return Ok(());
    }
    Err(qubit_count(name, count, &format!("all {num_qubits} qubits of the circuit")))
}

fn unitary(matrix: &Matrix, num_qubits: usize) -> Result<(), AerError> {
    let size = 1usize.checked_shl(num_qubits as u32).unwrap_or(usize::MAX);
    let invalid = |message: &str| AerError::new(ErrorCode::InvalidMatrix, message);
    if num_qubits == 0 || matrix.rows() != size || matrix.columns() != size {
        return Err(invalid("The matrix has the wrong size.")
            .found(format!("{} x {}", matrix.rows(), matrix.columns()))
            .expected(format!("{size} x {size} for {num_qubits} qubits")));
    }
    if matrix.entries().iter().any(|x| !x.re.is_finite() || !x.im.is_finite()) {
        return Err(invalid("The matrix has an entry that is not finite."));
    }
    let error = matrix.unitarity_error();
    if error > UNITARY_TOLERANCE {
        return Err(invalid("\"unitary\" matrix is not unitary.")
            .found(format!("a deviation of {error:.2e}"))
            .expected(format!("at most {UNITARY_TOLERANCE:e}")));
    }
    Ok(())
}

fn state(amplitudes: &[Complex], num_qubits: usize) -> Result<(), AerError> {
    let size = 1usize.checked_shl(num_qubits as u32).unwrap_or(usize::MAX);
    let invalid = |message: &str| AerError::new(ErrorCode::InvalidState, message);
    if amplitudes.len() != size {
        return Err(invalid("The state has the wrong number of amplitudes.")
            .found(amplitudes.len().to_string())
            .expected(format!("{size} for {num_qubits} qubits")));
    }
    let norm: f64 = amplitudes.iter().map(Complex::norm_sqr).sum();
    if !norm.is_finite() || (norm - 1.0).abs() > NORM_TOLERANCE {
        return Err(invalid("The state is not normalised.")
            .found(format!("a squared norm of {norm}"))
            .expected("1"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
