//! The core of `QuantumCircuit`: a circuit that grows instruction by instruction, each checked as it comes.

use serde_json::Map;
use wasm_bindgen::prelude::*;

use super::js_error::throw;
use crate::circuit::operation::{Measure, Pauli, Save, SaveKind, SaveSubtype};
use crate::circuit::{Circuit, GATES, Instruction, Operation, Register, validate};
use crate::error::{AerError, ErrorCode};
use crate::frontend::{self, qobj::QobjJson};
use crate::linalg::{Complex, Matrix};

/// A circuit under construction.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CircuitBuilder {
    circuit: Circuit,
}

/// The class, to lend to JavaScript.
pub fn class() -> JsValue {
    super::class_of(&CircuitBuilder::new().into())
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "documented where users see it: QuantumCircuit in types.d.ts")]
impl CircuitBuilder {
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { circuit: Circuit::new(0, 0) }
    }

    pub fn from_qasm(text: &str) -> Result<CircuitBuilder, JsValue> {
        let mut program = frontend::load(text).map_err(throw)?;
        let circuit = program.circuits.pop().unwrap_or_else(|| Ok(Circuit::new(0, 0))).map_err(throw)?;
        Ok(Self { circuit })
    }

    pub fn add_qreg(&mut self, name: &str, size: u32) -> Result<(), JsValue> {
        self.circuit.num_qubits = grown(self.circuit.num_qubits, size)?;
        self.circuit.qregs.push(Register { name: name.into(), size });
        Ok(())
    }

    pub fn add_creg(&mut self, name: &str, size: u32) -> Result<(), JsValue> {
        self.circuit.num_clbits = grown(self.circuit.num_clbits, size)?;
        self.circuit.num_register_bits = self.circuit.num_register_bits.max(self.circuit.num_clbits);
        self.circuit.cregs.push(Register { name: name.into(), size });
        Ok(())
    }

    /// A register name that is not taken: `meas`, `meas0`, `meas1`, …
    pub fn free_creg_name(&self, wanted: &str) -> String {
        let taken = |name: &str| self.circuit.cregs.iter().any(|register| register.name == name);
        if !taken(wanted) {
            return wanted.to_owned();
        }
        let numbered =
            (0..=self.circuit.cregs.len()).map(|i| format!("{wanted}{i}")).find(|name| !taken(name));
        numbered.unwrap_or_default()
    }

    #[wasm_bindgen(getter)]
    pub fn num_qubits(&self) -> u32 {
        self.circuit.num_qubits
    }

    #[wasm_bindgen(getter)]
    pub fn num_clbits(&self) -> u32 {
        self.circuit.num_clbits
    }

    #[wasm_bindgen(getter)]
    pub fn global_phase(&self) -> f64 {
        self.circuit.global_phase
    }

    #[wasm_bindgen(setter)]
    pub fn set_global_phase(&mut self, phase: f64) {
        self.circuit.global_phase = phase;
    }

    pub fn size(&self) -> usize {
        self.circuit.instructions.len()
    }

    /// A gate by its index in the gate table.
    pub fn gate(&mut self, index: usize, parameters: &[f64], qubits: &[i32]) -> Result<(), JsValue> {
        let Some(spec) = GATES.get(index) else {
            return Err(throw(AerError::new(ErrorCode::UnknownGate, "No such gate.")));
        };
        self.push(Operation::Gate(spec.gate, parameters.into()), qubits)
    }

    pub fn measure(&mut self, qubits: &[i32], clbits: &[i32]) -> Result<(), JsValue> {
        let clbits = indices(clbits, "clbit", ErrorCode::ClbitOutOfRange).map_err(throw)?;
        self.push(Operation::Measure(Box::new(Measure { memory: clbits.clone(), register: clbits })), qubits)
    }

    pub fn barrier(&mut self, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Barrier, qubits)
    }

    pub fn reset(&mut self, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Reset, qubits)
    }

    pub fn delay(&mut self, duration: f64, qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Delay(duration), qubits)
    }

    pub fn pauli(&mut self, letters: &str, qubits: &[i32]) -> Result<(), JsValue> {
        let letters = Pauli::from_letters(letters).ok_or_else(|| {
            throw(
                AerError::new(ErrorCode::InvalidParameter, "This is not a Pauli string.")
                    .found(format!("\"{letters}\""))
                    .expected("letters I, X, Y and Z"),
            )
        })?;
        self.push(Operation::Pauli(letters), qubits)
    }

    /// Amplitudes interleaved re, im.
    pub fn initialize(&mut self, amplitudes: &[f64], qubits: &[i32]) -> Result<(), JsValue> {
        self.push(Operation::Initialize(complex(amplitudes)), qubits)
    }

    /// Entries row by row, interleaved re, im.
    pub fn unitary(
        &mut self,
        rows: usize,
        entries: &[f64],
        qubits: &[i32],
        label: Option<String>,
    ) -> Result<(), JsValue> {
        let entries = complex(entries).into_vec();
        let columns = entries.len().checked_div(rows).unwrap_or(0);
        let Some(matrix) = Matrix::new(rows, columns, entries) else {
            let error = AerError::new(ErrorCode::InvalidMatrix, "The rows of the matrix differ in length.");
            return Err(throw(error));
        };
        self.push(Operation::Unitary(Box::new(matrix)), qubits)?;
        if let (Some(label), Some(last)) = (label, self.circuit.instructions.last_mut()) {
            last.label = Some(label.into());
        }
        Ok(())
    }

    pub fn set_statevector(&mut self, amplitudes: &[f64]) -> Result<(), JsValue> {
        self.push_on_all(Operation::SetStatevector(complex(amplitudes)))
    }

    pub fn save_statevector(&mut self, label: &str, subtype: &str) -> Result<(), JsValue> {
        let subtype: SaveSubtype = serde_json::from_value(subtype.into()).map_err(|_| {
            throw(AerError::new(ErrorCode::InvalidArgument, "No such subtype.").found(subtype))
        })?;
        let save = Save { kind: SaveKind::Statevector, label: label.into(), subtype };
        self.push_on_all(Operation::Save(Box::new(save)))
    }

    /// The circuit as the text of a Qobj with one experiment.
    pub fn qobj_text(&mut self, name: &str) -> String {
        name.clone_into(&mut self.circuit.name);
        let qobj = QobjJson {
            circuits: std::slice::from_ref(&self.circuit),
            config: &Map::new(),
            qobj_id: "",
            header: &Map::new(),
        };
        serde_json::to_string(&qobj).unwrap_or_default()
    }
}

