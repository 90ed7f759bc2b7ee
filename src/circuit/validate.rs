//! Every structural check of a circuit, once, for every front end.
//!
//! [`instruction`] checks one instruction against the sizes of its circuit; [`circuit`] checks all of them
//! and what holds between them. A builder calls the first as instructions are appended, a parser the second
//! when it is done. What left a front end is valid.

use super::control_flow::{self, ControlFlow};
use super::operation::{QuantumError, ReadoutError, Save, SaveKind, SetState, Store};
use super::{Circuit, Expr, Gate, Instruction, MAX_BITS, Operation, Type};
use crate::error::{AerError, ErrorCode};
use crate::linalg::{Complex, Matrix};
use serde_json::Value as Json;

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
    for (index, step) in circuit.instructions.iter().enumerate() {
        instruction(step, circuit).map_err(|e| e.at_instruction(index, step.operation.name()))?;
    }
    labels(circuit)?;
    jumps(circuit)?;
    variables(circuit)
}

/// Checks that no two save instructions have one label, blocks included.
#[inline(never)]
pub fn labels(circuit: &Circuit) -> Result<(), AerError> {
    let mut labels = std::collections::HashSet::new();
    circuit.instructions.iter().enumerate().try_for_each(|(index, step)| match repeated(step, &mut labels) {
        None => Ok(()),
        Some(label) => Err(AerError::new(
            ErrorCode::DuplicateKey,
            format!("Duplicate key \"{label}\" in save instruction."),
        )
        .hint("Give each save instruction of a circuit its own label.")
        .at_instruction(index, step.operation.name())),
    })
}

/// The label of a save instruction that another had before.
#[inline(never)]
fn repeated<'a>(step: &'a Instruction, labels: &mut std::collections::HashSet<&'a str>) -> Option<&'a str> {
    match &step.operation {
        Operation::Save(save) => (!labels.insert(&save.label)).then_some(save.label.as_str()),
        Operation::ControlFlow(flow) => {
            flow.blocks().into_iter().flatten().find_map(|step| repeated(step, labels))
        }
        _ => None,
    }
}

/// Checks that each jump has one mark. The sentences are Aer's.
#[inline(never)]
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

#[inline(never)]
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
#[inline(never)]
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
#[inline(never)]
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
#[inline(never)]
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
#[inline(never)]
fn shape(step: &Instruction, circuit: &Circuit) -> Result<(), AerError> {
    qubits(&step.qubits, circuit.num_qubits)?;
    step.condition.map_or(Ok(()), |bit| bits("register", &[bit], circuit.num_register_bits))
}

/// Checks how many parameters and qubits a gate has.
#[inline(never)]
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

#[inline(never)]
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

#[inline(never)]
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

/// Checks a quantum error on `count` qubits: probabilities that sum to 1, and instructions that are valid by themselves.
#[inline(never)]
pub fn quantum_error(error: &QuantumError, count: usize) -> Result<(), AerError> {
    let probabilities = || error.branches.iter().map(|branch| branch.probability);
    let total: f64 = probabilities().sum();
    if probabilities().any(|p| !(0.0..=1.0 + PROBABILITY_TOLERANCE).contains(&p))
        || (total - 1.0).abs() > PROBABILITY_TOLERANCE
    {
        return Err(AerError::new(
            ErrorCode::InvalidParameter,
            "QuantumError: invalid probability vector total",
        )
        .found(total.to_string())
        .expected("probabilities from 0 to 1 whose sum is 1"));
    }
    let alone = Circuit::new(count as u32, 0);
    error.branches.iter().flat_map(|branch| &branch.instructions).try_for_each(|step| match step.operation {
        Operation::Gate(..)
        | Operation::Unitary(_)
        | Operation::Diagonal(_)
        | Operation::Multiplexer(_)
        | Operation::Kraus(_)
        | Operation::Superoperator(_)
        | Operation::Pauli(_)
        | Operation::Delay(_)
        | Operation::Barrier
        | Operation::Reset => instruction(step, &alone),
        _ => Err(AerError::new(
            ErrorCode::InvalidParameter,
            format!("\"{}\" cannot be part of a quantum error.", step.operation.name()),
        )),
    })
}

/// How far the sum of probabilities may be from 1 (Aer's).
pub const PROBABILITY_TOLERANCE: f64 = 1e-8;

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
        _ => other_instruction(step, circuit),
    }
}

