//! From a model and a circuit to a noisy circuit.

use std::collections::HashMap;
use std::sync::Arc;

use super::{NoiseModel, QuantumEntry, QuantumError, ReadoutError, unfit};
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::operation::{self, BooleanFunction, Measure};
use crate::circuit::{Bits, Circuit, Instruction, Operation, Qubit, Qubits};
use crate::error::{AerError, ErrorCode};

/// The errors that go with one kind of instruction.
struct Errors<'a, E> {
    /// Wherever there are none of the qubits' own.
    everywhere: Vec<&'a E>,
    /// On these qubits in this order.
    local: HashMap<&'a [Qubit], Vec<&'a E>>,
}

/// What happens to other qubits than those of the instruction.
type Elsewhere<'a> = HashMap<&'a [Qubit], Vec<(&'a Qubits, &'a QuantumError)>>;

/// A model, ready to be asked.
struct Lookup<'a> {
    quantum: HashMap<&'a str, (Errors<'a, QuantumError>, Elsewhere<'a>)>,
    readout: Errors<'a, ReadoutError>,
}

impl<'a, E> Errors<'a, E> {
    fn new() -> Self {
        Self { everywhere: Vec::new(), local: HashMap::new() }
    }

    fn add(&mut self, error: &'a E, places: &'a [Qubits]) {
        if places.is_empty() {
            self.everywhere.push(error);
        }
        for qubits in places {
            self.local.entry(qubits).or_default().push(error);
        }
    }

    fn on(&self, qubits: &[Qubit]) -> &[&'a E] {
        self.local.get(qubits).unwrap_or(&self.everywhere)
    }

    /// The sets of qubits, by their positions, that are looked up for an instruction that does the same to each of
    /// its qubits: all, if the model knows them together, each otherwise.
    fn sets(&self, qubits: &[Qubit]) -> Vec<Vec<usize>> {
        if self.local.contains_key(qubits) {
            vec![(0..qubits.len()).collect()]
        } else {
            (0..qubits.len()).map(|position| vec![position]).collect()
        }
    }
}

impl<'a> Lookup<'a> {
    fn new(model: &'a NoiseModel) -> Self {
        let mut lookup = Self { quantum: HashMap::new(), readout: Errors::new() };
        for entry in &model.quantum {
            let QuantumEntry { error, operations, qubits, noise_qubits } = entry;
            for name in operations {
                let (own, elsewhere) =
                    lookup.quantum.entry(name).or_insert_with(|| (Errors::new(), HashMap::new()));
                if noise_qubits.is_empty() {
                    own.add(error, qubits);
                }
                for (at, on) in qubits.iter().flat_map(|at| noise_qubits.iter().map(move |on| (at, on))) {
                    elsewhere.entry(at).or_default().push((on, error));
                }
            }
        }
        for entry in &model.readout {
            lookup.readout.add(&entry.error, &entry.qubits);
        }
        lookup
    }

    /// The name under which the model knows an instruction, if it does.
    fn key(&self, step: &Instruction) -> Option<&'a str> {
        let known = |name: &str| self.quantum.get_key_value(name).map(|(key, _)| *key);
        match (&step.operation, step.label.as_deref()) {
            // What is no gate by itself may be known by either.
            (Operation::Diagonal(_) | Operation::Multiplexer(_) | Operation::Initialize(_), Some(label)) => {
                known(label).or_else(|| known(step.operation.name()))
            }
            (Operation::Measure(_) | Operation::Reset, _) | (_, None) => known(step.operation.name()),
            (_, Some(label)) => known(label),
        }
    }

    /// The quantum errors of an instruction.
    fn quantum(&self, step: &Instruction, num_qubits: u32) -> Result<Vec<Instruction>, AerError> {
        let mut found = Vec::new();
        let Some((name, (own, elsewhere))) =
            self.key(step).and_then(|name| Some((name, self.quantum.get(name)?)))
        else {
            return Ok(found);
        };
        let sets = match step.operation {
            Operation::Measure(_) | Operation::Reset => own.sets(&step.qubits),
            _ => vec![(0..step.qubits.len()).collect()],
        };
        let mut add = |error: &QuantumError, qubits: &[Qubit]| {
            if !error.ideal() {
                let mixture = Operation::QuantumError(Arc::clone(error.mixture()));
                found.push(Instruction {
                    condition: step.condition,
                    ..Instruction::new(mixture, qubits.iter().copied())
                });
            }
        };
        for set in sets {
            let qubits: Qubits = set.iter().map(|position| step.qubits[*position]).collect();
            for error in own.on(&qubits) {
                let width = error.num_qubits() as usize;
                let acted_on = qubits.get(..width).ok_or_else(|| unfit(width, qubits.len(), name))?;
                add(error, acted_on);
            }
        }
        for (qubits, error) in elsewhere.get(&*step.qubits).into_iter().flatten() {
            if qubits.iter().all(|qubit| *qubit < num_qubits) {
                add(error, qubits);
            }
        }
        Ok(found)
    }

    /// The readout errors of a measurement.
    fn readout(&self, measure: &Measure, step: &Instruction) -> Vec<Instruction> {
        // What is written to no memory is not misread.
        if measure.memory.len() != step.qubits.len() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for set in self.readout.sets(&step.qubits) {
            let qubits: Qubits = set.iter().map(|position| step.qubits[*position]).collect();
            let bits =
                |bits: &[u32]| set.iter().filter_map(|position| bits.get(*position).copied()).collect();
            for error in self.readout.on(&qubits) {
                let error = operation::ReadoutError {
                    memory: bits(&measure.memory),
                    register: bits(&measure.register),
                    probabilities: error.probabilities().to_vec(),
                };
                found.push(Instruction {
                    condition: step.condition,
                    ..Instruction::new(Operation::ReadoutError(Box::new(error)), [])
                });
            }
        }
        found
    }
}

