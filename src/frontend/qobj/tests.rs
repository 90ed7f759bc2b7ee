use serde_json::{Map, Value, json};

use super::*;
use crate::circuit::classical::{Comparison, Relation};
use crate::circuit::operation::{
    BooleanFunction, Measure, Pauli, PauliTerm, ReadoutError, Save, SaveKind, SaveSubtype, SetState,
};
use crate::circuit::{Bits, Circuit, GATES, Gate, Instruction, Operation};
use crate::error::{AerError, ErrorCode};
use crate::frontend::{LoadOptions, Program, Reading};
use crate::linalg::{Complex, Matrix};
use crate::rng::ShotRng;

fn with_instructions(instructions: &Value) -> String {
    json!({
        "qobj_id": "test",
        "type": "QASM",
        "experiments": [{
            "header": {"name": "test"},
            "config": {"n_qubits": 3, "memory_slots": 2},
            "instructions": instructions,
        }],
    })
    .to_string()
}

fn only(program: Program) -> Result<Circuit, AerError> {
    let [circuit] = <[_; 1]>::try_from(program.circuits).unwrap();
    circuit
}

fn refused(instruction: &Value) -> AerError {
    let text = with_instructions(&json!([{"name": "h", "qubits": [0]}, instruction]));
    let error = only(load(&text).unwrap()).expect_err(&instruction.to_string());
    assert_eq!(error.place.experiment, Some(0));
    assert_eq!(error.place.instruction, Some(1), "{instruction}");
    assert_eq!(error.place.name.as_deref(), Some(instruction["name"].as_str().unwrap_or_default()));
    error
}

