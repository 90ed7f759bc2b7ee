//! Reading.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::parameterizations::Parameterizations;
use super::{CONDITIONAL_ANY, Progress, STRUCTURAL, VARIABLES, may_be_conditional, plain};
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::operation::{
    BooleanFunction, Measure, Pauli, PauliTerm, ReadoutError, Save, SaveKind, SaveSubtype, SetState, Store,
};
use crate::circuit::{
    Bits, Circuit, Expr, GATES, Gate, Instruction, Operation, Parameters, Register, Variable, validate,
};
use crate::error::{AerError, ErrorCode, nearest};
use crate::frontend::{LoadOptions, Program};
use crate::linalg::{Complex, Matrix};

#[derive(Deserialize)]
struct Envelope<'a> {
    qobj_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    header: Option<Map<String, Value>>,
    config: Option<Map<String, Value>>,
    #[serde(borrow)]
    experiments: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Experiment<'a> {
    header: Option<Map<String, Value>>,
    config: Option<Map<String, Value>>,
    #[serde(borrow)]
    instructions: Option<Vec<&'a RawValue>>,
}

/// Every key of every instruction; other keys are ignored, as by Aer.
#[derive(Deserialize)]
struct Fields {
    name: Option<Value>,
    qubits: Option<Value>,
    params: Option<Value>,
    label: Option<Value>,
    memory: Option<Value>,
    register: Option<Value>,
    conditional: Option<Value>,
    mask: Option<Value>,
    val: Option<Value>,
    relation: Option<Value>,
    snapshot_type: Option<Value>,
    target: Option<Value>,
    expr: Option<Value>,
}

/// The name of an instruction of which something else cannot be read.
#[derive(Deserialize)]
struct Named {
    name: Option<String>,
}

/// Reads a Qobj. Costs time linear in the text, and matrix products for `unitary` instructions.
pub fn load_with(text: &str, options: LoadOptions) -> Result<Program, AerError> {
    if !text.trim_start().starts_with('{') {
        return Err(invalid("Invalid qobj: it is not a JSON object."));
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| envelope_error(&error, text))?;
    let qobj_id = envelope.qobj_id.ok_or_else(|| invalid("Invalid qobj: no \"qobj_id\" field."))?;
    if let Some(kind) = envelope.kind.filter(|kind| kind != "QASM") {
        return Err(invalid("Invalid qobj: \"type\" != \"QASM\".").found(format!("\"{kind}\"")));
    }
    let mut config = envelope.config.unwrap_or_default();
    let experiments =
        envelope.experiments.ok_or_else(|| invalid("Invalid qobj: no \"experiments\" field."))?;
    let mut parameterizations = Parameterizations::take(&mut config, experiments.len())?;
    let mut circuits = Vec::with_capacity(experiments.len());
    let mut progress = Progress::new(text.len(), options);
    let at = |raw: &RawValue| (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let mut next = |raw: &RawValue| progress.next_instruction(at(raw));
    for (index, raw) in experiments.into_iter().enumerate() {
        let read =
            experiment(raw, &config, &mut next).and_then(|circuit| parameterizations.bind(index, circuit));
        let first = circuits.len();
        match read {
            Ok(bound) => circuits.extend(bound.into_iter().map(Ok)),
            Err(error) => circuits.push(Err(error.at_experiment(first))),
        }
    }
    Ok(Program { circuits, config, qobj_id: Some(qobj_id), header: envelope.header })
}

pub(super) fn invalid(message: impl Into<String>) -> AerError {
    AerError::new(ErrorCode::InvalidQobj, message)
}

/// An error of the envelope, with line, column and a window on the line: a minified Qobj is one long line.
#[inline(never)]
fn envelope_error(error: &serde_json::Error, text: &str) -> AerError {
    const WINDOW: usize = 40;
    let (code, message) = match error.classify() {
        serde_json::error::Category::Data => (ErrorCode::InvalidQobj, "Invalid qobj"),
        _ => (ErrorCode::SyntaxError, "This is not valid JSON"),
    };
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    // serde_json counts bytes, and points at the last one read.
    let before =
        String::from_utf8_lossy(&line.as_bytes()[..error.column().saturating_sub(1).min(line.len())]);
    let column = before.chars().count();
    let start = column.saturating_sub(WINDOW);
    let window: String = line.trim_end().chars().skip(start).take(2 * WINDOW).collect();
    let mut error = AerError::new(code, format!("{message}: {}.", reason(error))).at_line(
        error.line() as u32,
        (column - start + 1) as u32,
        &window,
    );
    error.place.column = Some(column as u32 + 1);
    error
}

/// `serde_json`'s reason without its place.
#[inline(never)]
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Reads an object (serde would take an array for a struct too).
fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue, what: &str) -> Result<T, AerError> {
    if !raw.get().starts_with('{') {
        return Err(invalid(format!("Invalid {what}: it is not an object.")).found(shown(raw.get())));
    }
    serde_json::from_str(raw.get()).map_err(|error| {
        let code = if error.is_data() { ErrorCode::InvalidQobj } else { ErrorCode::InvalidParameter };
        AerError::new(code, format!("Invalid {what}: {}.", reason(&error)))
    })
}