/// As [`instruction`], of whatever is no gate.
#[inline(never)]
fn other_instruction(step: &Instruction, circuit: &Circuit) -> Result<(), AerError> {
    let count = step.qubits.len();
    match &step.operation {
        Operation::ComputedGate(gate, parameters) => computed_gate(*gate, parameters, count, circuit),
        Operation::ControlFlow(flow) => {
            control_flow(flow, &step.qubits, circuit, Around { depth: 0, loops: 0 })
        }
        Operation::Store(assignment) => store(assignment, circuit),
        Operation::Unitary(matrix) => unitary("unitary", matrix, count),
        Operation::Diagonal(entries) => diagonal(entries, count),
        Operation::Multiplexer(matrices) => multiplexer(matrices, count),
        Operation::Kraus(matrices) => kraus(matrices, count),
        Operation::QuantumError(error) => quantum_error(error, count),
        Operation::Superoperator(matrix) => square("superop", matrix, power(2, count), count),
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
        Operation::SetState(set) => {
            whole(set.name(), count, circuit.num_qubits)?;
            set_state(set, count)
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
        Operation::ReadoutError(error) => {
            bits("memory", &error.memory, circuit.num_clbits)?;
            bits("register", &error.register, circuit.num_register_bits)?;
            readout_error(error)
        }
        Operation::Save(save) => self::save(save, count, circuit),
        // Gates have been checked.
        Operation::Gate(..)
        | Operation::Pauli(_)
        | Operation::Delay(_)
        | Operation::Barrier
        | Operation::Reset
        | Operation::QuantumErrorLocation
        | Operation::NoiseSwitch(_)
        | Operation::Jump(_)
        | Operation::Mark(_) => Ok(()),
    }
}

/// The error of a gate that got `found` parameters.
#[inline(never)]
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
#[inline(never)]
pub fn qubit_count(name: &str, found: usize, expected: &str) -> AerError {
    AerError::new(ErrorCode::QubitCount, format!("\"{name}\" got the wrong number of qubits."))
        .found(found.to_string())
        .expected(expected)
}

/// Checks that qubits are in range and different.
#[inline(never)]
pub fn qubits(qubits: &[u32], num_qubits: u32) -> Result<(), AerError> {
    for qubit in qubits {
        if *qubit >= num_qubits {
            return Err(AerError::new(ErrorCode::QubitOutOfRange, format!("Qubit {qubit} is out of range."))
                .found(format!("qubit {qubit}"))
                .expected(below(num_qubits, "qubit")));
        }
    }
    // Nearly all there are.
    if qubits.len() == 1 || qubits.len() == 2 && qubits[0] != qubits[1] {
        return Ok(());
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

#[inline(never)]
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

#[inline(never)]
fn below(size: u32, what: &str) -> String {
    match size {
        0 => format!("none, as the circuit has no {what}s"),
        n => format!("0 to {}", n - 1),
    }
}

#[inline(never)]
fn not_finite(what: &str, value: f64) -> AerError {
    AerError::new(ErrorCode::InvalidParameter, format!("The value of {what} is not a finite number."))
        .found(value.to_string())
        .expected("a finite number")
}

#[inline(never)]
fn whole(name: &str, count: usize, num_qubits: u32) -> Result<(), AerError> {
    if count == num_qubits as usize {
        return Ok(());
    }
    Err(qubit_count(name, count, &format!("all {num_qubits} qubits of the circuit")))
}

/// `2^(factor * num_qubits)`, the most there is if that is more.
fn power(factor: usize, num_qubits: usize) -> usize {
    let bits = u32::try_from(factor.saturating_mul(num_qubits)).unwrap_or(u32::MAX);
    1usize.checked_shl(bits).unwrap_or(usize::MAX)
}

#[inline(never)]
fn invalid_matrix(message: impl Into<String>) -> AerError {
    AerError::new(ErrorCode::InvalidMatrix, message)
}

fn finite(value: &Complex) -> bool {
    value.re.is_finite() && value.im.is_finite()
}

/// A matrix of `size` finite rows and columns.
#[inline(never)]
fn square(name: &str, matrix: &Matrix, size: usize, num_qubits: usize) -> Result<(), AerError> {
    if num_qubits == 0 || matrix.rows() != size || matrix.columns() != size {
        return Err(invalid_matrix(format!("\"{name}\" matrix is wrong size."))
            .found(format!("{} x {}", matrix.rows(), matrix.columns()))
            .expected(format!("{size} x {size} for {num_qubits} qubits")));
    }
    if !matrix.entries().iter().all(finite) {
        return Err(invalid_matrix(format!("\"{name}\" matrix has an entry that is not finite.")));
    }
    Ok(())
}

#[inline(never)]
fn within_tolerance(message: impl Into<String>, error: f64) -> Result<(), AerError> {
    // Written so that NaN, of entries whose squares overflow, is refused.
    if error <= UNITARY_TOLERANCE {
        return Ok(());
    }
    Err(invalid_matrix(message)
        .found(format!("a deviation of {error:.2e}"))
        .expected(format!("at most {UNITARY_TOLERANCE:e}")))
}

#[inline(never)]
fn unitary(name: &str, matrix: &Matrix, num_qubits: usize) -> Result<(), AerError> {
    square(name, matrix, power(1, num_qubits), num_qubits)?;
    within_tolerance(format!("\"{name}\" matrix is not unitary."), matrix.unitarity_error())
}

#[inline(never)]
fn diagonal(entries: &[Complex], num_qubits: usize) -> Result<(), AerError> {
    let size = power(1, num_qubits);
    if num_qubits == 0 || entries.len() != size {
        return Err(invalid_matrix("\"diagonal\" matrix is wrong size.")
            .found(format!("{} entries", entries.len()))
            .expected(format!("{size} for {num_qubits} qubits")));
    }
    entries.iter().try_for_each(|entry| {
        within_tolerance("\"diagonal\" matrix is not unitary.", (entry.norm() - 1.0).abs())
    })
}

#[inline(never)]
fn multiplexer(matrices: &[Matrix], num_qubits: usize) -> Result<(), AerError> {
    let controls = matrices.len().checked_ilog2().unwrap_or(0) as usize;
    if !matrices.len().is_power_of_two() || controls >= num_qubits {
        return Err(invalid_matrix("\"multiplexer\" has a wrong number of matrices.")
            .found(matrices.len().to_string())
            .expected(format!("one for each value of the controls, at most {}", power(1, num_qubits) / 2)));
    }
    matrices.iter().try_for_each(|matrix| unitary("multiplexer", matrix, num_qubits - controls))
}

/// Checks Kraus operators on so many qubits: their size, and that together they keep the trace.
#[inline(never)]
pub fn kraus(matrices: &[Matrix], num_qubits: usize) -> Result<(), AerError> {
    if matrices.is_empty() {
        return Err(invalid_matrix("\"kraus\" has no matrices.").expected("at least 1"));
    }
    let size = power(1, num_qubits);
    matrices.iter().try_for_each(|matrix| square("kraus", matrix, size, num_qubits))?;
    let mut sum = Matrix::zeros(size, size);
    for matrix in matrices {
        let Some(term) = matrix.adjoint().product(matrix) else { continue };
        for row in 0..size {
            for column in 0..size {
                sum.set(row, column, sum.at(row, column) + term.at(row, column));
            }
        }
    }
    within_tolerance("\"kraus\" matrices are not trace preserving.", sum.distance(&Matrix::identity(size)))
}

#[inline(never)]
fn set_state(set: &SetState, num_qubits: usize) -> Result<(), AerError> {
    let invalid = |message: &str| AerError::new(ErrorCode::InvalidState, message);
    match set {
        SetState::DensityMatrix(matrix) => {
            square(set.name(), matrix, power(1, num_qubits), num_qubits)?;
            let trace: Complex = (0..matrix.rows()).map(|i| matrix.at(i, i)).sum();
            if (trace - Complex::ONE).norm() > NORM_TOLERANCE {
                return Err(invalid("The trace of the density matrix is not 1.").found(trace.to_string()));
            }
            within_tolerance("The density matrix is not Hermitian.", matrix.distance(&matrix.adjoint()))
        }
        SetState::Unitary(matrix) => unitary(set.name(), matrix, num_qubits),
        SetState::Superoperator(matrix) => square(set.name(), matrix, power(2, num_qubits), num_qubits),
        SetState::Stabilizer(value) => {
            let generators = |key: &str| value.get(key).and_then(Json::as_array).map(Vec::len);
            if ["stabilizer", "destabilizer"].iter().all(|key| generators(key) == Some(num_qubits)) {
                return Ok(());
            }
            Err(invalid("The stabilizer state has the wrong shape.")
                .expected(format!("\"stabilizer\" and \"destabilizer\", {num_qubits} Pauli strings each")))
        }
        SetState::MatrixProductState(value) => {
            let length = |part: usize| value.get(part).and_then(Json::as_array).map(Vec::len);
            if (length(0), length(1)) == (Some(num_qubits), Some(num_qubits.saturating_sub(1))) {
                return Ok(());
            }
            Err(invalid("The matrix product state has the wrong shape.")
                .expected(format!("[tensors of {num_qubits} qubits, lambdas of the bonds between]")))
        }
    }
}

#[inline(never)]
fn readout_error(error: &ReadoutError) -> Result<(), AerError> {
    let invalid = |message: &str| AerError::new(ErrorCode::InvalidParameter, message);
    let count = error.memory.len();
    if count == 0 || (!error.register.is_empty() && error.register.len() != count) {
        return Err(invalid("A readout error needs memory bits, and as many register bits or none.")
            .found(format!("{count} memory bits, {} register bits", error.register.len())));
    }
    let size = power(1, count);
    if error.probabilities.len() != size || error.probabilities.iter().any(|row| row.len() != size) {
        return Err(invalid("The table of the readout error has the wrong size.")
            .found(format!("{} rows", error.probabilities.len()))
            .expected(format!("{size} rows of {size} probabilities")));
    }
    // They are few, or the table would be larger than anything.
    for places in [&error.memory, &error.register] {
        if (1..places.len()).any(|i| places[..i].contains(&places[i])) {
            return Err(invalid("A bit of the readout error stands twice.").expected("different bits"));
        }
    }
    for (value, row) in error.probabilities.iter().enumerate() {
        let sum: f64 = row.iter().sum();
        let probable = row.iter().all(|p| *p >= -NORM_TOLERANCE && p.is_finite());
        if !probable || (sum - 1.0).abs() > NORM_TOLERANCE {
            return Err(invalid("A row of the readout error is no distribution.")
                .found(format!("row {value}, with a sum of {sum}"))
                .expected("probabilities that add up to 1"));
        }
    }
    Ok(())
}

/// Labels that would hide what was measured.
const RESERVED_LABELS: [&str; 2] = ["counts", "memory"];

#[inline(never)]
fn save(save: &Save, count: usize, circuit: &Circuit) -> Result<(), AerError> {
    let num_qubits = circuit.num_qubits;
    let name = save.kind.name();
    let invalid = |message: String| AerError::new(ErrorCode::InvalidParameter, message);
    if save.label.is_empty() || RESERVED_LABELS.contains(&save.label.as_str()) {
        return Err(invalid("This cannot be the label of a save instruction.".into())
            .found(format!("\"{}\"", save.label))
            .expected("a text other than \"counts\" and \"memory\""));
    }
    if !save.kind.subtypes().contains(&save.subtype) {
        let allowed: Vec<&str> = save.kind.subtypes().iter().map(|subtype| subtype.name()).collect();
        return Err(invalid(format!("\"{name}\" cannot be combined over shots in this way."))
            .found(format!("subtype \"{}\"", save.subtype.name()))
            .expected(allowed.join(", ")));
    }
    match &save.kind {
        SaveKind::Probabilities | SaveKind::ProbabilitiesDict | SaveKind::DensityMatrix => {
            some(name, count, num_qubits)
        }
        SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
            some(name, count, num_qubits)?;
            for term in terms {
                if term.letters.len() != count {
                    return Err(invalid(format!(
                        "Invalid expectation value save instruction \"{name}\" (Pauli label does not match qubit number)."
                    ))
                    .found(format!("{} letters", term.letters.len()))
                    .expected(count.to_string()));
                }
                if let Some(bad) = [term.coefficient, term.squared].into_iter().find(|x| !x.is_finite()) {
                    return Err(not_finite("a coefficient", bad));
                }
            }
            Ok(())
        }
        SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => {
            everything(name, "statevector", count, num_qubits)?;
            if indices.is_empty() {
                return Err(invalid(format!("\"{name}\" names no basis state.")).expected("at least 1 index"));
            }
            let states = 1u64.checked_shl(num_qubits).unwrap_or(u64::MAX);
            match indices.iter().find(|index| **index >= states) {
                None => Ok(()),
                Some(index) => Err(invalid(format!("\"{name}\" names a basis state that is not there."))
                    .found(index.to_string())
                    .expected(format!("0 to {}", states - 1))),
            }
        }
        SaveKind::State => everything(name, "state", count, num_qubits),
        SaveKind::Statevector | SaveKind::StatevectorDict => {
            everything(name, "statevector", count, num_qubits)
        }
        SaveKind::Unitary => everything(name, "unitary", count, num_qubits),
        SaveKind::Superoperator => everything(name, "superoperator", count, num_qubits),
        SaveKind::Stabilizer | SaveKind::Clifford => everything(name, "stabilizer", count, num_qubits),
        SaveKind::MatrixProductState => everything(name, "matrix product state", count, num_qubits),
        SaveKind::Variable(_) => Ok(()),
    }
}

/// A save of some qubits.
#[inline(never)]
fn some(name: &str, count: usize, num_qubits: u32) -> Result<(), AerError> {
    if count > 0 || num_qubits == 0 { Ok(()) } else { Err(qubit_count(name, count, "at least 1")) }
}

/// A save of all qubits, with Aer's sentence where it is not.
#[inline(never)]
fn everything(name: &str, what: &str, count: usize, num_qubits: u32) -> Result<(), AerError> {
    whole(name, count, num_qubits).map_err(|error| {
        error.message(format!("{name} was not applied to all qubits. Only the full {what} can be saved."))
    })
}

#[inline(never)]
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
