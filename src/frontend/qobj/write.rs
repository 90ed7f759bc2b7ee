//! Writing.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{CONDITIONAL_ANY, SCHEMA_VERSION, VARIABLES, may_be_conditional};
use crate::circuit::operation::{Pauli, PauliTerm, SaveKind, SetState};
use crate::circuit::{Circuit, Expr, Instruction, Operation, Variable, lower};
use crate::error::AerError;
use crate::linalg::{Complex, Matrix};

/// The circuit as a Qobj experiment, `{header, config, instructions}`, which [`super::load`] reads back to the same.
/// Complex numbers are `[re, im]`, matrices lists of rows. `null` where unrolled loops are too long.
pub fn experiment_json(circuit: &Circuit) -> Value {
    experiment(circuit).unwrap_or_default()
}

fn experiment(circuit: &Circuit) -> Result<Value, AerError> {
    let circuit = &*flat(circuit)?;
    let instructions: Value = circuit.instructions.iter().map(instruction_json).collect();
    Ok(json!({
        "header": experiment_header(circuit), "config": experiment_config(circuit), "instructions": instructions,
    }))
}

/// One instruction as it stands in an experiment; qubits and bits are numbered through.
pub fn instruction_json(step: &Instruction) -> Value {
    serde_json::to_value(InstructionJson(step)).unwrap_or_default()
}

/// Circuits as a whole Qobj: `{qobj_id, type, schema_version, header, config, experiments}`. Into the `config`, the
/// options of the job, go `n_qubits` and `memory_slots`; the `header` is passed through to the result. `null` where
/// unrolled loops are too long.
pub fn qobj_json(
    circuits: &[Circuit],
    config: Map<String, Value>,
    qobj_id: &str,
    header: Map<String, Value>,
) -> Value {
    let Ok(experiments) = circuits.iter().map(experiment).collect::<Result<Vec<_>, _>>() else {
        return Value::Null;
    };
    let mut qobj = envelope(circuits, config, qobj_id, header);
    qobj["experiments"] = experiments.into();
    qobj
}

/// A Qobj without its experiments.
fn envelope(
    circuits: &[Circuit],
    mut config: Map<String, Value>,
    qobj_id: &str,
    header: Map<String, Value>,
) -> Value {
    let most = |size: fn(&Circuit) -> u32| circuits.iter().map(size).max().unwrap_or(0);
    config.insert("n_qubits".into(), most(|circuit| circuit.num_qubits).into());
    config.insert("memory_slots".into(), most(|circuit| circuit.num_clbits).into());
    json!({
        "qobj_id": qobj_id, "type": "QASM", "schema_version": SCHEMA_VERSION, "header": header, "config": config,
    })
}

/// As [`qobj_json`], without options, id and header, as text, written instruction by instruction: the values of a
/// long circuit take far more memory.
pub fn qobj_text(circuits: &[Circuit]) -> Result<String, AerError> {
    let mut text = opened(&envelope(circuits, Map::new(), "", Map::new()), "experiments");
    for (index, circuit) in circuits.iter().enumerate() {
        let circuit = &*flat(circuit)?;
        let head = json!({ "header": experiment_header(circuit), "config": experiment_config(circuit) });
        text.push_str(if index == 0 { "" } else { "," });
        text.push_str(&opened(&head, "instructions"));
        for (index, step) in circuit.instructions.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "," });
            text.push_str(&instruction_json(step).to_string());
        }
        text.push_str("]}");
    }
    text.push_str("]}");
    Ok(text)
}

/// An object as text, up to the entries of one more key, which is a list.
fn opened(object: &Value, key: &str) -> String {
    let text = object.to_string();
    format!("{},\"{key}\":[", text.strip_suffix('}').unwrap_or(&text))
}

fn experiment_header(circuit: &Circuit) -> Map<String, Value> {
    let mut header = circuit.result_header();
    header.insert("name".into(), circuit.name.clone().into());
    header.insert("global_phase".into(), circuit.global_phase.into());
    header
}

fn experiment_config(circuit: &Circuit) -> Map<String, Value> {
    let mut config = circuit.config.clone();
    config.insert("n_qubits".into(), circuit.num_qubits.into());
    config.insert("memory_slots".into(), circuit.num_clbits.into());
    if !circuit.variables.is_empty() {
        config.insert(VARIABLES.into(), variables(&circuit.variables));
    }
    let beyond_aer = |step: &Instruction| step.condition.is_some() && !may_be_conditional(&step.operation);
    if circuit.instructions.iter().any(beyond_aer) {
        config.insert(CONDITIONAL_ANY.into(), true.into());
    }
    config
}

pub(super) fn variables(variables: &[Variable]) -> Value {
    variables.iter().map(|v| json!({ "name": v.name, "slot": v.slot })).collect()
}

/// The circuit without structured control flow.
pub(super) fn flat(circuit: &Circuit) -> Result<Cow<'_, Circuit>, AerError> {
    if lower::is_flat(circuit) {
        return Ok(Cow::Borrowed(circuit));
    }
    let mut flat = circuit.clone();
    lower::expand(&mut flat)?;
    Ok(Cow::Owned(flat))
}