/// Draws whole numbers and angles.
struct Dice(ShotRng);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        (self.0.uniform() * f64::from(n)) as u32
    }

    fn angle(&mut self) -> f64 {
        (self.0.uniform() - 0.5) * 20.0
    }

    /// Some different qubits in any order.
    fn qubits(&mut self, count: usize, num_qubits: u32) -> Vec<u32> {
        let mut all: Vec<u32> = (0..num_qubits).collect();
        (0..count).map(|_| all.remove(self.below(all.len() as u32) as usize)).collect()
    }

    fn state(&mut self, num_qubits: usize) -> Box<[Complex]> {
        let raw: Vec<Complex> =
            (0..1 << num_qubits).map(|_| Complex::new(self.angle(), self.angle())).collect();
        let norm = raw.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
        raw.into_iter().map(|x| x / norm).collect()
    }

    fn bits(&mut self, width: u32) -> Bits {
        let mut bits = Bits::zeros(width);
        (0..width).for_each(|i| bits.set(i, self.below(2) == 1));
        bits
    }

    fn operation(&mut self, num_qubits: u32, num_clbits: u32, label: String) -> (Operation, Vec<u32>) {
        let some = 1 + self.below(num_qubits.min(3)) as usize;
        let all: Vec<u32> = (0..num_qubits).collect();
        match self.below(20) {
            0 => (Operation::Reset, self.qubits(some, num_qubits)),
            1 => (Operation::Barrier, self.qubits(some, num_qubits)),
            2 => (Operation::Delay(self.angle()), self.qubits(1, num_qubits)),
            3 => {
                let letters = [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z];
                let string = (0..some).map(|_| letters[self.below(4) as usize]).collect();
                (Operation::Pauli(string), self.qubits(some, num_qubits))
            }
            4 => (Operation::Initialize(self.state(some)), self.qubits(some, num_qubits)),
            5 => (Operation::SetStatevector(self.state(num_qubits as usize)), all),
            6 => {
                let matrix = crate::circuit::Gate::Rxx.full_matrix(&[self.angle()], 2);
                (Operation::Unitary(Box::new(matrix)), self.qubits(2, num_qubits))
            }
            7 => {
                let count = some.min(num_clbits as usize);
                let memory = self.qubits(count, num_clbits);
                let register = if self.below(2) == 0 { memory.clone() } else { Vec::new() };
                (Operation::Measure(Box::new(Measure { memory, register })), self.qubits(count, num_qubits))
            }
            8 => {
                let relation = [Relation::Equal, Relation::NotEqual, Relation::Less, Relation::GreaterEqual];
                let comparison = Comparison {
                    mask: self.bits(num_clbits),
                    relation: relation[self.below(4) as usize],
                    value: self.bits(num_clbits),
                };
                let register = num_clbits + self.below(70);
                let memory = (self.below(2) == 0).then(|| self.below(num_clbits));
                (
                    Operation::BooleanFunction(Box::new(BooleanFunction { comparison, register, memory })),
                    Vec::new(),
                )
            }
            9 | 10 => {
                let kind = self.save(num_qubits);
                let subtypes = kind.subtypes();
                let subtype = subtypes[self.below(subtypes.len() as u32) as usize];
                (Operation::Save(Box::new(Save { kind, label, subtype })), all)
            }
            11 => {
                let entries = (0..1 << some).map(|_| Complex::cis(self.angle())).collect();
                (Operation::Diagonal(entries), self.qubits(some, num_qubits))
            }
            12 => {
                let matrices = (0..2).map(|_| self.matrix(1)).collect();
                (Operation::Multiplexer(matrices), self.qubits(2, num_qubits))
            }
            13 => {
                let p: f64 = self.below(100).into();
                let weight = |x: f64| Matrix::diagonal(&[Complex::from((x / 100.0).sqrt()); 2]);
                let matrices = [weight(p), weight(100.0 - p)];
                (Operation::Kraus(matrices.into()), self.qubits(1, num_qubits))
            }
            14 => (Operation::Superoperator(Box::new(self.matrix(2))), self.qubits(1, num_qubits)),
            15 => {
                let memory = self.qubits(1, num_clbits);
                let register = if self.below(2) == 0 { memory.clone() } else { Vec::new() };
                let p = f64::from(self.below(100)) / 128.0;
                let probabilities = vec![vec![p, 1.0 - p], vec![0.25, 0.75]];
                (
                    Operation::ReadoutError(Box::new(ReadoutError { memory, register, probabilities })),
                    Vec::new(),
                )
            }
            16 => (Operation::QuantumErrorLocation, self.qubits(some, num_qubits)),
            17 => (Operation::SetState(Box::new(self.set_state(num_qubits as usize))), all),
            _ => loop {
                let spec = &GATES[self.below(GATES.len() as u32) as usize];
                let count = spec.num_qubits().unwrap_or(spec.targets + self.below(2) as usize);
                if count <= num_qubits as usize {
                    let parameters = spec.parameters.iter().map(|_| self.angle()).collect();
                    break (Operation::Gate(spec.gate, parameters), self.qubits(count, num_qubits));
                }
            },
        }
    }

    /// A unitary of one or two qubits.
    fn matrix(&mut self, num_qubits: usize) -> Matrix {
        let gate = [crate::circuit::Gate::Rx, crate::circuit::Gate::Rxx][num_qubits - 1];
        gate.full_matrix(&[self.angle()], num_qubits)
    }

    fn set_state(&mut self, num_qubits: usize) -> SetState {
        let (size, strings) = (1 << num_qubits, vec!["+I".repeat(num_qubits); num_qubits]);
        match self.below(5) {
            0 => {
                let mut matrix = Matrix::zeros(size, size);
                matrix.set(1, 1, Complex::ONE);
                SetState::DensityMatrix(matrix)
            }
            1 => SetState::Unitary(Matrix::diagonal(&vec![Complex::cis(self.angle()); size])),
            2 => SetState::Superoperator(Matrix::identity(size * size)),
            3 => SetState::Stabilizer(json!({"stabilizer": strings, "destabilizer": strings})),
            _ => SetState::MatrixProductState(json!([strings, strings[1..]])),
        }
    }

    fn save(&mut self, num_qubits: u32) -> SaveKind {
        let letters = [Pauli::I, Pauli::X, Pauli::Y, Pauli::Z];
        let mut terms = || -> Box<[PauliTerm]> {
            let term = |dice: &mut Self| PauliTerm {
                letters: (0..num_qubits).map(|_| letters[dice.below(4) as usize]).collect(),
                coefficient: dice.angle(),
                squared: dice.angle(),
            };
            (0..=self.below(3)).map(|_| term(self)).collect()
        };
        let (first, second) = (terms(), terms());
        let indices = || -> Box<[u64]> { [3, 0, 2, 3].into() };
        let kinds = [
            SaveKind::State,
            SaveKind::Statevector,
            SaveKind::StatevectorDict,
            SaveKind::Amplitudes(indices()),
            SaveKind::AmplitudesSquared(indices()),
            SaveKind::Probabilities,
            SaveKind::ProbabilitiesDict,
            SaveKind::DensityMatrix,
            SaveKind::ExpectationValue(first),
            SaveKind::ExpectationValueVariance(second),
            SaveKind::Unitary,
            SaveKind::Superoperator,
            SaveKind::Stabilizer,
            SaveKind::Clifford,
            SaveKind::MatrixProductState,
        ];
        kinds[self.below(kinds.len() as u32) as usize].clone()
    }

    fn circuit(&mut self) -> Circuit {
        let (num_qubits, num_clbits) = (2 + self.below(3), 1 + self.below(3));
        let mut circuit = Circuit::new(num_qubits, num_clbits);
        circuit.name = format!("é\"{}\"", self.below(100));
        circuit.global_phase = self.angle();
        circuit.metadata.insert("key".into(), json!([self.below(5), {"deep": null}]));
        if self.below(2) == 0 {
            circuit.config.insert("shots".into(), self.below(100).into());
        }
        for i in 0..self.below(12) {
            let (operation, qubits) = self.operation(num_qubits, num_clbits, format!("label {i}"));
            let is_save = matches!(operation, Operation::Save(_));
            let mut step = Instruction::new(operation, qubits);
            step.condition = (self.below(4) == 0).then(|| self.below(num_clbits + 3));
            step.label = (!is_save && self.below(3) == 0).then(|| format!("name {i}").into());
            circuit.instructions.push(step);
        }
        circuit.num_register_bits = circuit.register_bits_used();
        if self.below(3) == 0 {
            let mut header = circuit.result_header();
            header.insert("own".into(), json!({"x": 1}));
            circuit.header = Some(header);
        }
        circuit
    }
}

