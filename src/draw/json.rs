//! A layout as JSON, from which the pictures of `aer-wasm/plots` are made: `{wires, columns, items, global_phase}`.
//!
//! Texts are those of the drawing in characters where they stand in boxes, and OpenQASM's where they are read
//! alone: conditions, heads of blocks, titles. Which qubits are controls, and of what gate, is the gate table's.

use serde_json::{Value, json};

use super::label;
use super::layout::{Condition, Item, Layout, Wire, register_of};
use crate::circuit::{ControlFlow, Operation, Register};

/// Most parameters that are written out.
const MAX_PARAMETERS: usize = 8;

/// Wires, columns and items.
pub fn layout(layout: &Layout) -> Value {
    let circuit = layout.circuit;
    let phase = if circuit.global_phase == 0.0 { String::new() } else { label::number(circuit.global_phase) };
    json!({
        "wires": layout.wires.iter().map(|wire| self::wire(layout, *wire)).collect::<Value>(),
        "columns": layout.columns,
        "items": layout.items.iter().map(|item| self::item(layout, item)).collect::<Value>(),
        "global_phase": phase,
    })
}

/// `{kind, register, size, index, bits}`: the name and size of its register and the index there.
fn wire(layout: &Layout, wire: Wire) -> Value {
    let bit = |kind: &str, registers: &[Register], bit: u32| {
        let found = register_of(registers, bit);
        let register = found.and_then(|(register, _)| registers.get(register));
        json!({
            "kind": kind,
            "register": register.map(|register| register.name.as_str()),
            "size": register.map_or(1, |register| register.size),
            "index": found.map_or(bit, |(_, index)| index),
            "bits": [bit],
        })
    };
    match wire {
        Wire::Qubit(qubit) => bit("qubit", &layout.circuit.qregs, qubit),
        Wire::Clbit(clbit) => bit("clbit", &layout.circuit.cregs, clbit),
        Wire::Register(index) => {
            let register = layout.circuit.cregs.get(index);
            json!({
                "kind": "creg",
                "register": register.map(|register| register.name.as_str()),
                "size": register.map_or(0, |register| register.size),
                "index": null,
                "bits": layout.bits_of(&Condition::Register(index, 0)),
            })
        }
    }
}

fn item(layout: &Layout, item: &Item) -> Value {
    let step = item.step;
    let (circuit, operation) = (layout.circuit, &step.operation);
    let gate = match operation {
        Operation::Gate(gate, _) | Operation::ComputedGate(gate, _) => Some(*gate),
        _ => None,
    };
    let controls =
        gate.map_or(0, |gate| gate.num_controls(item.qubits.len()).min(item.qubits.len().saturating_sub(1)));
    let (controls, targets) = item.qubits.split_at(controls);
    let label = match operation {
        Operation::Barrier => step.label.as_deref().unwrap_or_default().to_owned(),
        Operation::Save(save) => save.label.clone(),
        _ => label::name(step),
    };
    let mut params: Vec<String> = label::parameter_texts(step, circuit).take(MAX_PARAMETERS + 1).collect();
    if let Some(last) = params.get_mut(MAX_PARAMETERS) {
        "…".clone_into(last);
    }
    let writes = matches!(operation, Operation::Measure(_));
    let clbits: &[u32] = item.clbits.get(..item.qubits.len()).filter(|_| writes).unwrap_or_default();
    let condition = item.condition.as_ref();
    let mut written = json!({
        "instruction": item.instruction,
        "path": item.path,
        "column": item.column,
        "kind": kind(item),
        "name": operation.name(),
        "label": label,
        "own_label": step.label,
        "params": params,
        "qubits": item.qubits,
        "controls": controls,
        "targets": targets,
        "base": gate.filter(|_| !controls.is_empty()).map(label::base),
        "clbits": clbits,
        "title": title(layout, item, &params, clbits),
        "condition": condition.map(|condition| json!({
            "text": condition_text(layout, item, condition),
            "bits": layout.bits_of(condition),
            "values": layout.values_of(condition),
        })),
    });
    if let (Operation::ControlFlow(flow), Some((end, heads))) = (operation, item.heads.split_last()) {
        let heads = heads.iter().map(
            |head| json!({"block": head.block, "column": head.column, "text": head_text(layout, flow, head.block)}),
        );
        written["heads"] = heads.collect();
        written["end"] = end.column.into();
    }
    written
}

/// What it is, for the choice of symbol and colour.
fn kind(item: &Item) -> &'static str {
    match &item.step.operation {
        Operation::Gate(..) | Operation::ComputedGate(..) => "gate",
        Operation::Unitary(_)
        | Operation::Diagonal(_)
        | Operation::Multiplexer(_)
        | Operation::Pauli(_)
        | Operation::Initialize(_) => "box",
        Operation::Kraus(_)
        | Operation::Superoperator(_)
        | Operation::QuantumError(_)
        | Operation::ReadoutError(_)
        | Operation::QuantumErrorLocation
        | Operation::NoiseSwitch(_) => "noise",
        Operation::Delay(_) => "delay",
        Operation::Barrier => "barrier",
        Operation::Reset => "reset",
        Operation::SetStatevector(_) | Operation::SetState(_) => "set",
        Operation::Measure(_) => "measure",
        Operation::BooleanFunction(_) => "other",
        Operation::Store(_) => "store",
        Operation::ControlFlow(_) if !item.heads.is_empty() => "control_flow",
        Operation::Jump(_) | Operation::Mark(_) | Operation::ControlFlow(_) => "jump",
        Operation::Save(_) => "save",
    }
}

