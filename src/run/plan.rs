//! Preparation of a circuit for its engine: idle qubits out, and whether one run serves all shots.
//!
//! Both follow Aer (`Circuit::set_params`, `Executor::check_measure_sampling_opt` of 0.14.2), with one
//! difference: a `bfunc` after the first measurement always means a run per shot, where Aer moves it before
//! the measurement it reads.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::circuit::operation::SaveKind;
use crate::circuit::{Circuit, Instruction, Operation, Qubit};
use crate::engine::Method;
use crate::error::{AerError, ErrorCode};

/// What was found out about a circuit, whose instructions were changed to match.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "what was found out, each by itself")]
pub struct Plan {
    /// The original index of each qubit that is simulated, ascending.
    pub active: Vec<Qubit>,
    /// Whether qubits have new indices.
    pub remapped: bool,
    /// Whether the circuit runs once and outcomes are drawn from its final state.
    pub sampled: bool,
    /// Whether resets and noise are channels of the method.
    pub channels: bool,
    /// From here on measurements and readout errors can wait until the end: nothing reads their qubits or any bit.
    pub deferred_from: usize,
    /// Whether anything is measured.
    pub measures: bool,
    /// For each instruction that is a jump, the index of its mark; empty where there are none.
    pub targets: Vec<usize>,
}

impl Plan {
    /// Plans a circuit and rewrites its instructions: barriers go, and with `truncate` whatever cannot reach a
    /// measurement or a save; the qubits that remain are renumbered. The circuit has no structured control flow
    /// (see `circuit::lower`). Costs time linear in the instructions, with jumps times the number of qubits at
    /// worst.
    pub fn new(circuit: &mut Circuit, truncate: bool) -> Self {
        circuit.instructions.retain(|step| !matches!(step.operation, Operation::Barrier));
        let mut active: Vec<Qubit> = (0..circuit.num_qubits).collect();
        if truncate {
            active = keep_ancestors(circuit);
        }
        let remapped = active.len() < circuit.num_qubits as usize;
        if remapped {
            let new: HashMap<Qubit, Qubit> = active.iter().copied().zip(0..).collect();
            for step in &mut circuit.instructions {
                for qubit in &mut step.qubits {
                    *qubit = new.get(qubit).copied().unwrap_or_default();
                }
            }
        }
        let measures =
            circuit.instructions.iter().any(|step| matches!(step.operation, Operation::Measure(_)));
        let targets = jump_targets(circuit);
        let deferred_from = deferred_from(circuit);
        Self { active, remapped, sampled: false, channels: false, deferred_from, measures, targets }
    }

    /// The plan for a method, which may have [channels](crate::engine::Engine::has_channels).
    #[must_use]
    pub fn with_channels(self, circuit: &Circuit, channels: bool) -> Self {
        Self { sampled: can_sample(circuit, self.active.len(), channels), channels, ..self }
    }

    /// Number of qubits that are simulated.
    pub fn num_qubits(&self) -> u32 {
        self.active.len() as u32
    }

    /// What the result's metadata tell of the plan.
    pub fn metadata(&self) -> Map<String, Value> {
        let map: Vec<[Qubit; 2]> =
            self.active.iter().copied().zip(0..).map(|(old, new)| [old, new]).collect();
        let mut metadata = Map::new();
        metadata.insert("measure_sampling".into(), (self.sampled && self.measures).into());
        metadata.insert("num_qubits".into(), self.num_qubits().into());
        metadata.insert("active_input_qubits".into(), json!(self.active));
        metadata.insert("input_qubit_map".into(), json!(map));
        metadata.insert("remapped_qubits".into(), self.remapped.into());
        metadata
    }
}

/// Where each jump goes. One without a mark, which validation lets not through, ends the pass.
#[inline(never)]
fn jump_targets(circuit: &Circuit) -> Vec<usize> {
    let steps = || circuit.instructions.iter().enumerate();
    let marks: HashMap<&str, usize> = steps()
        .filter_map(|(index, step)| match &step.operation {
            Operation::Mark(label) => Some((&**label, index)),
            _ => None,
        })
        .collect();
    if !has_jumps(circuit) {
        return Vec::new();
    }
    let end = circuit.instructions.len();
    steps()
        .map(|(_, step)| match &step.operation {
            Operation::Jump(label) => marks.get(&**label).copied().unwrap_or(end),
            _ => end,
        })
        .collect()
}

fn has_jumps(circuit: &Circuit) -> bool {
    circuit.instructions.iter().any(|step| matches!(step.operation, Operation::Jump(_)))
}