/// A parameter of a gate: a number, or an expression.
fn parameter(expression: &Expr) -> Value {
    match expression.as_f64() {
        Some(value) => value.into(),
        None => json!({ "expr": expression }),
    }
}

/// A list of which each entry is serialised as something else.
struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, U: Serialize, F: Fn(&'a T) -> U> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

fn pair(value: &Complex) -> [f64; 2] {
    [value.re, value.im]
}

/// `[letters, [coefficient, coefficient in the square]]`.
fn term(term: &PauliTerm) -> (String, [f64; 2]) {
    (letters(&term.letters), [term.coefficient, term.squared])
}

fn letters(paulis: &[Pauli]) -> String {
    paulis.iter().map(|pauli| pauli.letter()).collect()
}

/// A list of rows.
struct MatrixJson<'a>(&'a Matrix);

impl Serialize for MatrixJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = self.0.entries().chunks(self.0.columns().max(1));
        serializer.collect_seq(rows.map(|row| Each(row, pair)))
    }
}

struct InstructionJson<'a>(&'a Instruction);

impl Serialize for InstructionJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let step = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", step.operation.name())?;
        if !step.qubits.is_empty() {
            map.serialize_entry("qubits", step.qubits.as_slice())?;
        }
        match &step.operation {
            Operation::Gate(_, parameters) if parameters.is_empty() => {}
            Operation::Gate(_, parameters) => map.serialize_entry("params", parameters.as_slice())?,
            Operation::ComputedGate(_, parameters) => {
                map.serialize_entry("params", &Each(parameters, parameter))?;
            }
            Operation::Jump(label) | Operation::Mark(label) => map.serialize_entry("params", &[label])?,
            Operation::Store(store) => {
                map.serialize_entry("target", &store.target)?;
                map.serialize_entry("expr", &store.value)?;
            }
            Operation::Unitary(matrix) | Operation::Superoperator(matrix) => {
                map.serialize_entry("params", &[MatrixJson(matrix)])?;
            }
            Operation::Diagonal(entries) => map.serialize_entry("params", &Each(entries, pair))?,
            Operation::Multiplexer(matrices) | Operation::Kraus(matrices) => {
                map.serialize_entry("params", &Each(matrices, MatrixJson))?;
            }
            Operation::ReadoutError(error) => {
                map.serialize_entry("memory", &error.memory)?;
                if !error.register.is_empty() {
                    map.serialize_entry("register", &error.register)?;
                }
                map.serialize_entry("params", &error.probabilities)?;
            }
            Operation::SetState(set) => match &**set {
                SetState::DensityMatrix(matrix)
                | SetState::Unitary(matrix)
                | SetState::Superoperator(matrix) => map.serialize_entry("params", &[MatrixJson(matrix)])?,
                SetState::Stabilizer(value) | SetState::MatrixProductState(value) => {
                    map.serialize_entry("params", &[value])?;
                }
            },
            Operation::Pauli(letters) => {
                map.serialize_entry("params", &[self::letters(letters)])?;
            }
            Operation::NoiseSwitch(on) => map.serialize_entry("params", &[u8::from(*on)])?,
            Operation::Delay(duration) => map.serialize_entry("params", &[duration])?,
            // Control flow has become jumps.
            // Made where a noise model meets a circuit that runs, and never written.
            Operation::QuantumError(_)
            | Operation::Barrier
            | Operation::Reset
            | Operation::QuantumErrorLocation
            | Operation::ControlFlow(_) => {}
            Operation::Initialize(amplitudes) => map.serialize_entry("params", &Each(amplitudes, pair))?,
            Operation::SetStatevector(amplitudes) => {
                map.serialize_entry("params", &[Each(amplitudes, pair)])?;
            }
            Operation::Measure(measure) => {
                for (key, bits) in [("memory", &measure.memory), ("register", &measure.register)] {
                    if !bits.is_empty() {
                        map.serialize_entry(key, bits)?;
                    }
                }
            }
            Operation::BooleanFunction(function) => {
                map.serialize_entry("mask", &function.comparison.mask.to_hex())?;
                map.serialize_entry("relation", &function.comparison.relation)?;
                map.serialize_entry("val", &function.comparison.value.to_hex())?;
                map.serialize_entry("register", &function.register)?;
                if let Some(bit) = function.memory {
                    map.serialize_entry("memory", &bit)?;
                }
            }
            Operation::Save(save) => {
                map.serialize_entry("label", &save.label)?;
                map.serialize_entry("snapshot_type", save.subtype.name())?;
                match &save.kind {
                    SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => {
                        map.serialize_entry("params", indices)?;
                    }
                    SaveKind::ExpectationValue(terms) | SaveKind::ExpectationValueVariance(terms) => {
                        map.serialize_entry("params", &Each(terms, term))?;
                    }
                    SaveKind::Variable(slot) => map.serialize_entry("target", slot)?,
                    _ => {}
                }
            }
        }
        if let Some(bit) = step.condition {
            map.serialize_entry("conditional", &bit)?;
        }
        // The label of a save instruction is its key.
        if let (Some(label), false) = (&step.label, matches!(step.operation, Operation::Save(_))) {
            map.serialize_entry("label", label)?;
        }
        map.end()
    }
}
