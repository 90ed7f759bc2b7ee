//! Every structural check of a circuit, once, for every front end.
//!
//! [`instruction`] checks one instruction against the sizes of its circuit; [`circuit`] checks all of them
//! and what holds between them. A builder calls the first as instructions are appended, a parser the second
//! when it is done. What left a front end is valid.

use super::control_flow::{self, ControlFlow};
use super::operation::{SaveKind, Store};
use super::{Circuit, Expr, Gate, Instruction, MAX_BITS, Operation, Type};
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
            return Err(duplicate_key(&save.label).at_instruction(index, step.operation.name()));
        }
        if let Operation::ControlFlow(flow) = &step.operation
            && let Some(label) = repeated_save(flow, &mut labels)
        {
            return Err(duplicate_key(label).at_instruction(index, step.operation.name()));
        }
    }
    jumps(circuit)?;
    variables(circuit)
}

/// The label of a save instruction within blocks that stands twice in the circuit.
fn repeated_save<'a>(
    flow: &'a ControlFlow,
    labels: &mut std::collections::HashSet<&'a str>,
) -> Option<&'a str> {
    flow.blocks().into_iter().flatten().find_map(|step| match &step.operation {
        Operation::Save(save) => (!labels.insert(&save.label)).then_some(save.label.as_str()),
        Operation::ControlFlow(flow) => repeated_save(flow, labels),
        _ => None,
    })
}

fn duplicate_key(label: &str) -> AerError {
    AerError::new(ErrorCode::DuplicateKey, format!("Duplicate key \"{label}\" in save instruction."))
        .hint("Give each save instruction of a circuit its own label.")
}

/// Checks that each jump has one mark. The sentences are Aer's.
fn jumps(circuit: &Circuit) -> Result<(), AerError> {
    let steps = || circuit.instructions.iter().enumerate();
    let mut marks = std::collections::HashSet::new();
    for (index, step) in steps() {
        if let Operation::Mark(label) = &step.operation
            && !marks.insert(&**label)
        {
            let message = format!("Duplicated mark destination:\"{label}\".");
            return Err(AerError::new(ErrorCode::SemanticError, message).at_instruction(index, "mark"));
        }
    }
    for (index, step) in steps() {
        if let Operation::Jump(label) = &step.operation
            && !marks.contains(&**label)
        {
            let message = format!("Invalid jump destination:\"{label}\".");
            return Err(AerError::new(ErrorCode::SemanticError, message)
                .expected("the label of a mark")
                .at_instruction(index, "jump"));
        }
    }
    Ok(())
}

fn variables(circuit: &Circuit) -> Result<(), AerError> {
    let mut names = std::collections::HashSet::new();
    for variable in &circuit.variables {
        variable.slot.rebuilt(circuit.num_register_bits)?;
        if !names.insert(variable.name.as_str()) {
            let message = format!("Two classical variables have the name `{}`.", variable.name);
            return Err(AerError::new(ErrorCode::DuplicateKey, message));
        }
    }
    Ok(())
}

/// Checks an expression; see [`Expr::rebuilt`].
fn expression(expression: &Expr, circuit: &Circuit) -> Result<(), AerError> {
    expression.rebuilt(circuit.num_register_bits).map(|_| ())
}

/// What a block stands in.
#[derive(Clone, Copy)]
struct Around {
    depth: u32,
    loops: u32,
}

/// Checks control flow on `qubits` with its blocks.
fn control_flow(flow: &ControlFlow, own: &[u32], circuit: &Circuit, around: Around) -> Result<(), AerError> {
    if around.depth >= control_flow::MAX_DEPTH {
        return Err(control_flow::too_deep());
    }
    let mut inner = Around { depth: around.depth + 1, ..around };
    match flow {
        ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
            expression(condition, circuit)?;
            if condition.ty != Type::Bool {
                return Err(AerError::new(ErrorCode::InvalidConditional, "A condition is no truth value.")
                    .found(condition.ty.to_string())
                    .expected("bool"));
            }
        }
        ControlFlow::Switch { target, cases, .. } => {
            expression(target, circuit)?;
            if !target.ty.is_integer() {
                return Err(AerError::new(ErrorCode::SemanticError, "The target of a switch is no integer.")
                    .found(target.ty.to_string())
                    .expected("bool, bits, uint or int"));
            }
            let mut seen = std::collections::HashSet::new();
            if let Some(value) =
                cases.iter().flat_map(|(values, _)| values).find(|value| !seen.insert(**value))
            {
                return Err(AerError::new(
                    ErrorCode::SemanticError,
                    "Two cases of a switch have the same value.",
                )
                .found(value.to_string()));
            }
        }
        ControlFlow::Break { outer } | ControlFlow::Continue { outer } if *outer >= around.loops => {
            return Err(control_flow::outside_loop(flow, *outer, around.loops));
        }
        _ => {}
    }
    if matches!(flow, ControlFlow::While { .. } | ControlFlow::For { .. } | ControlFlow::Sequence(_)) {
        inner.loops += 1;
    }
    let mut sorted: super::Qubits = own.into();
    sorted.sort_unstable();
    for step in flow.blocks().into_iter().flatten() {
        within(step, circuit, inner)?;
        if let Some(qubit) = step.qubits.iter().find(|qubit| sorted.binary_search(qubit).is_err()) {
            return Err(AerError::new(
                ErrorCode::QubitCount,
                format!("\"{}\" does not name all qubits of its blocks.", flow.name()),
            )
            .found(format!("qubit {qubit} in \"{}\"", step.operation.name()))
            .expected("every qubit of the blocks among those of the instruction"));
        }
    }
    Ok(())
}