/// What is kept whatever its qubits do: it gives a result, or concerns classical bits.
fn always_kept(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Measure(_)
            | Operation::Save(_)
            | Operation::BooleanFunction(_)
            | Operation::ReadoutError(_)
            | Operation::Store(_)
            | Operation::Jump(_)
            | Operation::Mark(_)
    )
}

/// Drops what touches no qubit that later reaches a result; gives the qubits that remain.
#[inline(never)]
fn keep_ancestors(circuit: &mut Circuit) -> Vec<Qubit> {
    let mut reaches = vec![false; circuit.num_qubits as usize];
    let mut kept: Vec<bool> = Vec::with_capacity(circuit.instructions.len());
    let is_set = |reaches: &[bool], qubit: Qubit| reaches.get(qubit as usize).copied().unwrap_or_default();
    // Where there are jumps, "later" may stand before: what a qubit ever meets counts, so the walk is done until
    // nothing is added.
    if has_jumps(circuit) {
        let mut grown = true;
        while grown {
            grown = false;
            for step in circuit.instructions.iter().rev() {
                let own = always_kept(&step.operation);
                if own || step.qubits.iter().any(|qubit| is_set(&reaches, *qubit)) {
                    for qubit in &step.qubits {
                        if let Some(flag) = reaches.get_mut(*qubit as usize) {
                            grown |= !std::mem::replace(flag, true);
                        }
                    }
                }
            }
        }
    }
    for step in circuit.instructions.iter().rev() {
        let keep = always_kept(&step.operation) || step.qubits.iter().any(|qubit| is_set(&reaches, *qubit));
        if keep {
            for qubit in &step.qubits {
                if let Some(flag) = reaches.get_mut(*qubit as usize) {
                    *flag = true;
                }
            }
        }
        kept.push(keep);
    }
    circuit.instructions.retain(|_| kept.pop().unwrap_or_default());
    (0..circuit.num_qubits).filter(|qubit| is_set(&reaches, *qubit)).collect()
}

/// The first instruction from which on measurements and readout errors can wait for the end.
#[inline(never)]
fn deferred_from(circuit: &Circuit) -> usize {
    let mut touched = vec![false; circuit.num_qubits as usize];
    let mut is_touched = |step: &Instruction, touch: bool| {
        let flags = step.qubits.iter().filter_map(|qubit| Some((*qubit, *touched.get(*qubit as usize)?)));
        let any = flags.clone().any(|(_, touched)| touched);
        for qubit in &step.qubits {
            if let Some(flag) = touched.get_mut(*qubit as usize).filter(|_| touch) {
                *flag = true;
            }
        }
        any
    };
    for (index, step) in circuit.instructions.iter().enumerate().rev() {
        let waits = match &step.operation {
            Operation::Measure(_) => step.condition.is_none() && !is_touched(step, false),
            Operation::ReadoutError(_) => step.condition.is_none(),
            Operation::Save(_)
            | Operation::BooleanFunction(_)
            | Operation::Store(_)
            | Operation::ComputedGate(..)
            | Operation::Jump(_)
            | Operation::Mark(_) => false,
            _ => {
                is_touched(step, true);
                step.condition.is_none()
            }
        };
        if !waits {
            return index + 1;
        }
    }
    0
}

/// Whether nothing random happens before the measurements, and nothing to what was measured after them.
#[inline(never)]
pub fn can_sample(circuit: &Circuit, num_qubits: usize, channels: bool) -> bool {
    let mut measured = vec![false; num_qubits];
    let mut any_measured = false;
    for (index, step) in circuit.instructions.iter().enumerate() {
        let touches_measured =
            || step.qubits.iter().any(|qubit| measured.get(*qubit as usize).copied().unwrap_or_default());
        let fits = match &step.operation {
            Operation::Jump(_) | Operation::Mark(_) => false,
            Operation::Reset
            | Operation::Kraus(_)
            | Operation::Superoperator(_)
            | Operation::QuantumError(_)
                if !channels =>
            {
                false
            }
            // Sampling misreads outcomes only.
            Operation::ReadoutError(_) => any_measured,
            Operation::Initialize(_) if !channels && index > 0 && step.qubits.len() < num_qubits => false,
            Operation::Measure(_) => step.condition.is_none(),
            _ if !any_measured => true,
            Operation::Save(_)
            | Operation::BooleanFunction(_)
            | Operation::Store(_)
            | Operation::ComputedGate(..) => false,
            _ => step.condition.is_none() && !touches_measured(),
        };
        if !fits {
            return false;
        }
        if matches!(step.operation, Operation::Measure(_)) {
            any_measured = true;
            for qubit in &step.qubits {
                if let Some(flag) = measured.get_mut(*qubit as usize) {
                    *flag = true;
                }
            }
        }
    }
    true
}

