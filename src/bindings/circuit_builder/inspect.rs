//! What a circuit tells of itself: depth, counts, its instructions, which bits are in use.

use serde_json::{Map, Value, json};

use super::super::expression::describe_expr;
use crate::circuit::{Circuit, Instruction, Operation, Slot, transform};
use crate::frontend::qobj;

/// Whether Qiskit counts the instruction as none: it does nothing to the state.
pub fn is_directive(step: &Instruction) -> bool {
    matches!(step.operation, Operation::Barrier | Operation::Save(_))
}

/// The register bits that an instruction reads or writes, blocks included, ascending.
pub fn clbits(step: &Instruction) -> Vec<u32> {
    fn collect(step: &Instruction, bits: &mut Vec<u32>) {
        bits.extend(step.condition);
        match &step.operation {
            Operation::Measure(measure) => bits.extend(measure.memory.iter().chain(&measure.register)),
            Operation::ReadoutError(error) => bits.extend(error.memory.iter().chain(&error.register)),
            Operation::BooleanFunction(function) => {
                let mask = &function.comparison.mask;
                bits.extend((0..=mask.highest().unwrap_or(0)).filter(|bit| mask.get(*bit)));
                bits.extend([function.register].into_iter().chain(function.memory));
            }
            Operation::ControlFlow(flow) => {
                flow.blocks().into_iter().flatten().for_each(|inner| collect(inner, bits));
            }
            _ => {}
        }
    }
    let mut bits = vec![];
    collect(step, &mut bits);
    if matches!(
        step.operation,
        Operation::ComputedGate(..) | Operation::Store(_) | Operation::Save(_) | Operation::ControlFlow(_)
    ) {
        transform::each_slot(&mut step.clone(), &mut |slot| {
            bits.extend(slot.first..Slot::new(slot.first, slot.ty).end());
        });
    }
    bits.sort_unstable();
    bits.dedup();
    bits
}

/// Those of them that are memory bits.
pub fn memory_bits(step: &Instruction, circuit: &Circuit) -> Vec<u32> {
    clbits(step).into_iter().filter(|bit| *bit < circuit.num_clbits).collect()
}

/// The length of the longest path, directives not counted: Qiskit's `depth()`.
pub fn depth(circuit: &Circuit) -> u32 {
    let bits = circuit.register_bits_used().max(circuit.num_register_bits) as usize;
    let qubits = circuit.num_qubits as usize;
    let mut levels = vec![0u32; qubits + bits];
    for step in &circuit.instructions {
        let wires: Vec<usize> = step
            .qubits
            .iter()
            .map(|qubit| *qubit as usize)
            .chain(clbits(step).into_iter().map(|bit| qubits + bit as usize))
            .collect();
        let top = wires.iter().filter_map(|wire| levels.get(*wire)).max().copied().unwrap_or(0);
        let level = top + u32::from(!is_directive(step));
        for wire in wires {
            if let Some(own) = levels.get_mut(wire) {
                *own = level;
            }
        }
    }
    levels.into_iter().max().unwrap_or(0)
}

/// How often each instruction stands there, the most frequent first.
pub fn count_ops(circuit: &Circuit) -> Map<String, Value> {
    let mut counts: Vec<(&str, u32)> = vec![];
    for step in &circuit.instructions {
        let name = step.operation.name();
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect()
}

/// Each instruction as `{name, qubits, clbits, params, label}`. An expression is what
/// [`describe_expr`] gives.
pub fn data(circuit: &Circuit) -> Value {
    // Control flow would be written as the jumps that it becomes.
    let flat = |step: &Instruction| match &step.operation {
        Operation::ControlFlow(_) => Instruction::new(Operation::Barrier, []),
        _ => step.clone(),
    };
    let flat = Circuit { instructions: circuit.instructions.iter().map(flat).collect(), ..circuit.clone() };
    let mut written = qobj::experiment_json(&flat);
    let mut written = written["instructions"].take();
    let params = |index: usize, written: &mut Value| match written.get_mut(index) {
        Some(step) => step.get_mut("params").map_or_else(|| json!([]), Value::take),
        None => json!([]),
    };
    let instruction = |(index, step): (usize, &Instruction)| {
        let params = match &step.operation {
            Operation::ComputedGate(_, values) => values.iter().map(describe_expr).collect(),
            Operation::ControlFlow(_) => json!([]),
            _ => params(index, &mut written),
        };
        let label = match &step.operation {
            Operation::Save(save) => Some(save.label.as_str()),
            _ => step.label.as_deref(),
        };
        json!({
            "name": step.operation.name(),
            "qubits": step.qubits.as_slice(),
            "clbits": memory_bits(step, circuit),
            "params": params,
            "label": label,
        })
    };
    circuit.instructions.iter().enumerate().map(instruction).collect()
}

/// The qubits that any instruction touches, ascending.
pub fn active_qubits(steps: &[Instruction]) -> Vec<u32> {
    let mut qubits: Vec<u32> = steps.iter().flat_map(|step| step.qubits.iter().copied()).collect();
    qubits.sort_unstable();
    qubits.dedup();
    qubits
}

/// Takes away measurements and barriers that nothing follows, and with them the last classical registers, where
/// these have no use any more. Registers before one that stays are kept, so that no bit changes its number.
pub fn remove_final_measurements(circuit: &mut Circuit) {
    let mut kept_qubits = vec![false; circuit.num_qubits as usize];
    let mut kept_bits = vec![false; circuit.num_register_bits.max(circuit.register_bits_used()) as usize];
    let mut freed = vec![];
    let is_kept = |kept: &[bool], wire: u32| kept.get(wire as usize).is_some_and(|kept| *kept);
    let mut steps = std::mem::take(&mut circuit.instructions);
    let mut kept = vec![];
    while let Some(step) = steps.pop() {
        let bits = clbits(&step);
        let removable = matches!(step.operation, Operation::Barrier | Operation::Measure(_))
            && step.condition.is_none()
            && !step.qubits.iter().any(|qubit| is_kept(&kept_qubits, *qubit))
            && !bits.iter().any(|bit| is_kept(&kept_bits, *bit));
        if removable {
            freed.extend(bits);
            continue;
        }
        for (kept, wires) in [(&mut kept_qubits, &step.qubits[..]), (&mut kept_bits, &bits[..])] {
            for wire in wires {
                if let Some(kept) = kept.get_mut(*wire as usize) {
                    *kept = true;
                }
            }
        }
        kept.push(step);
    }
    kept.reverse();
    circuit.instructions = kept;
    while let Some(last) = circuit.cregs.last() {
        let bits = circuit.num_clbits.saturating_sub(last.size)..circuit.num_clbits;
        let idle = last.size > 0
            && circuit.variables.is_empty()
            && bits.clone().all(|bit| freed.contains(&bit) && !is_kept(&kept_bits, bit));
        if !idle {
            break;
        }
        circuit.num_clbits = bits.start;
        circuit.num_register_bits = circuit.register_bits_used();
        circuit.cregs.pop();
    }
}
