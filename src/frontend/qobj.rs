//! Qobj JSON (`QasmQobj`, schema 1.3): reading what Qiskit and Aer write, and writing it.
//!
//! Reading is done in three passes over the text, each linear: the envelope, the experiments, the
//! instructions, one at a time. An error of the envelope is one of the whole text; an error within an
//! experiment is that experiment's alone. Encodings and the first sentences of errors are Aer's
//! (`src/framework/{qobj,circuit,operations}.hpp` of 0.14.2), but what Aer lets pass unseen (repeated or
//! absent qubits, surplus parameters, matrices that are not unitary, …) is an error here.
//!
//! Aer refuses `conditional` on anything but gates, while a [`Circuit`](crate::circuit::Circuit) may have it
//! everywhere. So may an experiment whose `config` says `"conditional_any": true`; [`experiment_json`] says it
//! where it is needed.
//!
//! A Qobj has no structured control flow: a circuit's is written as jumps, as [`crate::circuit::lower`] makes
//! them. Beyond Aer there are `store` (`target`: a place in the register, `expr`: a typed expression),
//! `save_variable` (`target`), gate parameters `{"expr": …}`, and `variables` in an experiment's `config`.

mod packed;
mod parameterizations;
mod plain;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use packed::{pack, unpack};
pub(super) use read::{error_instruction, indices};
pub use read::{load_with, matrices, matrix, one_instruction, paulis};
pub use write::{experiment_json, instruction_json, qobj_json, qobj_text};

use crate::circuit::Operation;
use crate::error::AerError;
use crate::frontend::{LoadOptions, Program, Reading};

/// The version of the schema that is written.
pub const SCHEMA_VERSION: &str = "1.3.0";

/// The key of an experiment's `config` that allows `conditional` on every instruction.
pub const CONDITIONAL_ANY: &str = "conditional_any";

/// The keys of an experiment's `config` that describe its structure and are no options.
const STRUCTURAL: [&str; 4] = ["n_qubits", "memory_slots", CONDITIONAL_ANY, VARIABLES];

/// The key of an experiment's `config` that lists the classical variables: `[{name, slot}, …]`.
const VARIABLES: &str = "variables";

/// Reads a Qobj that needs nothing else.
pub fn load(text: &str) -> Result<Program, AerError> {
    load_with(text, LoadOptions::default())
}

/// Bytes between two reports of progress.
const PROGRESS_BYTES: usize = 1 << 16;

/// How far the reading is, and who wants to know.
struct Progress<'a> {
    tell: Option<&'a dyn Fn(Reading)>,
    /// What was told last, and the number of instructions that were read.
    told: Reading,
}

impl<'a> Progress<'a> {
    fn new(total_bytes: usize, options: LoadOptions<'a>) -> Self {
        Self { tell: options.progress, told: Reading { bytes: 0, total_bytes, instructions: 0 } }
    }

    /// Reports now and then; so many bytes come before the next instruction.
    fn next_instruction(&mut self, bytes: usize) {
        if let Some(tell) = self.tell
            && bytes >= self.told.bytes + PROGRESS_BYTES
        {
            self.told.bytes = bytes;
            tell(self.told);
        }
        self.told.instructions += 1;
    }
}

/// Whether Aer lets the instruction have a `conditional`.
fn may_be_conditional(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Gate(..)
            | Operation::ComputedGate(..)
            | Operation::Unitary(_)
            | Operation::Diagonal(_)
            | Operation::Multiplexer(_)
            | Operation::Kraus(_)
            | Operation::Superoperator(_)
            | Operation::QuantumErrorLocation
            | Operation::Jump(_)
            | Operation::Store(_)
            | Operation::Delay(_)
    )
}