/// Checks what a state of `num_qubits` qubits takes against what there is, before it is taken.
/// `required` gives the bytes that a state takes.
#[inline(never)]
pub fn check_memory(
    name: &str,
    method: Method,
    num_qubits: u32,
    required: impl Fn(u32) -> u64,
    limit: Option<u64>,
) -> Result<(), AerError> {
    let (needed, Some(limit)) = (required(num_qubits), limit) else { return Ok(()) };
    if needed <= limit {
        return Ok(());
    }
    let fitting = (0..num_qubits).rev().find(|n| required(*n) <= limit).unwrap_or(0);
    Err(AerError::new(
        ErrorCode::InsufficientMemory,
        format!(
            "Insufficient memory to run circuit {name} using the {} simulator. Required memory: {}M, max memory: {}M.",
            method.name(),
            mebibytes(needed),
            limit >> 20,
        ),
    )
    .found(format!("{num_qubits} qubits"))
    .expected(format!("at most {fitting} qubits in this memory")))
}

/// Bytes of an entry of a dictionary: a short text, its three words, and a number or two.
const ENTRY_BYTES: u64 = 64;

/// Bytes that one value of a save takes; saturates.
fn value_bytes(kind: &SaveKind, num_saved: u32, num_qubits: u32) -> u64 {
    let power = |bits: u32, bytes: u64| 1u64.checked_shl(bits).map_or(u64::MAX, |n| n.saturating_mul(bytes));
    match kind {
        SaveKind::State | SaveKind::Statevector => power(num_qubits, 16),
        SaveKind::StatevectorDict => power(num_qubits, ENTRY_BYTES),
        SaveKind::Amplitudes(indices) | SaveKind::AmplitudesSquared(indices) => 16 * indices.len() as u64,
        SaveKind::Probabilities => power(num_saved, 8),
        SaveKind::ProbabilitiesDict => power(num_saved, ENTRY_BYTES),
        SaveKind::DensityMatrix => power(num_saved.saturating_mul(2), 16),
        SaveKind::Unitary => power(num_qubits.saturating_mul(2), 16),
        SaveKind::Superoperator => power(num_qubits.saturating_mul(4), 16),
        SaveKind::ExpectationValue(_) | SaveKind::ExpectationValueVariance(_) | SaveKind::Variable(_) => 16,
        SaveKind::Stabilizer | SaveKind::Clifford => u64::from(num_qubits) * u64::from(num_qubits),
        SaveKind::MatrixProductState => ENTRY_BYTES * u64::from(num_qubits),
    }
}

/// Checks what the results of `shots` shots, of which `runs` are run, take: saved values, and the list of
/// memories.
#[inline(never)]
pub fn check_result_memory(
    circuit: &Circuit,
    shots: u64,
    runs: u64,
    memory: bool,
    num_qubits: u32,
    limit: Option<u64>,
) -> Result<(), AerError> {
    use crate::circuit::operation::SaveSubtype;
    let Some(limit) = limit else { return Ok(()) };
    let memories = 1u64.checked_shl(circuit.num_clbits).unwrap_or(u64::MAX);
    let values = circuit.instructions.iter().filter_map(|step| match &step.operation {
        Operation::Save(save) => {
            let values = match save.subtype {
                SaveSubtype::Single | SaveSubtype::Average | SaveSubtype::Accum => 1,
                SaveSubtype::CSingle | SaveSubtype::CAverage | SaveSubtype::CAccum => runs.min(memories),
                SaveSubtype::List | SaveSubtype::CList => runs,
            };
            Some(values.saturating_mul(value_bytes(&save.kind, step.qubits.len() as u32, num_qubits)))
        }
        _ => None,
    });
    let saved = values.fold(0u64, u64::saturating_add);
    // The words of a list that grows are there twice for a while, and in the end so is the copy that travels.
    let listed = 32 * u64::from(circuit.num_clbits).div_ceil(64);
    let needed = saved.saturating_add(if memory { shots.saturating_mul(listed) } else { 0 });
    if needed <= limit {
        return Ok(());
    }
    Err(AerError::new(
        ErrorCode::InsufficientMemory,
        format!(
            "Insufficient memory for the results of circuit {}. Required memory: {}M, max memory: {}M.",
            circuit.name,
            mebibytes(needed),
            limit >> 20,
        ),
    )
    .found(format!("{shots} shots"))
    .hint("Run fewer shots, keep one value instead of a list, or save fewer qubits."))
}

/// Bytes in MiB, rounded up.
pub fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests;