/// Whether errors may go with an operation at all.
fn may_be_noisy(operation: &Operation) -> bool {
    !matches!(
        operation,
        Operation::Kraus(_)
            | Operation::Superoperator(_)
            | Operation::QuantumError(_)
            | Operation::ReadoutError(_)
            | Operation::BooleanFunction(_)
            | Operation::Store(_)
            | Operation::Barrier
            | Operation::Jump(_)
            | Operation::Mark(_)
            | Operation::ControlFlow(_)
    )
}

/// Puts the errors of a model into a circuit that is valid and has no structured control flow: after an
/// instruction, or before a measurement, whose readout errors follow it. The errors of a conditional instruction
/// are conditional alike. `qerror_loc` and `noise_switch` give way to what they stand for. Costs time linear in
/// the circuit and in the model.
pub fn insert(model: &NoiseModel, circuit: &mut Circuit) -> Result<(), AerError> {
    let stays = |step: &Instruction| {
        !matches!(step.operation, Operation::QuantumErrorLocation | Operation::NoiseSwitch(_))
    };
    if model.is_ideal() {
        circuit.instructions.retain(stays);
        return Ok(());
    }
    let lookup = Lookup::new(model);
    let (mut noisy, mut on) = (Vec::new(), true);
    let mut scratch = None;
    for (index, step) in std::mem::take(&mut circuit.instructions).into_iter().enumerate() {
        let (mut errors, mut misreadings) = (Vec::new(), Vec::new());
        if let Operation::NoiseSwitch(now) = step.operation {
            on = now;
        } else if on && may_be_noisy(&step.operation) {
            errors = lookup
                .quantum(&step, circuit.num_qubits)
                .map_err(|error| error.at_instruction(index, step.operation.name()))?;
            if let Operation::Measure(measure) = &step.operation {
                misreadings = lookup.readout(measure, &step);
                if let Some(bit) = step.condition.filter(|bit| measure.register.contains(bit))
                    && !misreadings.is_empty()
                {
                    // The measurement changes what it depends on: its misreading depends on a copy.
                    let copy = *scratch.get_or_insert(circuit.num_register_bits);
                    circuit.num_register_bits = circuit.num_register_bits.max(copy + 1);
                    errors.push(copied(bit, copy));
                    for error in &mut misreadings {
                        error.condition = Some(copy);
                    }
                }
            }
        }
        noisy.try_reserve(errors.len() + misreadings.len() + 1).map_err(|_| {
            AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for the noisy circuit.")
                .found(format!("{} instructions", noisy.len()))
        })?;
        let before = matches!(step.operation, Operation::Measure(_));
        if before {
            noisy.append(&mut errors);
        }
        noisy.extend(stays(&step).then_some(step));
        noisy.append(&mut errors);
        noisy.append(&mut misreadings);
    }
    circuit.instructions = noisy;
    Ok(())
}

/// Writes one register bit to another.
fn copied(from: u32, to: u32) -> Instruction {
    let mut mask = Bits::zeros(from + 1);
    mask.set(from, true);
    let comparison = Comparison { value: mask.clone(), mask, relation: Relation::Equal };
    let function = BooleanFunction { comparison, register: to, memory: None };
    Instruction::new(Operation::BooleanFunction(Box::new(function)), [])
}