/// Seeds 0 to 999.
#[test]
fn what_is_written_reads_back_to_the_same() {
    for seed in 0..1000 {
        let circuit = Dice(ShotRng::new(seed, 0)).circuit();
        crate::circuit::validate::circuit(&circuit).unwrap();
        let circuits = std::slice::from_ref(&circuit);
        let whole = qobj_json(circuits, Map::new(), "id", Map::new()).to_string();
        let packed = pack(circuits).unwrap();
        let text = qobj_text(circuits).unwrap();
        for program in [load(&whole), load(&text), unpack(&packed, LoadOptions::default())] {
            let read = only(program.unwrap()).unwrap();
            assert_eq!(read, circuit, "seed {seed}: {whole}");
            assert_eq!(read.result_header(), circuit.result_header());
        }
    }
}

/// Seeds 0 to 19: cut off in any of a hundred places, or with a byte changed there, the bytes are refused or read as
/// something else.
#[test]
fn what_is_not_packed_circuits_is_refused() {
    for seed in 0..20 {
        let circuit = Dice(ShotRng::new(seed, 0)).circuit();
        let packed = pack(&[circuit]).unwrap();
        for end in (0..packed.len()).step_by(packed.len() / 100 + 1) {
            assert!(unpack(&packed[..end], LoadOptions::default()).is_err(), "seed {seed}, {end} bytes");
            for change in [1, 128, 255] {
                let mut changed = packed.clone();
                changed[end] ^= change;
                let _ = unpack(&changed, LoadOptions::default());
            }
        }
    }
}

#[test]
fn a_qobj_carries_its_envelope() {
    let config = json!({"shots": 5}).as_object().unwrap().clone();
    let header = json!({"backend_name": "b"}).as_object().unwrap().clone();
    let circuits = [Circuit::new(2, 1), Circuit::new(1, 3)];
    let qobj = qobj_json(&circuits, config, "an id", header.clone());
    assert_eq!((&qobj["type"], &qobj["schema_version"]), (&json!("QASM"), &json!("1.3.0")));
    let program = load(&qobj.to_string()).unwrap();
    assert_eq!(program.qobj_id.as_deref(), Some("an id"));
    assert_eq!(program.header, Some(header));
    assert_eq!(Value::Object(program.config), json!({"shots": 5, "n_qubits": 2, "memory_slots": 3}));
    assert_eq!(program.circuits, circuits.map(Ok));
}