/// Checks one instruction of a block.
fn within(step: &Instruction, circuit: &Circuit, around: Around) -> Result<(), AerError> {
    match &step.operation {
        Operation::ControlFlow(flow) => {
            shape(step, circuit)?;
            control_flow(flow, &step.qubits, circuit, around)
        }
        Operation::Jump(_) | Operation::Mark(_) => Err(AerError::new(
            ErrorCode::SemanticError,
            format!("\"{}\" cannot stand in a block.", step.operation.name()),
        )),
        _ => instruction(step, circuit),
    }
}

/// Checks qubits and condition.
fn shape(step: &Instruction, circuit: &Circuit) -> Result<(), AerError> {
    qubits(&step.qubits, circuit.num_qubits)?;
    step.condition.map_or(Ok(()), |bit| bits("register", &[bit], circuit.num_register_bits))
}

/// Checks how many parameters and qubits a gate has.
fn gate_shape(gate: Gate, parameters: usize, count: usize) -> Result<(), AerError> {
    let spec = gate.spec();
    if parameters != spec.parameters.len() {
        return Err(parameter_count(spec.name, parameters, spec.parameters));
    }
    match spec.num_qubits() {
        Some(expected) if expected != count => Err(qubit_count(spec.name, count, &expected.to_string())),
        None if count < spec.targets => {
            Err(qubit_count(spec.name, count, &format!("at least {}", spec.targets)))
        }
        _ => Ok(()),
    }
}

fn computed_gate(gate: Gate, parameters: &[Expr], count: usize, circuit: &Circuit) -> Result<(), AerError> {
    gate_shape(gate, parameters.len(), count)?;
    for (parameter, name) in parameters.iter().zip(gate.spec().parameters) {
        expression(parameter, circuit)?;
        if parameter.ty == Type::Complex {
            return Err(AerError::new(
                ErrorCode::InvalidParameter,
                format!("Parameter {name} is no real number."),
            )
            .found(parameter.ty.to_string()));
        }
    }
    Ok(())
}

fn store(store: &Store, circuit: &Circuit) -> Result<(), AerError> {
    store.target.rebuilt(circuit.num_register_bits)?;
    expression(&store.value, circuit)?;
    if store.target.ty == store.value.ty {
        return Ok(());
    }
    Err(AerError::new(ErrorCode::SemanticError, "A value has another type than the place it is stored in.")
        .found(store.value.ty.to_string())
        .expected(store.target.ty.to_string()))
}

/// Checks one instruction against the sizes of `circuit`. The error does not yet name the instruction.
pub fn instruction(step: &Instruction, circuit: &Circuit) -> Result<(), AerError> {
    shape(step, circuit)?;
    let count = step.qubits.len();
    match &step.operation {
        Operation::Gate(gate, parameters) => {
            gate_shape(*gate, parameters.len(), count)?;
            match parameters.iter().zip(gate.spec().parameters).find(|(value, _)| !value.is_finite()) {
                Some((value, name)) => Err(not_finite(&format!("parameter {name}"), *value)),
                None => Ok(()),
            }
        }
        Operation::ComputedGate(gate, parameters) => computed_gate(*gate, parameters, count, circuit),
        Operation::ControlFlow(flow) => {
            control_flow(flow, &step.qubits, circuit, Around { depth: 0, loops: 0 })
        }
        Operation::Store(assignment) => store(assignment, circuit),
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
            match &save.kind {
                SaveKind::Statevector => whole(save.kind.name(), count, circuit.num_qubits),
                SaveKind::Variable(slot) => slot.rebuilt(circuit.num_register_bits).map(|_| ()),
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
