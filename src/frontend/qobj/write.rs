//! Writing.

use serde_json::{Map, Value, json};

use super::{CONDITIONAL_ANY, SCHEMA_VERSION};
use crate::circuit::{Circuit, Instruction, Operation};
use crate::linalg::Complex;

/// The circuit as a Qobj experiment (`{header, config, instructions}`), which [`super::load`] reads back to
/// the same. Complex numbers are `[re, im]`, matrices lists of rows.
pub fn experiment_json(circuit: &Circuit) -> Value {
    let mut header = circuit.result_header();
    header.insert("name".into(), circuit.name.clone().into());
    header.insert("global_phase".into(), circuit.global_phase.into());
    let mut config = circuit.config.clone();
    config.insert("n_qubits".into(), circuit.num_qubits.into());
    config.insert("memory_slots".into(), circuit.num_clbits.into());
    let beyond_aer = |step: &Instruction| {
        let gate =
            matches!(step.operation, Operation::Gate(..) | Operation::Unitary(_) | Operation::Delay(_));
        step.condition.is_some() && !gate
    };
    if circuit.instructions.iter().any(beyond_aer) {
        config.insert(CONDITIONAL_ANY.into(), true.into());
    }
    let instructions: Vec<Value> = circuit.instructions.iter().map(instruction).collect();
    json!({ "header": header, "config": config, "instructions": instructions })
}

/// Circuits as a whole Qobj. `config` may hold any option; `n_qubits` and `memory_slots` are filled in.
pub fn qobj_json(
    circuits: &[Circuit],
    mut config: Map<String, Value>,
    qobj_id: &str,
    header: Map<String, Value>,
) -> Value {
    let most = |size: fn(&Circuit) -> u32| circuits.iter().map(size).max().unwrap_or(0);
    config.insert("n_qubits".into(), most(|circuit| circuit.num_qubits).into());
    config.insert("memory_slots".into(), most(|circuit| circuit.num_clbits).into());
    json!({
        "qobj_id": qobj_id,
        "type": "QASM",
        "schema_version": SCHEMA_VERSION,
        "header": header,
        "config": config,
        "experiments": circuits.iter().map(experiment_json).collect::<Vec<_>>(),
    })
}

fn complex(values: &[Complex]) -> Value {
    values.iter().map(|value| json!([value.re, value.im])).collect()
}

fn instruction(step: &Instruction) -> Value {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    put("name", step.operation.name().into());
    if !step.qubits.is_empty() {
        put("qubits", json!(step.qubits.as_slice()));
    }
    match &step.operation {
        Operation::Gate(_, parameters) if parameters.is_empty() => None,
        Operation::Gate(_, parameters) => put("params", json!(parameters.as_slice())),
        Operation::Unitary(matrix) => {
            let rows: Value = matrix.entries().chunks(matrix.columns().max(1)).map(complex).collect();
            put("params", json!([rows]))
        }
        Operation::Pauli(letters) => {
            put("params", json!([letters.iter().map(|letter| letter.letter()).collect::<String>()]))
        }
        Operation::Delay(duration) => put("params", json!([duration])),
        Operation::Barrier | Operation::Reset => None,
        Operation::Initialize(amplitudes) => put("params", complex(amplitudes)),
        Operation::SetStatevector(amplitudes) => put("params", json!([complex(amplitudes)])),
        Operation::Measure(measure) => {
            if !measure.memory.is_empty() {
                put("memory", json!(measure.memory));
            }
            if !measure.register.is_empty() {
                put("register", json!(measure.register));
            }
            None
        }
        Operation::BooleanFunction(function) => {
            put("mask", function.comparison.mask.to_hex().into());
            put("relation", json!(function.comparison.relation));
            put("val", function.comparison.value.to_hex().into());
            if let Some(bit) = function.memory {
                put("memory", bit.into());
            }
            put("register", function.register.into())
        }
        Operation::Save(save) => {
            put("label", save.label.clone().into());
            put("snapshot_type", save.subtype.name().into())
        }
    };
    if let Some(bit) = step.condition {
        put("conditional", bit.into());
    }
    if let (Some(label), false) = (&step.label, matches!(step.operation, Operation::Save(_))) {
        put("label", label.as_ref().into());
    }
    Value::Object(fields)
}