#[test]
fn the_envelope_is_judged_as_a_whole() {
    let code = |text: &str| load(text).unwrap_err().code;
    assert_eq!(load("{}").unwrap_err().message, "Invalid qobj: no \"qobj_id\" field.");
    assert_eq!(code(r#"{"qobj_id": 5}"#), ErrorCode::InvalidQobj);
    assert_eq!(code(r#"{"qobj_id": "a", "type": "PULSE", "experiments": []}"#), ErrorCode::InvalidQobj);
    assert_eq!(code(r#"{"qobj_id": "a"}"#), ErrorCode::InvalidQobj);
    assert_eq!(code(r#"{"qobj_id": "a", "experiments": 3}"#), ErrorCode::InvalidQobj);
    assert_eq!(code(r#"{"qobj_id": "a", "config": [], "experiments": []}"#), ErrorCode::InvalidQobj);
    assert_eq!(code("[1]"), ErrorCode::InvalidQobj);
    assert_eq!(code(&format!("{{\"a\":{}", "[".repeat(100_000))), ErrorCode::SyntaxError);
    assert!(load(r#"{"qobj_id": "a", "experiments": []}"#).unwrap().circuits.is_empty());
}

#[test]
fn a_syntax_error_names_line_and_column_in_characters() {
    let error = load("{\"qobj_id\": \"a\",\n \"é\": 1, nonsense}").unwrap_err();
    assert_eq!(error.code, ErrorCode::SyntaxError);
    assert_eq!((error.place.line, error.place.column), (Some(2), Some(10)));
    assert_eq!(error.snippet.as_deref(), Some("2 |  \"é\": 1, nonsense}\n  |          ^"));
    // One long line: the snippet is a window.
    let error = load(&format!("{{\"a\": \"{}\", }}", "x".repeat(10_000))).unwrap_err();
    assert!(error.place.column > Some(10_000));
    assert!(error.snippet.clone().unwrap().len() < 300);
}

#[test]
fn an_experiment_fails_alone() {
    let good = json!({"instructions": [{"name": "h", "qubits": [0]}]});
    for bad in [
        json!({"instructions": 5}),
        json!({"header": {}}),
        json!(7),
        json!([[], [], []]),
        json!({"config": {"n_qubits": -1}, "instructions": []}),
        json!({"config": {"n_qubits": 4_000_000_000u64}, "instructions": []}),
        json!({"header": {"global_phase": "x"}, "instructions": []}),
        json!({"instructions": [3]}),
        json!({"instructions": [["h", [0]]]}),
    ] {
        let text = json!({"qobj_id": "a", "experiments": [good, bad, good]}).to_string();
        let circuits = load(&text).unwrap().circuits;
        assert!(circuits[0].is_ok() && circuits[2].is_ok(), "{bad}");
        assert_eq!(circuits[1].as_ref().unwrap_err().place.experiment, Some(1), "{bad}");
    }
}

#[test]
fn wrong_instructions_are_refused_with_code_and_place() {
    use ErrorCode::*;
    let identity = json!([[[1, 0], [0, 0]], [[0, 0], [1, 0]]]);
    for (code, instruction) in [
        (UnknownGate, json!({"name": "foo", "qubits": [0]})),
        (ParameterCount, json!({"name": "noise_switch", "qubits": [0]})),
        (UnsupportedInstruction, json!({"name": "snapshot", "qubits": [0]})),
        (InvalidMatrix, json!({"name": "kraus", "qubits": [0], "params": []})),
        (InvalidMatrix, json!({"name": "kraus", "qubits": [0], "params": [[[2, 0], [0, 2]]]})),
        (InvalidMatrix, json!({"name": "diagonal", "qubits": [0], "params": [1, 2]})),
        (InvalidMatrix, json!({"name": "multiplexer", "qubits": [0, 1], "params": [identity]})),
        (InvalidMatrix, json!({"name": "superop", "qubits": [0], "params": [identity]})),
        (ParameterCount, json!({"name": "superop", "qubits": [0], "params": []})),
        (ParameterCount, json!({"name": "jump"})),
        (InvalidQobj, json!({"name": "mark", "params": [1]})),
        (InvalidQobj, json!({"name": "roerror", "memory": [0], "params": [1, 0]})),
        (InvalidParameter, json!({"name": "roerror", "memory": [0], "params": [[1, 1], [0, 1]]})),
        (ClbitOutOfRange, json!({"name": "roerror", "memory": [2], "params": [[1, 0], [0, 1]]})),
        (QubitCount, json!({"name": "set_unitary", "qubits": [0], "params": [identity]})),
        (InvalidState, json!({"name": "set_stabilizer", "qubits": [0, 1, 2], "params": [{}]})),
        (InvalidState, json!({"name": "set_matrix_product_state", "qubits": [0, 1, 2], "params": [[]]})),
        (InvalidParameter, json!({"name": "save_expval", "qubits": [0], "params": []})),
        (InvalidParameter, json!({"name": "save_expval", "qubits": [0], "params": [["Z"]]})),
        (InvalidParameter, json!({"name": "save_expval", "qubits": [0], "params": [["Q", [1, 0]]]})),
        (InvalidParameter, json!({"name": "save_expval", "qubits": [0], "params": [["ZZ", [1, 0]]]})),
        (InvalidParameter, json!({"name": "save_amplitudes", "qubits": [0, 1, 2], "params": [8]})),
        (InvalidParameter, json!({"name": "save_amplitudes", "qubits": [0, 1, 2], "params": [-1]})),
        (QubitCount, json!({"name": "save_amplitudes", "qubits": [0], "params": [0]})),
        (QubitCount, json!({"name": "save_probabilities"})),
        (QubitOutOfRange, json!({"name": "save_probabilities", "qubits": [3]})),
        (InvalidParameter, json!({"name": "save_probabilities", "qubits": [0], "snapshot_type": "single"})),
        (InvalidParameter, json!({"name": "save_statevector", "qubits": [0, 1, 2], "label": "counts"})),
        (InvalidParameter, json!({"name": "save_statevector", "qubits": [0, 1, 2], "label": ""})),
        (InvalidQobj, json!({"name": "", "qubits": [0]})),
        (InvalidQobj, json!({"qubits": [0]})),
        (QubitCount, json!({"name": "h"})),
        (QubitCount, json!({"name": "h", "qubits": []})),
        (QubitCount, json!({"name": "h", "qubits": [0, 1]})),
        (QubitCount, json!({"name": "ccx", "qubits": [0, 1]})),
        (QubitOutOfRange, json!({"name": "h", "qubits": [3]})),
        (QubitOutOfRange, json!({"name": "h", "qubits": [-1]})),
        (QubitOutOfRange, json!({"name": "h", "qubits": [5_000_000_000u64]})),
        (InvalidQobj, json!({"name": "h", "qubits": [0.5]})),
        (InvalidQobj, json!({"name": "h", "qubits": ["q"]})),
        (InvalidQobj, json!({"name": "h", "qubits": 0})),
        (DuplicateQubit, json!({"name": "cx", "qubits": [1, 1]})),
        (DuplicateQubit, json!({"name": "ccx", "qubits": [0, 1, 0]})),
        (ParameterCount, json!({"name": "rx", "qubits": [0]})),
        (ParameterCount, json!({"name": "rx", "qubits": [0], "params": [1, 2]})),
        (InvalidParameter, json!({"name": "rx", "qubits": [0], "params": [null]})),
        (InvalidParameter, json!({"name": "rx", "qubits": [0], "params": ["pi"]})),
        (InvalidQobj, json!({"name": "rx", "qubits": [0], "params": 1})),
        (InvalidConditional, json!({"name": "reset", "qubits": [0], "conditional": 0})),
        (InvalidConditional, json!({"name": "measure", "qubits": [0], "memory": [0], "conditional": 0})),
        (ClbitOutOfRange, json!({"name": "h", "qubits": [0], "conditional": -1})),
        (ClbitOutOfRange, json!({"name": "measure", "qubits": [0], "memory": [2]})),
        (InvalidParameter, json!({"name": "measure", "qubits": [0, 1], "memory": [0]})),
        (InvalidQobj, json!({"name": "bfunc", "mask": "0x1", "val": "0x1", "relation": "=="})),
        (InvalidQobj, json!({"name": "bfunc", "mask": "1", "val": "0x1", "relation": "==", "register": 3})),
        (InvalidQobj, json!({"name": "bfunc", "mask": "0x1", "val": "0x1", "relation": "=", "register": 3})),
        (InvalidParameter, json!({"name": "pauli", "qubits": [0, 1], "params": ["WX"]})),
        (InvalidParameter, json!({"name": "pauli", "qubits": [0, 1], "params": ["XYZ"]})),
        (InvalidMatrix, json!({"name": "unitary", "qubits": [0, 1], "params": [identity]})),
        (
            InvalidMatrix,
            json!({"name": "unitary", "qubits": [0], "params": [[[[1, 0], [1, 0]], [[0, 0], [2, 0]]]]}),
        ),
        (InvalidMatrix, json!({"name": "unitary", "qubits": [0], "params": [[[[1, 0]], [[0, 0], [2, 0]]]]})),
        (ParameterCount, json!({"name": "unitary", "qubits": [0], "params": [identity, identity]})),
        (InvalidParameter, json!({"name": "unitary", "qubits": [0], "params": [[["1"]]]})),
        (InvalidState, json!({"name": "initialize", "qubits": [0, 1], "params": [[1, 0], [0, 0]]})),
        (InvalidState, json!({"name": "initialize", "qubits": [0], "params": [[1, 0], [1, 0]]})),
        (QubitCount, json!({"name": "set_statevector", "qubits": [0], "params": [[[1, 0], [0, 0]]]})),
        (QubitCount, json!({"name": "save_statevector", "qubits": [0]})),
        (InvalidQobj, json!({"name": "save_statevector", "qubits": [0, 1, 2], "snapshot_type": "foo"})),
        (
            InvalidParameter,
            json!({"name": "save_statevector", "qubits": [0, 1, 2], "snapshot_type": "average"}),
        ),
    ] {
        assert_eq!(refused(&instruction).code, code, "{instruction}");
    }
}

#[test]
fn a_huge_register_index_takes_no_memory() {
    let instruction = json!({"name": "h", "qubits": [0], "conditional": 4_294_967_295u32});
    let error = only(load(&with_instructions(&json!([instruction]))).unwrap()).unwrap_err();
    assert_eq!(error.message, "The circuit has too many register bits.");
    assert!(error.found.is_some() && error.expected.is_some());
}

#[test]
fn errors_say_it_in_aers_words() {
    let message = |instruction: Value| refused(&instruction).message.clone();
    assert_eq!(message(json!({"name": "foo", "qubits": [0]})), "Invalid gate name :\"foo\".");
    assert_eq!(
        message(json!({"name": "reset", "qubits": [0], "conditional": 0})),
        "Invalid instruction: \"reset\" cannot be conditional."
    );
    assert_eq!(
        message(json!({"name": "u", "qubits": [0], "params": []})),
        "Invalid qobj \"u\" instruction (\"params\" is incorrect length)."
    );
    assert_eq!(
        message(json!({"name": "measure", "qubits": [0], "memory": [9]})),
        "Invalid Qobj experiment: not enough memory slots."
    );
    assert_eq!(
        message(json!({"name": "save_statevector", "qubits": [0]})),
        "save_statevector was not applied to all qubits. Only the full statevector can be saved."
    );
    assert_eq!(
        message(json!({"name": "diagonal", "qubits": [0], "params": [1, 2]})),
        "\"diagonal\" matrix is not unitary."
    );
    let hint = refused(&json!({"name": "save_statevectr", "qubits": [0]})).hint.clone();
    assert_eq!(hint.as_deref(), Some("Did you mean \"save_statevector\"?"));
    let hint = refused(&json!({"name": "mesure", "qubits": [0]})).hint.clone();
    assert_eq!(hint.as_deref(), Some("Did you mean \"measure\"?"));
}

#[test]
fn numbers_beyond_any_float_are_refused() {
    let text = with_instructions(&json!([{"name": "p", "qubits": [0], "params": [7777]}]));
    let error = only(load(&text.replace("7777", "1e999")).unwrap()).unwrap_err();
    assert_eq!((error.code, error.place.instruction), (ErrorCode::InvalidParameter, Some(0)));
    assert_eq!(error.place.name.as_deref(), Some("p"));
}

/// `docs/qobj.md` and the table of instructions name the same.
#[test]
fn every_instruction_of_aer_is_known() {
    let page = include_str!("../../../docs/qobj.md");
    for name in SaveKind::NAMES.iter().filter(|name| **name != "save_variable") {
        let error = only(load(&with_instructions(&json!([{"name": name}]))).unwrap()).unwrap_err();
        assert_ne!(error.code, ErrorCode::UnknownGate, "{name}");
        assert!(page.contains(&format!("`{name}`")), "{name} is not on the page");
    }
}

#[test]
fn diag_is_diagonal() {
    let diag = json!([{"name": "diag", "qubits": [0], "params": [1, [0, -1]]}]);
    let circuit = only(load(&with_instructions(&diag)).unwrap()).unwrap();
    let expected = Operation::Diagonal([Complex::ONE, -Complex::I].into());
    assert_eq!(circuit.instructions[0].operation, expected);
}

#[test]
fn averages_are_the_default_of_what_has_a_mean() {
    let save = json!({"name": "save_probabilities", "qubits": [2, 0]});
    let circuit = only(load(&with_instructions(&json!([save]))).unwrap()).unwrap();
    let Operation::Save(read) = &circuit.instructions[0].operation else { panic!() };
    assert_eq!((read.label.as_str(), read.subtype), ("probabilities", SaveSubtype::Average));
}

#[test]
fn save_labels_are_unique_and_default_to_what_is_saved() {
    let save = json!({"name": "save_statevector", "qubits": [0, 1, 2]});
    let circuit = only(load(&with_instructions(&json!([save]))).unwrap()).unwrap();
    let Operation::Save(read) = &circuit.instructions[0].operation else { panic!() };
    assert_eq!((read.label.as_str(), read.subtype), ("statevector", SaveSubtype::Single));
    let error = only(load(&with_instructions(&json!([save, save]))).unwrap()).unwrap_err();
    assert_eq!(error.code, ErrorCode::DuplicateKey);
}

#[test]
fn sizes_come_from_config_then_header_then_job_then_use() {
    let read = |experiment: Value, job: Value| {
        let text = json!({"qobj_id": "a", "config": job, "experiments": [experiment]}).to_string();
        let circuit = only(load(&text).unwrap()).unwrap();
        (circuit.num_qubits, circuit.num_clbits, circuit.num_register_bits)
    };
    let instructions = json!([{"name": "measure", "qubits": [1], "memory": [0], "register": [70]}]);
    let config = json!({"n_qubits": 4, "memory_slots": 5});
    let header = json!({"n_qubits": 6, "memory_slots": 7});
    let job = json!({"n_qubits": 8, "memory_slots": 9});
    assert_eq!(
        read(json!({"config": config, "header": header, "instructions": instructions}), job.clone()),
        (4, 5, 71)
    );
    assert_eq!(read(json!({"header": header, "instructions": instructions}), job.clone()), (6, 7, 71));
    assert_eq!(read(json!({"instructions": instructions}), job), (8, 9, 71));
    assert_eq!(read(json!({"instructions": instructions}), json!({})), (2, 1, 71));
}

#[test]
fn a_header_is_passed_through_and_may_claim_anything() {
    let header = json!({"qreg_sizes": [["q", 4_000_000_000u32]], "creg_sizes": "?", "name": null});
    let text = json!({"qobj_id": "a", "experiments": [{"header": header, "instructions": []}]}).to_string();
    let circuit = only(load(&text).unwrap()).unwrap();
    assert_eq!(circuit.result_header(), *header.as_object().unwrap());
}

/// The circuits of one experiment with a table of values.
fn bound(table: &Value) -> Result<Vec<Result<Circuit, AerError>>, AerError> {
    let instructions = json!([
        {"name": "rx", "qubits": [0], "params": [0.0]},
        {"name": "u", "qubits": [0], "params": [1.0, 2.0, 3.0]},
        {"name": "reset", "qubits": [0]},
    ]);
    let experiments = json!([{"instructions": instructions}, {"instructions": []}]);
    let config = json!({"parameterizations": table});
    let text = json!({"qobj_id": "a", "config": config, "experiments": experiments}).to_string();
    load(&text).map(|program| program.circuits)
}

#[test]
fn a_table_of_values_makes_a_circuit_of_each() {
    let circuits =
        bound(&json!([[[[0, 0], [0.5, 0.25]], [[1, 2], [4, 5]], [[-1, -1], [6.0, 7.0]]], []])).unwrap();
    let circuits: Vec<Circuit> = circuits.into_iter().collect::<Result<_, _>>().unwrap();
    let numbers = |circuit: &Circuit| {
        let gates = circuit.instructions.iter().filter_map(|step| match &step.operation {
            Operation::Gate(_, parameters) => Some(parameters.to_vec()),
            _ => None,
        });
        (circuit.global_phase, gates.collect::<Vec<_>>())
    };
    assert_eq!(circuits.len(), 3);
    assert_eq!(numbers(&circuits[0]), (6.0, vec![vec![0.5], vec![1.0, 2.0, 4.0]]));
    assert_eq!(numbers(&circuits[1]), (7.0, vec![vec![0.25], vec![1.0, 2.0, 5.0]]));
    assert_eq!(numbers(&circuits[2]), (0.0, vec![]));
}

#[test]
fn a_wrong_table_fails_its_experiment_alone() {
    use ErrorCode::{InsufficientMemory, InvalidParameter, InvalidQobj};
    let long = vec![0.0; (1 << 21) + 1];
    for (code, table) in [
        (InvalidQobj, json!([[[0, 0], [1.0], 2]])),
        (InvalidQobj, json!(7)),
        (InvalidQobj, json!([[[0, 0], [1.0, 2.0]], [[1, 0], [1.0]]])),
        (InvalidQobj, json!([[[0, 0], []]])),
        (InvalidQobj, json!([[[3, 0], [1.0]]])),
        (InvalidQobj, json!([[[-2, 0], [1.0]]])),
        (InvalidQobj, json!([[[0, 1], [1.0]]])),
        (InvalidQobj, json!([[[2, 0], [1.0]]])),
        (InvalidParameter, json!([[[0, 0], ["a"]]])),
        (InsufficientMemory, json!([[[0, 0], long]])),
    ] {
        let circuits = bound(&json!([table, []])).unwrap();
        assert_eq!(circuits.len(), 2);
        let error = circuits[0].as_ref().unwrap_err();
        assert_eq!((error.code, error.place.experiment), (code, Some(0)), "{error}");
        assert!(circuits[1].is_ok());
    }
    assert_eq!(bound(&json!([[]])).unwrap_err().code, InvalidQobj);
    assert_eq!(bound(&json!({})).unwrap_err().code, InvalidQobj);
}

#[test]
fn classical_instructions_read_back() {
    let slot = |first: u32, ty: Value| json!({"first": first, "type": ty});
    let read = |first: u32, ty: Value| json!({"type": ty, "read": slot(first, ty)});
    let float = json!({"float": 64});
    let sum = json!({"type": float, "binary": ["+", [read(2, float.clone()), {"type": float, "parameter": "theta"}]]});
    let config = json!({"n_qubits": 1, "memory_slots": 2, "variables": [{"name": "x", "slot": slot(2, float.clone())}]});
    let instructions = json!([
        {"name": "mark", "params": ["again"]},
        {"name": "store", "target": slot(2, float.clone()), "expr": sum},
        {"name": "store", "target": slot(0, json!({"uint": 2})), "expr": read(66, json!({"uint": 2})), "conditional": 0},
        {"name": "u", "qubits": [0], "params": [0.5, {"expr": sum}, 1]},
        {"name": "rx", "qubits": [0], "params": [{"expr": {"type": float, "constant": {"float": 2.0}}}]},
        {"name": "bfunc", "mask": "0x30000000000000000", "relation": "==", "val": "0x20000000000000000", "register": 70},
        {"name": "jump", "params": ["again"], "conditional": 70},
        {"name": "save_variable", "target": slot(2, float.clone()), "label": "x", "snapshot_type": "list"},
    ]);
    let text = json!({"qobj_id": "a", "experiments": [{"config": config, "instructions": instructions}]})
        .to_string();
    let circuit = only(load(&text).unwrap()).unwrap();
    assert_eq!((circuit.num_register_bits, circuit.variables.len()), (71, 1));
    assert!(matches!(circuit.instructions[3].operation, Operation::ComputedGate(Gate::U, _)));
    assert_eq!(circuit.instructions[4], Instruction::gate(Gate::Rx, [2.0], [0]));
    let again = json!({"qobj_id": "a", "experiments": [experiment_json(&circuit)]}).to_string();
    assert_eq!(only(load(&again).unwrap()).unwrap(), circuit);
}

#[test]
fn expressions_from_a_text_are_checked() {
    let store = |target: Value, expr: Value| json!({"name": "store", "target": target, "expr": expr});
    let int = json!({"int": 8});
    let slot = |first: u32, ty: &Value| json!({"first": first, "type": ty});
    let constant = |ty: &Value, value: Value| json!({"type": ty, "constant": value});
    let deep =
        (0..30).fold(constant(&int, json!({"int": 1})), |e, _| json!({"type": int, "unary": ["-", e]}));
    let far = json!({"first": 0, "type": "bool", "index": {"element": constant(&json!({"int": 64}), json!({"int": 0})), "count": 4_000_000_000u32, "stride": 4_000_000_000u32}});
    for (what, instruction) in [
        ("value beyond its type", store(slot(0, &int), constant(&int, json!({"int": 1000})))),
        ("value of another type", store(slot(0, &int), constant(&int, json!({"bool": true})))),
        (
            "claimed type",
            store(slot(0, &int), json!({"type": int, "cast": constant(&json!("bool"), json!({"int": 1}))})),
        ),
        ("types that differ", store(slot(0, &int), constant(&json!("bool"), json!({"bool": true})))),
        (
            "operands that do not fit",
            store(
                slot(0, &int),
                json!({"type": int, "binary": ["+", [constant(&int, json!({"int": 1})), constant(&json!({"angle": 4}), json!({"uint": "0x1"}))]]}),
            ),
        ),
        ("too wide", store(slot(0, &json!({"int": 65})), constant(&json!({"int": 65}), json!({"int": 1})))),
        (
            "much too wide",
            store(
                slot(0, &json!({"uint": 4_000_000_000u32})),
                constant(&json!({"uint": 4_000_000_000u32}), json!({"uint": "0x1"})),
            ),
        ),
        ("too far", store(slot(4_294_967_290, &int), constant(&int, json!({"int": 1})))),
        ("too far by its index", store(far, constant(&json!("bool"), json!({"bool": true})))),
        ("no expression", store(slot(0, &int), json!({"type": int}))),
        (
            "number of parameters",
            json!({"name": "rx", "qubits": [0], "params": [{"expr": constant(&int, json!({"int": 1}))}, 2]}),
        ),
        ("a bool", json!({"name": "jump", "params": [true]})),
        ("mark with a condition", json!({"name": "mark", "params": ["a"], "conditional": 0})),
    ] {
        assert!(only(load(&with_instructions(&json!([instruction]))).unwrap()).is_err(), "{what}");
    }
    let fine = store(slot(0, &int), deep);
    only(load(&with_instructions(&json!([fine]))).unwrap()).unwrap();
}

#[test]
fn progress_is_told_every_64_kilobytes() {
    const EVERY: usize = 1 << 16;
    let count = 20_000;
    let text = with_instructions(&vec![json!({"name": "x", "qubits": [0]}); count].into());
    let told = std::cell::RefCell::new(Vec::new());
    let progress = |reading: Reading| told.borrow_mut().push(reading);
    let program = load_with(&text, LoadOptions { progress: Some(&progress), ..Default::default() }).unwrap();
    assert_eq!(only(program).unwrap().instructions.len(), count);
    let told = told.into_inner();
    assert_eq!(told.len(), text.len() / EVERY);
    let size = r#"{"name":"x","qubits":[0]},"#.len();
    for pair in told.windows(2) {
        let (step, grown) = (pair[1].bytes - pair[0].bytes, pair[1].instructions - pair[0].instructions);
        assert_eq!(pair[1].total_bytes, text.len());
        assert!((EVERY..EVERY + size).contains(&step), "{step}");
        assert_eq!(grown, step / size);
    }
}