/// The start of a JSON text, for messages.
fn shown(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn found(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| shown(&value.to_string()))
}

#[inline(never)]
fn experiment(
    raw: &RawValue,
    job_config: &Map<String, Value>,
    next: &mut dyn FnMut(&RawValue),
) -> Result<Circuit, AerError> {
    let Experiment { header, config, instructions } = object(raw, "Qobj experiment")?;
    let instructions =
        instructions.ok_or_else(|| invalid("Invalid Qobj experiment: no \"instructions\" field."))?;
    let mut config = config.unwrap_or_default();
    let in_header = |key: &str| header.as_ref().and_then(|header| header.get(key));
    let any_conditional = config.get(CONDITIONAL_ANY) == Some(&Value::Bool(true));
    let size = |key: &str| match config.get(key).or_else(|| in_header(key)).or_else(|| job_config.get(key)) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => index(value, "size").map(Some).map_err(|mut error| {
            error.code = ErrorCode::InvalidQobj;
            error.message(format!("Invalid \"{key}\"."))
        }),
    };
    let (num_qubits, num_clbits) = (size("n_qubits")?, size("memory_slots")?);
    let global_phase = match in_header("global_phase") {
        None | Some(Value::Null) => 0.0,
        Some(value) => number(value, "the global phase")?,
    };
    let mut circuit = Circuit {
        name: in_header("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        qregs: registers(in_header("qreg_sizes")),
        cregs: registers(in_header("creg_sizes")),
        global_phase,
        variables: variables(config.get(VARIABLES))?,
        metadata: in_header("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
        ..Circuit::default()
    };
    circuit.instructions = read_instructions(&instructions, any_conditional, next)?;
    circuit.num_qubits = num_qubits.unwrap_or_else(|| qubits_used(&circuit));
    circuit.num_clbits = num_clbits.unwrap_or_else(|| memory_used(&circuit));
    let mut circuit = checked(circuit)?;
    config.retain(|key, _| !STRUCTURAL.contains(&key.as_str()));
    circuit.config = config;
    circuit.header = header.filter(|header| !is_own_header(&circuit, header));
    Ok(circuit)
}

/// A circuit that was read, with its expressions as constructors make them, if it is valid.
#[inline(never)]
pub(super) fn checked(mut circuit: Circuit) -> Result<Circuit, AerError> {
    circuit.num_register_bits = circuit.register_bits_used();
    for (index, step) in circuit.instructions.iter_mut().enumerate() {
        normalised(step, circuit.num_register_bits)
            .map_err(|error| error.at_instruction(index, step.operation.name()))?;
    }
    validate::circuit(&circuit).map_err(|error| match (error.code, error.place.instruction) {
        (ErrorCode::ClbitOutOfRange, Some(_)) => {
            error.message("Invalid Qobj experiment: not enough memory slots.")
        }
        _ => error,
    })?;
    Ok(circuit)
}

/// Reads instructions, one after the other.
#[inline(never)]
fn read_instructions(
    list: &[&RawValue],
    any_conditional: bool,
    next: &mut dyn FnMut(&RawValue),
) -> Result<Vec<Instruction>, AerError> {
    let mut instructions = Vec::with_capacity(list.len());
    for (index, raw) in list.iter().enumerate() {
        next(raw);
        instructions.push(match plain::read(raw.get()) {
            Some(step) => step,
            None => any_instruction(raw, index, any_conditional)?,
        });
    }
    Ok(instructions)
}

/// One more than the highest qubit.
#[inline(never)]
fn qubits_used(circuit: &Circuit) -> u32 {
    let qubits = circuit.instructions.iter().flat_map(|step| &step.qubits);
    qubits.map(|qubit| qubit.saturating_add(1)).max().unwrap_or(0)
}

/// One more than the highest bit of the memory.
#[inline(never)]
fn memory_used(circuit: &Circuit) -> u32 {
    let bits = circuit.instructions.iter().filter_map(|step| match &step.operation {
        Operation::Measure(measure) => measure.memory.iter().copied().max(),
        Operation::ReadoutError(error) => error.memory.iter().copied().max(),
        Operation::BooleanFunction(function) => function.memory,
        _ => None,
    });
    bits.map(|bit| bit.saturating_add(1)).max().unwrap_or(0)
}

/// Reads the `index`-th instruction.
#[inline(never)]
fn any_instruction(raw: &RawValue, index: usize, any_conditional: bool) -> Result<Instruction, AerError> {
    let fields: Fields = object(raw, "qobj instruction").map_err(|error| {
        let name = object::<Named>(raw, "qobj instruction").ok().and_then(|named| named.name);
        error.at_instruction(index, name.as_deref().unwrap_or_default())
    })?;
    instruction(&fields, any_conditional).map_err(|error| {
        let name = fields.name.as_ref().and_then(Value::as_str);
        error.at_instruction(index, name.unwrap_or_default())
    })
}

/// Whether a header says nothing but what the circuit would say itself.
#[inline(never)]
fn is_own_header(circuit: &Circuit, header: &Map<String, Value>) -> bool {
    // Labels are compared only where they are as many as the registers claim, so that no claim is expanded.
    let labels = |key: &str| header.get(key).and_then(Value::as_array).map_or(0, Vec::len) as u64;
    let bits = |registers: &[Register]| registers.iter().map(|r| u64::from(r.size)).sum::<u64>();
    labels("qubit_labels") == bits(&circuit.qregs)
        && labels("clbit_labels") == bits(&circuit.cregs)
        && circuit.result_header() == *header
}

/// `[["q", 2], …]`; a header is passed through whatever it says, so nothing here is an error.
#[inline(never)]
fn registers(value: Option<&Value>) -> Vec<Register> {
    let read = |pair: &Value| {
        let size = u32::try_from(pair.get(1)?.as_u64()?).ok()?;
        Some(Register { name: pair.get(0)?.as_str()?.to_owned(), size })
    };
    value.and_then(Value::as_array).and_then(|list| list.iter().map(read).collect()).unwrap_or_default()
}

/// Reads one instruction of a quantum error.
pub(in crate::frontend) fn error_instruction(value: &Value) -> Result<Instruction, AerError> {
    let fields = value.is_object().then(|| Fields::deserialize(value).ok()).flatten();
    let fields = fields.ok_or_else(|| invalid("Invalid qobj instruction: it is not an object."))?;
    instruction(&fields, false).map_err(|error| {
        error.at_instruction(0, fields.name.as_ref().and_then(Value::as_str).unwrap_or_default())
    })
}

/// Reads one instruction that stands alone.
pub fn one_instruction(text: &str) -> Result<Instruction, AerError> {
    let raw: &RawValue = serde_json::from_str(text)
        .map_err(|error| invalid("The instruction is not valid JSON.").found(error.to_string()))?;
    let fields: Fields = object(raw, "qobj instruction")?;
    instruction(&fields, true)
}

#[inline(never)]
fn instruction(fields: &Fields, any_conditional: bool) -> Result<Instruction, AerError> {
    let name = match &fields.name {
        Some(Value::String(name)) if !name.is_empty() => name.as_str(),
        other => {
            return Err(invalid("Invalid qobj instruction (\"name\" is empty).").found(found(other.as_ref())));
        }
    };
    let gate = Gate::by_name(name);
    let operation = match gate {
        Some(gate) if params(fields)?.iter().any(Value::is_object) => computed_gate(fields, gate)?,
        Some(gate) => Operation::Gate(gate, parameters(fields, gate)?),
        None => operation(fields, name)?,
    };
    let qubits = match &fields.qubits {
        None => crate::circuit::Qubits::new(),
        Some(value) => indices(value, "qubit")?,
    };
    let may_be_empty = matches!(
        operation,
        Operation::Barrier
            | Operation::BooleanFunction(_)
            | Operation::ReadoutError(_)
            | Operation::Store(_)
            | Operation::NoiseSwitch(_)
            | Operation::Jump(_)
            | Operation::Mark(_)
            | Operation::Save(_)
    );
    if qubits.is_empty() && !may_be_empty {
        return Err(AerError::new(
            ErrorCode::QubitCount,
            format!("Invalid qobj \"{name}\" instruction (\"qubits\" is empty)."),
        ));
    }
    let condition = match &fields.conditional {
        None => None,
        Some(_) if !any_conditional && !may_be_conditional(&operation) => {
            return Err(AerError::new(
                ErrorCode::InvalidConditional,
                format!("Invalid instruction: \"{name}\" cannot be conditional."),
            ));
        }
        Some(value) => Some(index(value, "bit")?),
    };
    let label = match (&operation, &fields.label) {
        // The label of a save instruction is its key.
        (Operation::Save(_), _) | (_, None) => None,
        (_, Some(Value::String(label))) => Some(label.as_str().into()),
        (_, Some(other)) => return Err(wrong("label", "a string", Some(other))),
    };
    Ok(Instruction { operation, qubits, condition, label })
}

type Reader = fn(&Fields, &str) -> Result<Operation, AerError>;

/// Everything that is no gate of the table, one row per name: how its fields are read.
const INSTRUCTIONS: [(&str, Reader); 42] = [
    ("measure", |fields, _| {
        let (memory, register) = (bit_list(fields.memory.as_ref())?, bit_list(fields.register.as_ref())?);
        Ok(Operation::Measure(Box::new(Measure { memory, register })))
    }),
    ("reset", |_, _| Ok(Operation::Reset)),
    ("barrier", |_, _| Ok(Operation::Barrier)),
    ("delay", |fields, name| match params(fields)? {
        [] => Ok(Operation::Delay(0.0)),
        [duration] => Ok(Operation::Delay(number(duration, "the duration")?)),
        more => Err(incorrect_length(name, more.len(), "1 (duration)")),
    }),
    ("pauli", |fields, name| match one(fields, name, "the Pauli string")? {
        Value::String(letters) => Ok(Operation::Pauli(paulis(letters)?)),
        other => Err(wrong("params", "a string of I, X, Y and Z", Some(other))),
    }),
    ("bfunc", |fields, _| {
        let register = one_bit(fields.register.as_ref())?
            .ok_or_else(|| wrong("register", "the register bit for the outcome", None))?;
        Ok(Operation::BooleanFunction(Box::new(BooleanFunction {
            comparison: Comparison {
                mask: hex("mask", fields.mask.as_ref())?,
                relation: relation(fields.relation.as_ref())?,
                value: hex("val", fields.val.as_ref())?,
            },
            register,
            memory: one_bit(fields.memory.as_ref())?,
        })))
    }),
    ("roerror", |fields, _| {
        Ok(Operation::ReadoutError(Box::new(ReadoutError {
            memory: bit_list(fields.memory.as_ref())?,
            register: bit_list(fields.register.as_ref())?,
            probabilities: params(fields)?.iter().map(distribution).collect::<Result<_, _>>()?,
        })))
    }),
    ("qerror_loc", |_, _| Ok(Operation::QuantumErrorLocation)),
    ("jump", |fields, name| Ok(Operation::Jump(destination(fields, name)?))),
    ("mark", |fields, name| Ok(Operation::Mark(destination(fields, name)?))),
    ("initialize", |fields, _| Ok(Operation::Initialize(amplitudes(params(fields)?)?))),
    ("unitary", |fields, name| Ok(Operation::Unitary(Box::new(matrix(one(fields, name, "the matrix")?)?)))),
    ("diagonal", |fields, _| Ok(Operation::Diagonal(amplitudes(params(fields)?)?))),
    ("diag", |fields, _| Ok(Operation::Diagonal(amplitudes(params(fields)?)?))),
    ("multiplexer", |fields, _| Ok(Operation::Multiplexer(matrices(params(fields)?)?))),
    ("kraus", |fields, _| Ok(Operation::Kraus(matrices(params(fields)?)?))),
    ("superop", |fields, name| {
        Ok(Operation::Superoperator(Box::new(matrix(one(fields, name, "the matrix")?)?)))
    }),
    ("set_statevector", |fields, name| match one(fields, name, "the list of amplitudes")? {
        Value::Array(vector) => Ok(Operation::SetStatevector(amplitudes(vector)?)),
        other => Err(wrong("params", "one list of amplitudes", Some(other))),
    }),
    ("set_density_matrix", |fields, name| set(SetState::DensityMatrix(matrix(one(fields, name, STATE)?)?))),
    ("set_unitary", |fields, name| set(SetState::Unitary(matrix(one(fields, name, STATE)?)?))),
    ("set_superop", |fields, name| set(SetState::Superoperator(matrix(one(fields, name, STATE)?)?))),
    ("set_stabilizer", |fields, name| set(SetState::Stabilizer(one(fields, name, STATE)?.clone()))),
    ("set_matrix_product_state", |fields, name| {
        set(SetState::MatrixProductState(one(fields, name, STATE)?.clone()))
    }),
    ("noise_switch", |fields, name| {
        let on = number(one(fields, name, "0 or 1")?, "the switch")?;
        Ok(Operation::NoiseSwitch(on != 0.0))
    }),
    ("snapshot", |_, name| Err(refused(name, "Use a save instruction, as Aer does since 0.13."))),
    ("save_state", |fields, name| save(fields, name, SaveKind::State)),
    ("save_statevector", |fields, name| save(fields, name, SaveKind::Statevector)),
    ("save_statevector_dict", |fields, name| save(fields, name, SaveKind::StatevectorDict)),
    ("save_amplitudes", |fields, name| save(fields, name, SaveKind::Amplitudes(basis_states(fields)?))),
    ("save_amplitudes_sq", |fields, name| {
        save(fields, name, SaveKind::AmplitudesSquared(basis_states(fields)?))
    }),
    ("save_probabilities", |fields, name| save(fields, name, SaveKind::Probabilities)),
    ("save_probabilities_dict", |fields, name| save(fields, name, SaveKind::ProbabilitiesDict)),
    ("save_density_matrix", |fields, name| save(fields, name, SaveKind::DensityMatrix)),
    ("save_expval", |fields, name| save(fields, name, SaveKind::ExpectationValue(pauli_terms(fields)?))),
    ("save_expval_var", |fields, name| {
        save(fields, name, SaveKind::ExpectationValueVariance(pauli_terms(fields)?))
    }),
    ("save_unitary", |fields, name| save(fields, name, SaveKind::Unitary)),
    ("save_superop", |fields, name| save(fields, name, SaveKind::Superoperator)),
    ("save_stabilizer", |fields, name| save(fields, name, SaveKind::Stabilizer)),
    ("save_clifford", |fields, name| save(fields, name, SaveKind::Clifford)),
    ("save_matrix_product_state", |fields, name| save(fields, name, SaveKind::MatrixProductState)),
    ("save_variable", |fields, name| {
        let slot = typed("target", "a place in the register", fields.target.as_ref())?;
        save(fields, name, SaveKind::Variable(slot))
    }),
    ("store", |fields, _| {
        Ok(Operation::Store(Box::new(Store {
            target: typed("target", "a place in the register", fields.target.as_ref())?,
            value: typed("expr", "a typed expression", fields.expr.as_ref())?,
        })))
    }),
];

fn operation(fields: &Fields, name: &str) -> Result<Operation, AerError> {
    match INSTRUCTIONS.iter().find(|(known, _)| *known == name) {
        Some((_, read)) => read(fields, name),
        None => Err(unknown(name)),
    }
}

/// An instruction of Aer that is known, and not run.
fn refused(name: &str, hint: &str) -> AerError {
    AerError::new(ErrorCode::UnsupportedInstruction, format!("Instruction \"{name}\" is not supported."))
        .hint(hint)
}

fn unknown(name: &str) -> AerError {
    let known = GATES.iter().map(|spec| spec.name).chain(INSTRUCTIONS.iter().map(|(name, _)| *name));
    let error = AerError::new(ErrorCode::UnknownGate, format!("Invalid gate name :\"{name}\"."));
    match nearest(name, known) {
        Some(known) => error.hint(format!("Did you mean \"{known}\"?")),
        None => error,
    }
}

/// What the only parameter of a `set_*` is.
const STATE: &str = "the state";

#[allow(clippy::unnecessary_wraps, reason = "closes a row of the table")]
fn set(state: SetState) -> Result<Operation, AerError> {
    Ok(Operation::SetState(Box::new(state)))
}

/// The only parameter.
fn one<'a>(fields: &'a Fields, name: &str, what: &str) -> Result<&'a Value, AerError> {
    match params(fields)? {
        [only] => Ok(only),
        other => Err(incorrect_length(name, other.len(), &format!("1 ({what})"))),
    }
}

