//! Circuits as bytes, which is how a `QuantumCircuit` travels from the page to a worker of the same build: writing
//! and reading the same as JSON took a third of a small job.
//!
//! Gates, measurements, barriers and resets stand as numbers; any other instruction, and what few circuits have
//! (variables, metadata, options, a header of its own), as JSON of a Qobj. Integers are LEB128, reals eight bytes,
//! little endian. First comes the version of the package: no other reads them.

use serde_json::{Map, Value, json};

use super::read::{checked, invalid, variables};
use super::{Progress, VARIABLES, one_instruction, write};
use crate::circuit::operation::Measure;
use crate::circuit::{Circuit, GATES, Instruction, Operation, Parameters, Qubits, Register};
use crate::error::AerError;
use crate::frontend::{LoadOptions, Program};

/// An instruction begins with its gate's index in the table, or one of these.
const RESET: u8 = 252;
const BARRIER: u8 = 253;
const MEASURE: u8 = 254;
const JSON: u8 = 255;

const _: () = assert!(GATES.len() <= RESET as usize, "a byte holds the index of every gate");

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Writes circuits, without structured control flow. An error where unrolled loops are too long.
pub fn pack(circuits: &[Circuit]) -> Result<Vec<u8>, AerError> {
    let mut writer = Writer::default();
    writer.text(VERSION);
    writer.count(circuits.len());
    for circuit in circuits {
        writer.circuit(&*write::flat(circuit)?);
    }
    Ok(writer.bytes)
}