/// The condition of control flow as it was written, any other as a comparison.
fn condition_text(layout: &Layout, item: &Item, condition: &Condition) -> String {
    let circuit = layout.circuit;
    match (&item.step.operation, condition) {
        (Operation::ControlFlow(flow), _) if !item.heads.is_empty() => expression_text(layout, flow),
        (_, Condition::Register(index, value)) => {
            let name = circuit.cregs.get(*index).map(|register| register.name.as_str());
            format!("{} == {value}", name.unwrap_or_default())
        }
        (_, Condition::Bit(bit, value)) => {
            format!("{} == {}", label::bit_name(&circuit.cregs, *bit), u8::from(*value))
        }
        (_, Condition::Other(_)) => "expression".to_owned(),
    }
}

/// What decides which way control flow goes.
fn expression_text(layout: &Layout, flow: &ControlFlow) -> String {
    match flow {
        ControlFlow::IfElse { condition, .. } | ControlFlow::While { condition, .. } => {
            label::expression(condition, layout.circuit)
        }
        ControlFlow::For { parameter, values, .. } => match parameter {
            // Names that nobody gave begin so.
            Some(name) if !name.starts_with('_') => format!("{name} in {}", label::values(values)),
            _ => label::values(values),
        },
        ControlFlow::Switch { target, .. } => label::expression(target, layout.circuit),
        _ => String::new(),
    }
}

/// What stands where a block begins, or before all blocks of a `switch`.
fn head_text(layout: &Layout, flow: &ControlFlow, block: Option<usize>) -> String {
    let (word, rest) = match (flow, block) {
        (ControlFlow::IfElse { .. }, Some(0)) => ("if", expression_text(layout, flow)),
        (ControlFlow::IfElse { .. }, _) => ("else", String::new()),
        (ControlFlow::While { .. }, _) => ("while", expression_text(layout, flow)),
        (ControlFlow::For { .. }, _) => ("for", expression_text(layout, flow)),
        (ControlFlow::Switch { .. }, None) => ("switch", expression_text(layout, flow)),
        (ControlFlow::Switch { cases, .. }, Some(block)) => match cases.get(block) {
            Some((values, _)) => ("case", values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
            None => ("default", String::new()),
        },
        (ControlFlow::Sequence(_), Some(block)) if block > 0 => ("next", String::new()),
        _ => ("block", String::new()),
    };
    if rest.is_empty() { word.to_owned() } else { format!("{word} {rest}") }
}

/// The instruction in words: `rx(π/2) q[0]`, `measure q[0] -> c[0]`, `if c == 1: x q[2]`.
fn title(layout: &Layout, item: &Item, params: &[String], clbits: &[u32]) -> String {
    let circuit = layout.circuit;
    let names = |registers: &[Register], bits: &[u32]| -> String {
        bits.iter().map(|bit| label::bit_name(registers, *bit)).collect::<Vec<_>>().join(", ")
    };
    let mut title = match &item.step.operation {
        Operation::ControlFlow(flow) if !item.heads.is_empty() => {
            let first = item.heads.first().and_then(|head| head.block);
            head_text(layout, flow, first)
        }
        operation => operation.name().to_owned(),
    };
    if item.heads.is_empty() && !params.is_empty() {
        title = format!("{title}({})", params.join(", "));
    }
    title += " ";
    title += &names(&circuit.qregs, &item.qubits);
    if !clbits.is_empty() {
        title += " -> ";
        title += &names(&circuit.cregs, clbits);
    }
    match &item.condition {
        Some(condition) if item.heads.is_empty() => {
            format!("if {}: {title}", condition_text(layout, item, condition))
        }
        _ => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::{Circuit, GATES, Gate, Instruction};
    use crate::draw::{self, DrawOptions};

    fn drawn(gate: Gate, qubits: usize) -> Value {
        let mut circuit = Circuit::new(qubits as u32, 0);
        let parameters = vec![0.3; gate.spec().parameters.len()];
        circuit.instructions = vec![Instruction::gate(gate, parameters, 0..qubits as u32)];
        draw::layout(&circuit, DrawOptions::default())["items"][0].take()
    }

    #[test]
    fn what_is_controlled_is_a_gate_with_the_same_matrix() {
        for spec in GATES {
            let qubits = spec.num_qubits().unwrap_or(spec.targets + 2);
            let item = drawn(spec.gate, qubits);
            let controls = spec.gate.num_controls(qubits);
            assert_eq!(item["controls"].as_array().unwrap().len(), controls, "{}", spec.name);
            assert_eq!(item["targets"].as_array().unwrap().len(), spec.targets, "{}", spec.name);
            let Some(base) = item["base"].as_str() else {
                assert_eq!(controls, 0, "{}", spec.name);
                continue;
            };
            let base = Gate::by_name(base).unwrap_or_else(|| panic!("{} controls {base}", spec.name));
            assert_eq!(base.spec().controls, crate::circuit::gate::Controls::Exactly(0), "{}", spec.name);
            // The fourth parameter of `cu` is a phase, which `u` does not have.
            let parameters = vec![0.3; spec.parameters.len()];
            let (own, other) = (spec.parameters.len(), base.spec().parameters.len());
            if own == other {
                let [a, b] = [spec.gate, base].map(|gate| gate.target_matrix(&parameters));
                assert_eq!(a, b, "{}", spec.name);
            } else {
                assert_eq!((own, other, base.name()), (4, 3, "u"), "{}", spec.name);
            }
        }
    }

    #[test]
    fn titles_are_read_alone() {
        assert_eq!(drawn(Gate::Cx, 2)["title"], "cx q[0], q[1]");
        assert_eq!(drawn(Gate::Rx, 1)["title"], "rx(0.3) q[0]");
    }
}