/// The name of a mark.
fn destination(fields: &Fields, name: &str) -> Result<Box<str>, AerError> {
    match one(fields, name, "the name of the mark")? {
        Value::String(mark) => Ok(mark.as_str().into()),
        other => Err(wrong("params", "the name of the mark", Some(other))),
    }
}

fn wrong(field: &str, expected: &str, value: Option<&Value>) -> AerError {
    invalid(format!("Field \"{field}\" is missing or wrong.")).found(found(value)).expected(expected)
}

fn incorrect_length(name: &str, found: usize, expected: &str) -> AerError {
    AerError::new(
        ErrorCode::ParameterCount,
        format!("Invalid qobj \"{name}\" instruction (\"params\" is incorrect length)."),
    )
    .found(found.to_string())
    .expected(expected)
}

fn params(fields: &Fields) -> Result<&[Value], AerError> {
    match &fields.params {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(other) => Err(wrong("params", "a list", Some(other))),
    }
}

fn parameters(fields: &Fields, gate: Gate) -> Result<Parameters, AerError> {
    let (given, names) = (params(fields)?, gate.spec().parameters);
    if given.len() != names.len() {
        let expected = match names {
            [] => "none".to_owned(),
            names => format!("{} ({})", names.len(), names.join(", ")),
        };
        return Err(incorrect_length(gate.name(), given.len(), &expected));
    }
    given.iter().zip(names).map(|(value, name)| number(value, name)).collect()
}