/// Reads what [`pack`] wrote. A circuit that is invalid is refused alone.
pub fn unpack(bytes: &[u8], options: LoadOptions) -> Result<Program, AerError> {
    let broken = || invalid("The packed circuits cannot be read.");
    let mut reader =
        Reader { rest: bytes, total_bytes: bytes.len(), progress: Progress::new(bytes.len(), options) };
    let version = reader.text().ok_or_else(broken)?;
    if version != VERSION {
        return Err(broken().found(format!("circuits of version \"{version}\"")).expected(VERSION));
    }
    let count = reader.count().ok_or_else(broken)?;
    let mut circuits = Vec::new();
    for index in 0..count {
        let circuit = reader.circuit().ok_or_else(broken)?;
        circuits.push(circuit.and_then(checked).map_err(|error| error.at_experiment(index)));
    }
    Ok(Program { circuits, header: Some(Map::new()), ..Program::default() })
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn number(&mut self, mut number: u64) {
        while number >= 1 << 7 {
            self.bytes.push(number as u8 | 1 << 7);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    fn list(&mut self, list: &[u32]) {
        self.count(list.len());
        for item in list {
            self.number((*item).into());
        }
    }

    fn real(&mut self, real: f64) {
        self.bytes.extend(real.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend(text.as_bytes());
    }

    #[inline(never)]
    fn circuit(&mut self, circuit: &Circuit) {
        self.text(&circuit.name);
        self.number(circuit.num_qubits.into());
        self.number(circuit.num_clbits.into());
        for registers in [&circuit.qregs, &circuit.cregs] {
            self.count(registers.len());
            for register in registers {
                self.text(&register.name);
                self.number(register.size.into());
            }
        }
        self.real(circuit.global_phase);
        self.text(&rare(circuit).map_or_else(String::new, |rare| rare.to_string()));
        self.count(circuit.instructions.len());
        for step in &circuit.instructions {
            self.instruction(step);
        }
    }

    #[inline(never)]
    fn instruction(&mut self, step: &Instruction) {
        let Instruction { operation, qubits, condition: None, label: None } = step else {
            return self.json(step);
        };
        let tag = match operation {
            Operation::Gate(gate, _) => *gate as u8,
            Operation::Measure(_) => MEASURE,
            Operation::Barrier => BARRIER,
            Operation::Reset => RESET,
            _ => return self.json(step),
        };
        self.bytes.push(tag);
        self.list(qubits);
        match operation {
            Operation::Gate(_, parameters) => parameters.iter().for_each(|real| self.real(*real)),
            Operation::Measure(measure) => {
                self.list(&measure.memory);
                self.list(&measure.register);
            }
            _ => {}
        }
    }

    #[inline(never)]
    fn json(&mut self, step: &Instruction) {
        self.bytes.push(JSON);
        self.text(&write::instruction_json(step).to_string());
    }
}

/// What few circuits have.
#[inline(never)]
fn rare(circuit: &Circuit) -> Option<Value> {
    let Circuit { variables, metadata, config, header, .. } = circuit;
    let some = !(variables.is_empty() && metadata.is_empty() && config.is_empty() && header.is_none());
    some.then(|| {
        json!({
            VARIABLES: write::variables(variables), "metadata": metadata, "config": config, "header": header,
        })
    })
}

struct Reader<'a> {
    rest: &'a [u8],
    total_bytes: usize,
    progress: Progress<'a>,
}

/// Nothing where the bytes are not what was written.
impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u32> {
        if let [byte @ 0..128, rest @ ..] = self.rest {
            self.rest = rest;
            return Some((*byte).into());
        }
        let mut number = 0;
        for shift in (0..u32::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// How many entries follow, each of one byte at least.
    fn count(&mut self) -> Option<usize> {
        let count = self.number()? as usize;
        (count <= self.rest.len()).then_some(count)
    }

    fn list(&mut self) -> Option<Qubits> {
        let count = self.count()?;
        if let Some((numbers, rest)) = self.rest.split_at_checked(count)
            && numbers.iter().all(|byte| *byte < 128)
        {
            self.rest = rest;
            let mut list = [0; 4];
            if count <= list.len() {
                list.iter_mut().zip(numbers).for_each(|(to, number)| *to = (*number).into());
                return Some(Qubits::from_buf_and_len(list, count));
            }
            return Some(numbers.iter().copied().map(u32::from).collect());
        }
        let mut list = Qubits::with_capacity(count);
        for _ in 0..count {
            list.push(self.number()?);
        }
        Some(list)
    }

    fn real(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.count()?;
        std::str::from_utf8(self.bytes(len)?).ok()
    }

    fn registers(&mut self) -> Option<Vec<Register>> {
        let count = self.count()?;
        let register = |_| Some(Register { name: self.text()?.to_owned(), size: self.number()? });
        (0..count).map(register).collect()
    }

    #[inline(never)]
    fn circuit(&mut self) -> Option<Result<Circuit, AerError>> {
        let mut circuit = Circuit {
            name: self.text()?.to_owned(),
            num_qubits: self.number()?,
            num_clbits: self.number()?,
            qregs: self.registers()?,
            cregs: self.registers()?,
            global_phase: self.real()?,
            ..Circuit::default()
        };
        let rare = self.text()?;
        let count = self.count()?;
        let mut error = if rare.is_empty() { None } else { take_rare(rare, &mut circuit).err() };
        circuit.instructions.reserve_exact(count);
        for index in 0..count {
            self.progress.next_instruction(self.total_bytes - self.rest.len());
            if let Err(refused) = self.instruction(&mut circuit.instructions)? {
                error = error.or(Some(refused.at_instruction(index, "")));
            }
        }
        Some(error.map_or(Ok(circuit), Err))
    }

    #[inline(never)]
    fn instruction(&mut self, instructions: &mut Vec<Instruction>) -> Option<Result<(), AerError>> {
        let tag = self.byte()?;
        if tag == JSON {
            let step = one_instruction(self.text()?);
            return Some(step.map(|step| instructions.push(step)));
        }
        let qubits = self.list()?;
        let operation = match tag {
            MEASURE => Operation::Measure(Box::new(Measure {
                memory: self.list()?.into_vec(),
                register: self.list()?.into_vec(),
            })),
            BARRIER => Operation::Barrier,
            RESET => Operation::Reset,
            gate => {
                let spec = GATES.get(usize::from(gate))?;
                let mut parameters = Parameters::new();
                for _ in spec.parameters {
                    parameters.push(self.real()?);
                }
                Operation::Gate(spec.gate, parameters)
            }
        };
        instructions.push(Instruction { operation, qubits, condition: None, label: None });
        Some(Ok(()))
    }
}

#[inline(never)]
fn take_rare(rare: &str, circuit: &mut Circuit) -> Result<(), AerError> {
    let rare: Map<String, Value> =
        serde_json::from_str(rare).map_err(|error| invalid("Not valid JSON.").found(error.to_string()))?;
    let object = |key: &str| rare.get(key).and_then(Value::as_object).cloned();
    circuit.variables = variables(rare.get(VARIABLES))?;
    circuit.metadata = object("metadata").unwrap_or_default();
    circuit.config = object("config").unwrap_or_default();
    circuit.header = object("header");
    Ok(())
}