impl CircuitBuilder {
    fn push(&mut self, operation: Operation, qubits: &[i32]) -> Result<(), JsValue> {
        let push = || {
            let qubits = indices(qubits, "qubit", ErrorCode::QubitOutOfRange)?;
            let step = Instruction::new(operation, qubits);
            validate::instruction(&step, &self.circuit)
                .map_err(|e| e.at_instruction(self.circuit.instructions.len(), step.operation.name()))?;
            Ok(step)
        };
        let step = push().map_err(throw)?;
        self.circuit.instructions.push(step);
        Ok(())
    }

    fn push_on_all(&mut self, operation: Operation) -> Result<(), JsValue> {
        let all: Vec<i32> = (0..self.circuit.num_qubits.cast_signed()).collect();
        self.push(operation, &all)
    }
}

/// Indices that came as signed numbers, so that a negative one is refused and not wrapped.
fn indices(given: &[i32], what: &str, code: ErrorCode) -> Result<Vec<u32>, AerError> {
    let index = |i: &i32| {
        u32::try_from(*i).map_err(|_| {
            AerError::new(code, format!("A {what} is out of range."))
                .found(i.to_string())
                .expected("at least 0")
        })
    };
    given.iter().map(index).collect()
}

fn complex(interleaved: &[f64]) -> Box<[Complex]> {
    interleaved.chunks_exact(2).map(|pair| Complex::new(pair[0], pair[1])).collect()
}

fn grown(bits: u32, by: u32) -> Result<u32, JsValue> {
    bits.checked_add(by).ok_or_else(|| {
        throw(AerError::new(ErrorCode::InvalidArgument, "The registers are too large.").found(by.to_string()))
    })
}