/// A gate with parameters `{"expr": …}`, with or without numbers among them.
#[inline(never)]
fn computed_gate(fields: &Fields, gate: Gate) -> Result<Operation, AerError> {
    let given = params(fields)?;
    let parameter = |value: &Value| match value {
        Value::Object(object) => typed("params", "a number or {\"expr\": …}", object.get("expr")),
        value => number(value, "a parameter").map(Expr::float),
    };
    Ok(Operation::ComputedGate(gate, given.iter().map(parameter).collect::<Result<_, _>>()?))
}

/// An expression, or a place in the register.
fn typed<T: DeserializeOwned>(field: &str, expected: &str, value: Option<&Value>) -> Result<T, AerError> {
    let read = value.map(T::deserialize).and_then(Result::ok);
    read.ok_or_else(|| wrong(field, expected, value))
}

/// Classical variables: `[{name, slot}, …]`.
#[inline(never)]
pub(super) fn variables(value: Option<&Value>) -> Result<Vec<Variable>, AerError> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| wrong(VARIABLES, "a list", Some(value)))?;
    let read = |entry: &Value| {
        let name = entry.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| wrong("name", "a string", entry.get("name")))?.to_owned();
        Ok(Variable { name, slot: typed("slot", "a place in the register", entry.get("slot"))? })
    };
    list.iter().map(read).collect()
}

/// Brings expressions from the text into the form of the constructors, and so checks them.
#[inline(never)]
fn normalised(step: &mut Instruction, num_register_bits: u32) -> Result<(), AerError> {
    let again = |expression: &mut Expr| -> Result<(), AerError> {
        *expression = expression.rebuilt(num_register_bits)?;
        Ok(())
    };
    match &mut step.operation {
        Operation::ComputedGate(gate, parameters) => {
            parameters.iter_mut().try_for_each(again)?;
            if parameters.iter().all(|parameter| parameter.value().is_some()) {
                let values = parameters.iter().map(|parameter| parameter.evaluate_f64(&Bits::default()));
                step.operation = Operation::Gate(*gate, values.collect::<Result<_, _>>()?);
            }
            Ok(())
        }
        Operation::Store(store) => {
            store.target = store.target.rebuilt(num_register_bits)?;
            again(&mut store.value)
        }
        Operation::Save(save) => {
            if let SaveKind::Variable(slot) = &mut save.kind {
                *slot = slot.rebuilt(num_register_bits)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(super) fn number(value: &Value, what: &str) -> Result<f64, AerError> {
    value.as_f64().ok_or_else(|| {
        AerError::new(ErrorCode::InvalidParameter, format!("The value of {what} is not a number."))
            .found(found(Some(value)))
            .expected("a real number")
    })
}

/// A qubit or bit index.
fn index(value: &Value, what: &str) -> Result<u32, AerError> {
    let code = match (value, what) {
        (Value::Number(number), "qubit") if !number.is_f64() => ErrorCode::QubitOutOfRange,
        (Value::Number(number), "bit") if !number.is_f64() => ErrorCode::ClbitOutOfRange,
        _ => ErrorCode::InvalidQobj,
    };
    value.as_u64().and_then(|index| u32::try_from(index).ok()).ok_or_else(|| {
        AerError::new(code, format!("This is no {what} index."))
            .found(found(Some(value)))
            .expected("0, 1, 2, …")
    })
}

pub(in crate::frontend) fn indices<T: FromIterator<u32>>(value: &Value, what: &str) -> Result<T, AerError> {
    let list = value
        .as_array()
        .ok_or_else(|| invalid(format!("The {what} indices are not a list.")).found(found(Some(value))))?;
    list.iter().map(|value| index(value, what)).collect()
}

fn bit_list(value: Option<&Value>) -> Result<Vec<u32>, AerError> {
    value.map_or_else(|| Ok(Vec::new()), |value| indices(value, "bit"))
}

/// One bit, written as a number or as a list of one.
fn one_bit(value: Option<&Value>) -> Result<Option<u32>, AerError> {
    match value {
        None => Ok(None),
        Some(Value::Array(list)) if list.len() == 1 => index(&list[0], "bit").map(Some),
        Some(value) => index(value, "bit").map(Some),
    }
}

fn hex(field: &str, value: Option<&Value>) -> Result<Bits, AerError> {
    value
        .and_then(Value::as_str)
        .and_then(Bits::from_hex)
        .ok_or_else(|| wrong(field, "a hexadecimal string such as \"0x1\"", value))
}

fn relation(value: Option<&Value>) -> Result<Relation, AerError> {
    value
        .and_then(|value| Relation::deserialize(value).ok())
        .ok_or_else(|| wrong("relation", "one of ==, !=, <, <=, >, >=", value))
}

/// A string of Pauli letters.
pub fn paulis(letters: &str) -> Result<Box<[Pauli]>, AerError> {
    let read = |letter| {
        Pauli::from_letter(letter).ok_or_else(|| {
            AerError::new(ErrorCode::InvalidParameter, "This is no Pauli letter.")
                .found(format!("`{letter}`"))
                .expected("I, X, Y or Z")
        })
    };
    letters.chars().map(read).collect()
}

/// `[re, im]`, or a real number.
fn complex(value: &Value) -> Result<Complex, AerError> {
    let read = match value {
        Value::Array(pair) => match pair.as_slice() {
            [re, im] => re.as_f64().zip(im.as_f64()),
            _ => None,
        },
        other => other.as_f64().map(|re| (re, 0.0)),
    };
    read.map(|(re, im)| Complex::new(re, im)).ok_or_else(|| {
        AerError::new(ErrorCode::InvalidParameter, "This is no complex number.")
            .found(found(Some(value)))
            .expected("[re, im]")
    })
}

fn amplitudes(values: &[Value]) -> Result<Box<[Complex]>, AerError> {
    values.iter().map(complex).collect()
}

/// A list of rows of `[re, im]` or real numbers.
pub fn matrix(value: &Value) -> Result<Matrix, AerError> {
    let shape = || {
        AerError::new(ErrorCode::InvalidMatrix, "A matrix is a list of rows of the same length.")
            .found(found(Some(value)))
    };
    let rows: Vec<&Vec<Value>> =
        value.as_array().and_then(|rows| rows.iter().map(Value::as_array).collect()).ok_or_else(shape)?;
    let columns = rows.first().map_or(0, |row| row.len());
    if rows.iter().any(|row| row.len() != columns) {
        return Err(shape());
    }
    let entries: Vec<Complex> =
        rows.iter().flat_map(|row| row.iter()).map(complex).collect::<Result<_, _>>()?;
    Matrix::new(rows.len(), columns, entries).ok_or_else(shape)
}

/// A list of matrices.
pub fn matrices(values: &[Value]) -> Result<Box<[Matrix]>, AerError> {
    values.iter().map(matrix).collect()
}

/// A row of probabilities.
fn distribution(row: &Value) -> Result<Vec<f64>, AerError> {
    let row = row.as_array().ok_or_else(|| wrong("params", "rows of probabilities", Some(row)))?;
    row.iter().map(|p| number(p, "a probability")).collect()
}

/// Indices of basis states.
fn basis_states(fields: &Fields) -> Result<Box<[u64]>, AerError> {
    let read = |value: &Value| {
        value.as_u64().ok_or_else(|| {
            AerError::new(ErrorCode::InvalidParameter, "This is no index of a basis state.")
                .found(found(Some(value)))
                .expected("0, 1, 2, …")
        })
    };
    params(fields)?.iter().map(read).collect()
}

/// `[[letters, [coefficient, coefficient in the square]], …]`.
fn pauli_terms(fields: &Fields) -> Result<Box<[PauliTerm]>, AerError> {
    let invalid = |value: Option<&Value>| {
        AerError::new(ErrorCode::InvalidParameter, "Invalid save expectation value \"params\".")
            .found(found(value))
            .expected("[[\"XYZ\", [coefficient, coefficient in the square]], …]")
    };
    let read = |term: &Value| match term.as_array().map(Vec::as_slice) {
        Some([Value::String(letters), coefficients]) => {
            let coefficients = complex(coefficients)?;
            Ok(PauliTerm {
                letters: paulis(letters)?,
                coefficient: coefficients.re,
                squared: coefficients.im,
            })
        }
        _ => Err(invalid(Some(term))),
    };
    match params(fields)? {
        [] => Err(invalid(fields.params.as_ref())),
        terms => terms.iter().map(read).collect(),
    }
}

/// A save instruction; the label defaults as in Qiskit to the name of what is saved, the subtype to the first
/// that its kind has.
fn save(fields: &Fields, name: &str, kind: SaveKind) -> Result<Operation, AerError> {
    let label = match &fields.label {
        None => name.trim_start_matches("save_").to_owned(),
        Some(Value::String(label)) => label.clone(),
        Some(other) => return Err(wrong("label", "a string", Some(other))),
    };
    let subtypes = kind.subtypes();
    let subtype = match &fields.snapshot_type {
        None => subtypes.first().copied().unwrap_or(SaveSubtype::Single),
        Some(value) => SaveSubtype::deserialize(value).map_err(|_| {
            let names: Vec<&str> = subtypes.iter().map(|subtype| subtype.name()).collect();
            wrong("snapshot_type", &names.join(", "), Some(value))
        })?,
    };
    Ok(Operation::Save(Box::new(Save { kind, label, subtype })))
}
