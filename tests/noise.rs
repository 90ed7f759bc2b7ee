//! Noise: errors against their textbook formulas and against what native Aer says of them, the rules by which they
//! go into a circuit, and what is refused.
//!
//! `corpus/noise.json` was recorded with `qiskit_aer` (the file says which): dictionaries of errors, and their
//! superoperators.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use aer_wasm::circuit::operation::{ErrorBranch, Measure, ReadoutError as Misreading};
use aer_wasm::circuit::{Circuit, Gate, Instruction, Operation, validate};
use aer_wasm::error::{AerError, ErrorCode};
use aer_wasm::frontend::{backend_properties, noise_model, qobj};
use aer_wasm::linalg::{Complex, Matrix};
use aer_wasm::noise::channel::{self, Channel};
use aer_wasm::noise::{NoiseModel, QuantumError, ReadoutError, device, insert};
use aer_wasm::protocol::RunRequest;
use aer_wasm::run::Step;
use aer_wasm::run::result::experiment_json;
use aer_wasm::session::Session;
use serde_json::{Map, Value, json};

fn recorded() -> Value {
    serde_json::from_str(include_str!("corpus/noise.json")).unwrap()
}

fn list<'a>(of: &'a Value, key: &str) -> &'a Vec<Value> {
    of[key].as_array().unwrap()
}

fn matrix(rows: &Value) -> Matrix {
    let rows = rows.as_array().unwrap();
    let entry = |entry: &Value| Complex::new(entry[0].as_f64().unwrap(), entry[1].as_f64().unwrap());
    let entries = rows.iter().flat_map(|row| row.as_array().unwrap()).map(entry).collect();
    Matrix::new(rows.len(), rows.len(), entries).unwrap()
}

/// A number, or the text of one that JSON does not have.
fn number(value: &Value) -> f64 {
    match value {
        Value::Bool(value) => f64::from(*value),
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

/// Whether two JSON values are the same up to 1e-9 in their numbers.
fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        (Value::Number(a), Value::Number(b)) => (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9,
        (a, b) => a == b,
    }
}

/// Judges an error by what was recorded: its form, the channel that it is, and that this is one.
fn judge(error: &QuantumError, expected: &Value) -> Result<(), String> {
    let (json, form) = (noise_model::quantum_error_json(error), &expected["error"]);
    if !close(&json["probabilities"], &form["probabilities"]) {
        return Err(format!("probabilities {} for {}", json["probabilities"], form["probabilities"]));
    }
    for (own, its) in list(&json, "instructions").iter().zip(list(form, "instructions")) {
        let (own, its) = (own.as_array().unwrap(), its.as_array().unwrap());
        let same = own.len() == its.len()
            && own.iter().zip(its).all(|(own, its)| {
                // Qiskit leaves out what is below 1e-8.
                let large = |operator: &&Value| {
                    let parts = operator.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
                    let parts = parts.flat_map(|entry| entry.as_array().unwrap());
                    parts.map(|x| x.as_f64().unwrap().powi(2)).sum::<f64>() > 1e-8
                };
                let count = |step: &Value| list(step, "params").iter().filter(large).count();
                // Eigenvectors have a free phase, and any order: their channel is compared below.
                let free = own["name"] == "kraus" || own["name"] == "unitary";
                own["name"] == its["name"]
                    && own["qubits"] == its["qubits"]
                    && if free { count(own) == count(its) } else { own["params"] == its["params"] }
            });
        if !same {
            return Err(format!("{own:?} for {its:?}"));
        }
    }
    keeps_trace(error)?;
    let Some(rows) = expected.get("superop") else { return Ok(()) };
    let (found, recorded) = (error.superoperator().unwrap(), matrix(rows));
    // What Qiskit has left out of the trace (up to 1e-8) it cannot be asked for.
    let lost = lost_trace(&recorded, 1 << error.num_qubits());
    if lost > 1e-9 && lost < 1e-8 && found.distance(&recorded) < lost + 1e-9 {
        return Ok(());
    }
    agree(&found, &recorded)
}

fn agree(found: &Matrix, expected: &Matrix) -> Result<(), String> {
    let distance = found.distance(expected);
    // Written so that NaN fails.
    if distance < 1e-9 { Ok(()) } else { Err(format!("superoperators differ by {distance}")) }
}

/// How far a superoperator is from keeping the trace.
fn lost_trace(matrix: &Matrix, size: usize) -> f64 {
    let lost = |column: usize| {
        let trace: Complex = (0..size).map(|i| matrix.at(i * size + i, column)).sum();
        (trace - f64::from(column % size == column / size)).norm()
    };
    (0..size * size).map(lost).fold(0.0, f64::max)
}

fn keeps_trace(error: &QuantumError) -> Result<(), String> {
    let lost = lost_trace(&error.superoperator().unwrap(), 1 << error.num_qubits());
    if lost < 1e-9 { Ok(()) } else { Err(format!("the trace is off by {lost}")) }
}

fn all(results: impl IntoIterator<Item = (String, Result<(), String>)>) {
    let failures: Vec<String> = results
        .into_iter()
        .filter_map(|(name, result)| result.err().map(|reason| format!("{name}: {reason}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn errors_of_numbers_are_those_of_native_aer() {
    let recorded = recorded();
    let cases = list(&recorded, "numbers");
    for channel in channel::CHANNELS {
        assert!(
            cases.iter().any(|case| case["name"] == channel.name),
            "nothing recorded of {}",
            channel.name
        );
    }
    all(cases.iter().map(|case| {
        let arguments: Vec<f64> = list(case, "args").iter().map(number).collect();
        let channel = Channel::by_name(case["name"].as_str().unwrap()).unwrap();
        let result = channel.make(&arguments).map_err(|error| error.to_string());
        (format!("{}{:?}", channel.name, arguments), result.and_then(|error| judge(&error, case)))
    }));
}

fn terms(list: &Value) -> impl Iterator<Item = (&Value, f64)> {
    list.as_array().unwrap().iter().map(|term| (&term[0], term[1].as_f64().unwrap()))
}

fn paulis(letters: &Value) -> Vec<aer_wasm::circuit::operation::Pauli> {
    aer_wasm::circuit::operation::Pauli::from_letters(letters.as_str().unwrap()).unwrap().into()
}

#[test]
fn errors_of_matrices_and_letters_are_those_of_native_aer() {
    let recorded = recorded();
    all(list(&recorded, "matrices").iter().map(|case| {
        let argument = &case["arg"];
        let error = match case["name"].as_str().unwrap() {
            "pauli_error" => channel::pauli_error(terms(argument).map(|(letters, p)| (paulis(letters), p))),
            "mixed_unitary_error" => {
                channel::mixed_unitary_error(terms(argument).map(|(m, p)| (matrix(m), p)))
            }
            "coherent_unitary_error" => channel::coherent_unitary_error(matrix(argument)),
            "kraus_error" => {
                let operators = argument[0].as_array().unwrap().iter().map(matrix).collect();
                channel::kraus_error(operators, argument[1].as_bool().unwrap())
            }
            other => panic!("{other}"),
        };
        (case["name"].to_string(), error.map_err(|e| e.to_string()).and_then(|error| judge(&error, case)))
    }));
}

/// The errors that the recorded operations are about.
fn parts() -> [QuantumError; 4] {
    let c = [("XY", 0.2), ("IZ", 0.3), ("II", 0.5)];
    [
        channel::depolarizing_error(0.1, 1.0).unwrap(),
        channel::thermal_relaxation_error(50.0, 30.0, 5.0, 0.1).unwrap(),
        channel::pauli_error(c.map(|(letters, p)| (paulis(&json!(letters)), p))).unwrap(),
        channel::amplitude_damping_error(0.2, 0.0, 1.0).unwrap(),
    ]
}

#[test]
fn operations_on_errors_are_those_of_native_aer() {
    let recorded = recorded();
    let [a, b, c, k] = parts();
    all(list(&recorded, "operations").iter().map(|case| {
        let name = case["op"].as_str().unwrap();
        let error = match name {
            "a.compose(b)" => a.compose(&b, false),
            "a.compose(b,front)" => a.compose(&b, true),
            "c.compose(b)" => c.compose(&b, false),
            "b.compose(c)" => b.compose(&c, false),
            "c.compose(b,[1])" => c.compose_on(&b, &[1]),
            "c.compose(c,[1,0])" => c.compose_on(&c, &[1, 0]),
            "a.tensor(b)" => a.tensor(&b),
            "a.expand(b)" => a.expand(&b),
            "c.tensor(a)" => c.tensor(&a),
            "b.power(2)" => b.power(2),
            "k.power(2)" => k.power(2),
            other => panic!("{other}"),
        };
        (name.to_owned(), error.map_err(|e| e.to_string()).and_then(|error| judge(&error, case)))
    }));
}

#[test]
fn readout_errors_are_combined_as_by_native_aer() {
    let recorded = recorded();
    let a = ReadoutError::new(vec![vec![0.9, 0.1], vec![0.3, 0.7]]).unwrap();
    let b = ReadoutError::new(vec![vec![0.8, 0.2], vec![0.05, 0.95]]).unwrap();
    for case in list(&recorded, "readout") {
        let error = match case["op"].as_str().unwrap() {
            "A.compose(B)" => a.compose(&b, false),
            "A.compose(B,front)" => a.compose(&b, true),
            "A.tensor(B)" => a.tensor(&b),
            "A.expand(B)" => b.tensor(&a),
            "A.power(3)" => a.power(3),
            other => panic!("{other}"),
        };
        assert!(close(&json!(error.unwrap().probabilities()), &case["probabilities"]), "{}", case["op"]);
    }
    assert!(!a.ideal());
    assert!(ReadoutError::new(vec![vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap().ideal());
}

/// `ρ → (1 − λ) ρ + λ Tr ρ / d` and the like, by what becomes of each entry of a density matrix.
#[test]
fn errors_are_their_textbook_formulas() {
    let from = |entries: &[[f64; 4]; 4]| {
        Matrix::new(4, 4, entries.iter().flatten().map(|x| Complex::from(*x)).collect()).unwrap()
    };
    // Columns: what becomes of |0⟩⟨0|, |1⟩⟨0|, |0⟩⟨1|, |1⟩⟨1|, by the excited population in the end, how far
    // relaxed a qubit is, and what is left of coherences.
    let relaxed = |p1: f64, r: f64, c: f64| {
        from(&[
            [1.0 - p1 * r, 0.0, 0.0, (1.0 - p1) * r],
            [0.0, c, 0.0, 0.0],
            [0.0, 0.0, c, 0.0],
            [p1 * r, 0.0, 0.0, 1.0 - (1.0 - p1) * r],
        ])
    };
    let mut cases: Vec<(String, QuantumError, Matrix)> = Vec::new();
    for x in [0.0, 1e-9, 0.001, 0.1, 0.37, 0.5, 0.75, 0.999, 1.0] {
        let depolarized = {
            let mut m = Matrix::identity(4);
            let mut mixed = Matrix::zeros(4, 4);
            for (row, column) in [(0, 0), (0, 3), (3, 0), (3, 3)] {
                mixed.set(row, column, Complex::from(0.5));
            }
            let mut scaled = Matrix::zeros(4, 4);
            scaled.add_scaled(&m, 1.0 - x);
            scaled.add_scaled(&mixed, x);
            std::mem::swap(&mut m, &mut scaled);
            m
        };
        cases.push((format!("depolarizing {x}"), channel::depolarizing_error(x, 1.0).unwrap(), depolarized));
        for population in [0.0, 0.2, 1.0] {
            let damped = channel::amplitude_damping_error(x, population, 1.0).unwrap();
            cases.push((
                format!("amplitude {x} {population}"),
                damped,
                relaxed(population, x, (1.0 - x).sqrt()),
            ));
            let both = channel::phase_amplitude_damping_error(x / 2.0, x / 3.0, population, 1.0).unwrap();
            let left = (1.0 - x / 2.0 - x / 3.0).sqrt();
            cases.push((format!("both {x} {population}"), both, relaxed(population, x / 2.0, left)));
            for (t1, t2) in [(1.0, 0.4), (1.0, 1.0), (1.0, 1.3), (1.0, 2.0), (f64::INFINITY, 0.7)] {
                let waited = channel::thermal_relaxation_error(t1, t2, x, population).unwrap();
                let formula = relaxed(population, 1.0 - (-x / t1).exp(), (-x / t2).exp());
                cases.push((format!("thermal {t1} {t2} {x} {population}"), waited, formula));
            }
        }
        let damped = channel::phase_damping_error(x, 1.0).unwrap();
        cases.push((format!("phase {x}"), damped, relaxed(0.0, 0.0, (1.0 - x).sqrt())));
        let reset = channel::reset_error(x * 0.75, x * 0.25).unwrap();
        cases.push((format!("reset {x}"), reset, relaxed(0.25, x, 1.0 - x)));
    }
    all(cases.into_iter().map(|(name, error, formula)| {
        (name, keeps_trace(&error).and_then(|()| agree(&error.superoperator().unwrap(), &formula)))
    }));
}

#[test]
fn errors_at_their_limits() {
    let ideal = |error: Result<QuantumError, AerError>| error.unwrap().ideal();
    assert!(ideal(channel::depolarizing_error(0.0, 2.0)));
    assert!(ideal(channel::amplitude_damping_error(0.0, 0.3, 1.0)));
    assert!(ideal(channel::thermal_relaxation_error(1.0, 1.5, 0.0, 0.0)));
    assert!(ideal(channel::thermal_relaxation_error(f64::INFINITY, f64::INFINITY, 9.0, 0.0)));
    assert!(ideal(channel::reset_error(0.0, 0.0)));
    assert!(ideal(channel::coherent_unitary_error(Matrix::identity(4))));
    assert!(!ideal(channel::depolarizing_error(1e-6, 2.0)));
    assert!(!ideal(channel::reset_error(1.0, 0.0)));
    // The least fidelity is that of the largest error: 1 / (d + 1).
    let worst = channel::depolarizing_error(4.0 / 3.0, 1.0).unwrap();
    assert!((worst.average_gate_fidelity().unwrap() - 1.0 / 3.0).abs() < 1e-12);
    let half = channel::depolarizing_error(0.02, 2.0).unwrap();
    assert!((half.average_gate_fidelity().unwrap() - (1.0 - 0.02 * 0.75)).abs() < 1e-12);
}

/// Kraus operators that say the same in too many words come out as few as there are, also on two qubits.
#[test]
fn canonical_kraus_operators_are_the_fewest() {
    let turned = |angle: f64| Gate::U.target_matrix(&[angle, 0.3 * angle, -angle]);
    let pairs = [(0.3, 1.1), (0.3, 1.1), (2.0, -0.4), (0.3, 1.1)];
    let operators: Vec<Matrix> = pairs
        .iter()
        .map(|(a, b)| {
            let mut half = Matrix::zeros(4, 4);
            half.add_scaled(&turned(*a).kron(&turned(*b)), 0.5);
            half
        })
        .collect();
    let given = channel::kraus_error(operators.clone(), false).unwrap();
    let fewest = channel::kraus_error(operators, true).unwrap();
    let Operation::Kraus(found) = &fewest.branches()[0].instructions[0].operation else { panic!() };
    assert_eq!(found.len(), 2);
    assert_eq!(agree(&fewest.superoperator().unwrap(), &given.superoperator().unwrap()), Ok(()));
}

#[test]
fn devices_have_the_noise_that_native_aer_gives_them() {
    let recorded = recorded();
    let device = backend_properties::read(&recorded["properties"]).unwrap();
    for case in list(&recorded, "devices") {
        let options = backend_properties::options(&case["options"]).unwrap();
        let model = device::noise_model(&device.qubits, &device.gates, &options).unwrap();
        let names = json!(model.noise_instructions());
        assert_eq!(
            (&names, &json!(model.noise_qubits())),
            (&case["noise_instructions"], &case["noise_qubits"])
        );
        // Entries of the same gate and qubits are applied one after the other.
        let mut found: BTreeMap<String, Matrix> = BTreeMap::new();
        for entry in model.quantum() {
            let matrix = entry.error.superoperator().unwrap();
            found
                .entry(format!("{:?} {:?}", &*entry.operations[0], entry.qubits[0].as_slice()))
                .and_modify(|before| *before = matrix.product(before).unwrap())
                .or_insert(matrix);
        }
        assert_eq!(found.len(), list(case, "quantum").len(), "{}", case["options"]);
        all(list(case, "quantum").iter().map(|entry| {
            let qubits: Vec<u64> = list(entry, "qubits").iter().map(|q| q.as_u64().unwrap()).collect();
            let key = format!("{} {:?}", entry["gate"], qubits);
            let result = agree(&found[&key], &matrix(&entry["superop"]));
            (format!("{key} with {}", case["options"]), result)
        }));
        let readout: Vec<Value> = model
            .readout()
            .iter()
            .map(|e| json!({"qubits": e.qubits[0].as_slice(), "probabilities": e.error.probabilities()}))
            .collect();
        assert_eq!(json!(readout), case["readout"], "{}", case["options"]);
    }
}

// What goes where.

fn gate(name: Gate, qubits: &[u32]) -> Instruction {
    let parameters = vec![0.1; name.spec().parameters.len()];
    Instruction::gate(name, parameters, qubits.iter().copied())
}

fn measure(qubits: &[u32], memory: &[u32], register: &[u32]) -> Instruction {
    let measure = Measure { memory: memory.into(), register: register.into() };
    Instruction::new(Operation::Measure(Box::new(measure)), qubits.iter().copied())
}

fn labelled(mut step: Instruction, label: &str) -> Instruction {
    step.label = Some(label.into());
    step
}

/// An entry of a model that applies gates to the first qubit.
fn entry(operations: &[&str], gates: &[&str], qubits: &[&[u32]]) -> Value {
    let steps: Vec<Value> = gates.iter().map(|name| json!({"name": name, "qubits": [0]})).collect();
    let mut entry = json!({
        "type": "qerror", "operations": operations, "probabilities": [1.0], "instructions": [steps],
    });
    if !qubits.is_empty() {
        entry["gate_qubits"] = json!(qubits);
    }
    entry
}

fn model(entries: &[Value]) -> NoiseModel {
    noise_model::read(&json!({ "errors": entries })).unwrap()
}

/// What a circuit has become: names with qubits; an error by the gates of its only branch, in brackets; a readout
/// error by its memory and register bits. A condition stands behind.
fn noisy(model: &NoiseModel, steps: Vec<Instruction>) -> Vec<String> {
    let mut circuit = Circuit { instructions: steps, num_register_bits: 6, ..Circuit::new(4, 4) };
    insert(model, &mut circuit).unwrap();
    validate::circuit(&circuit).unwrap();
    circuit
        .instructions
        .iter()
        .map(|step| {
            let mut text = match &step.operation {
                Operation::QuantumError(error) => {
                    let names = error.branches[0].instructions.iter().map(|step| step.operation.name());
                    format!("({}) {:?}", names.collect::<Vec<_>>().join(" "), step.qubits.as_slice())
                }
                Operation::ReadoutError(error) => format!("roerror {:?} {:?}", error.memory, error.register),
                operation => format!("{} {:?}", operation.name(), step.qubits.as_slice()),
            };
            if let Some(bit) = step.condition {
                text.push_str(" if ");
                text.push_str(&bit.to_string());
            }
            text
        })
        .collect()
}

#[test]
fn errors_follow_gates_in_order() {
    let model = model(&[entry(&["x", "cx"], &["h"], &[]), entry(&["x"], &["s", "t"], &[])]);
    let steps = vec![gate(Gate::X, &[2]), gate(Gate::Y, &[1]), gate(Gate::Cx, &[3, 1])];
    assert_eq!(noisy(&model, steps), ["x [2]", "(h) [2]", "(s t) [2]", "y [1]", "cx [3, 1]", "(h) [3]"]);
}

#[test]
fn errors_of_ordered_qubits_replace_those_of_all() {
    let model = model(&[entry(&["cx"], &["h"], &[]), entry(&["cx"], &["s"], &[&[0, 1], &[2, 0]])]);
    let steps = vec![gate(Gate::Cx, &[0, 1]), gate(Gate::Cx, &[1, 0]), gate(Gate::Cx, &[2, 0])];
    let expected = ["cx [0, 1]", "(s) [0]", "cx [1, 0]", "(h) [1]", "cx [2, 0]", "(s) [2]"];
    assert_eq!(noisy(&model, steps), expected);
    // One that changes nothing replaces them too.
    let quiet = self::model(&[entry(&["x"], &["h"], &[]), entry(&["x"], &["id"], &[&[1]])]);
    assert_eq!(noisy(&quiet, vec![gate(Gate::X, &[0]), gate(Gate::X, &[1])]), ["x [0]", "(h) [0]", "x [1]"]);
}

#[test]
fn a_label_counts_instead_of_the_name() {
    let model = model(&[entry(&["x"], &["h"], &[]), entry(&["mine", "unitary"], &["s"], &[])]);
    let unitary = || Instruction::new(Operation::Unitary(Box::new(Matrix::identity(2))), [0]);
    let steps = vec![
        labelled(gate(Gate::X, &[0]), "mine"),
        labelled(gate(Gate::X, &[0]), "other"),
        unitary(),
        labelled(unitary(), "mine"),
        labelled(unitary(), "x"),
        labelled(Instruction::new(Operation::Reset, [1]), "mine"),
    ];
    let expected = [
        "x [0]",
        "(s) [0]",
        "x [0]",
        "unitary [0]",
        "(s) [0]",
        "unitary [0]",
        "(s) [0]",
        "unitary [0]",
        "(h) [0]",
        "reset [1]",
    ];
    assert_eq!(noisy(&model, steps), expected);
}

#[test]
fn measurements_have_errors_before_and_misreadings_after_and_resets_errors_after() {
    let readout =
        json!({"type": "roerror", "operations": ["measure"], "probabilities": [[0.9, 0.1], [0.2, 0.8]]});
    let one = entry(&["measure", "reset"], &["x"], &[]);
    let steps = || {
        vec![
            measure(&[0, 2], &[3, 1], &[3, 4]),
            Instruction::new(Operation::Reset, [1, 3]),
            measure(&[1], &[], &[5]),
        ]
    };
    let expected = [
        "(x) [0]",
        "(x) [2]",
        "measure [0, 2]",
        "roerror [3] [3]",
        "roerror [1] [4]",
        "reset [1, 3]",
        "(x) [1]",
        "(x) [3]",
        "(x) [1]",
        "measure [1]",
    ];
    assert_eq!(noisy(&model(&[one.clone(), readout.clone()]), steps()), expected);
    // Qubits that the model knows together are taken together, in this order.
    let both = json!({"type": "roerror", "operations": ["measure"], "gate_qubits": [[0, 2]], "probabilities":
        [[0.7, 0.1, 0.1, 0.1], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]});
    let pair = entry(&["measure"], &["y"], &[&[0, 2]]);
    let together = model(&[one, readout, both, pair]);
    let expected = ["(y) [0]", "measure [0, 2]", "roerror [3, 1] [3, 4]"];
    assert_eq!(noisy(&together, vec![measure(&[0, 2], &[3, 1], &[3, 4])]), expected);
    let expected = ["(x) [2]", "(x) [0]", "measure [2, 0]", "roerror [1] []", "roerror [3] []"];
    assert_eq!(noisy(&together, vec![measure(&[2, 0], &[1, 3], &[])]), expected);
}

#[test]
fn errors_of_conditional_instructions_are_conditional() {
    let readout =
        json!({"type": "roerror", "operations": ["measure"], "probabilities": [[0.9, 0.1], [0.2, 0.8]]});
    let model = model(&[entry(&["x", "measure"], &["h"], &[]), readout]);
    let conditional = |step: Instruction, bit| Instruction { condition: Some(bit), ..step };
    let steps = vec![conditional(gate(Gate::X, &[1]), 5), conditional(measure(&[0], &[2], &[2]), 5)];
    let expected = ["x [1] if 5", "(h) [1] if 5", "(h) [0] if 5", "measure [0] if 5", "roerror [2] [2] if 5"];
    assert_eq!(noisy(&model, steps), expected);
    // What a measurement depends on may be what it writes: then a copy decides about the misreading.
    let expected = ["(h) [0] if 2", "bfunc []", "measure [0] if 2", "roerror [2] [2] if 6"];
    assert_eq!(noisy(&model, vec![conditional(measure(&[0], &[2], &[2]), 2)]), expected);
}

#[test]
fn locations_become_the_errors_that_they_name() {
    let model = model(&[entry(&["here", "x"], &["h"], &[]), entry(&["here"], &["s"], &[&[2]])]);
    let location =
        |label: &str, qubit: u32| labelled(Instruction::new(Operation::QuantumErrorLocation, [qubit]), label);
    let steps = vec![location("here", 0), location("here", 2), location("elsewhere", 1), gate(Gate::Y, &[0])];
    assert_eq!(noisy(&model, steps.clone()), ["(h) [0]", "(s) [2]", "y [0]"]);
    assert_eq!(noisy(&NoiseModel::default(), steps), ["y [0]"]);
}

#[test]
fn some_instructions_have_no_noise_and_waiting_has() {
    let names = ["kraus", "superop", "barrier", "bfunc", "roerror", "jump", "mark", "id", "delay"];
    let model = model(&[entry(&names, &["x"], &[])]);
    let identity = || Matrix::identity(2);
    let misreading =
        Misreading { memory: vec![0], register: vec![], probabilities: vec![vec![1.0, 0.0], vec![0.0, 1.0]] };
    let step = |operation: Operation| Instruction::new(operation, [0]);
    let steps = vec![
        step(Operation::Kraus([identity()].into())),
        step(Operation::Superoperator(Box::new(Matrix::identity(4)))),
        step(Operation::Barrier),
        Instruction::new(Operation::ReadoutError(Box::new(misreading)), []),
        step(Operation::Mark("a".into())),
        step(Operation::Delay(5.0)),
        gate(Gate::Id, &[1]),
    ];
    let expected = [
        "kraus [0]",
        "superop [0]",
        "barrier [0]",
        "roerror [0] []",
        "mark [0]",
        "delay [0]",
        "(x) [0]",
        "id [1]",
        "(x) [1]",
    ];
    assert_eq!(noisy(&model, steps), expected);
}

#[test]
fn the_switch_turns_noise_off_and_on_and_nothing_is_lost() {
    let model = model(&[entry(&["x"], &["h"], &[])]);
    let switch = |on| Instruction::new(Operation::NoiseSwitch(on), [0]);
    let steps =
        vec![gate(Gate::X, &[0]), switch(false), gate(Gate::X, &[1]), switch(true), gate(Gate::X, &[2])];
    assert_eq!(noisy(&model, steps.clone()), ["x [0]", "(h) [0]", "x [1]", "x [2]", "(h) [2]"]);
    assert_eq!(noisy(&NoiseModel::default(), steps), ["x [0]", "x [1]", "x [2]"]);
    let read = qobj::one_instruction(r#"{"name": "noise_switch", "qubits": [0], "params": [0]}"#).unwrap();
    assert_eq!(read.operation, Operation::NoiseSwitch(false));
    assert_eq!(qobj::instruction_json(&read), json!({"name": "noise_switch", "qubits": [0], "params": [0]}));
}

#[test]
fn errors_on_other_qubits_are_added() {
    let mut elsewhere = entry(&["x"], &["s"], &[&[1]]);
    elsewhere["noise_qubits"] = json!([[3], [0], [9]]);
    let model = model(&[entry(&["x"], &["h"], &[]), elsewhere]);
    let steps = vec![gate(Gate::X, &[1]), gate(Gate::X, &[2])];
    // There is no qubit 9.
    assert_eq!(noisy(&model, steps), ["x [1]", "(h) [1]", "(s) [3]", "(s) [0]", "x [2]", "(h) [2]"]);
}

#[test]
fn an_error_that_is_too_wide_is_refused_where_it_would_act() {
    let wide = json!({"type": "qerror", "operations": ["mine"], "probabilities": [1.0],
        "instructions": [[{"name": "cx", "qubits": [0, 1]}]]});
    let mut circuit =
        Circuit { instructions: vec![labelled(gate(Gate::X, &[0]), "mine")], ..Circuit::new(2, 0) };
    let error = insert(&model(&[wide]), &mut circuit).unwrap_err();
    assert_eq!((error.code, error.place.instruction), (ErrorCode::QubitCount, Some(0)));
}

// Models as JSON.

#[test]
fn models_are_read_and_written() {
    let (a, b) = (entry(&["x", "mine"], &["h"], &[]), entry(&["cx"], &["s", "reset"], &[&[0, 1], &[2, 0]]));
    let mut c = entry(&["x"], &["s"], &[&[1]]);
    c["noise_qubits"] = json!([[3]]);
    let readout = |qubits: Option<Value>| {
        let mut entry =
            json!({"type": "roerror", "operations": ["measure"], "probabilities": [[0.9, 0.1], [0.2, 0.8]]});
        if let Some(qubits) = qubits {
            entry["gate_qubits"] = qubits;
        }
        entry
    };
    let json = json!({"errors": [a, b, c, readout(None), readout(Some(json!([[1], [2]])))]});
    let read = noise_model::read(&json).unwrap();
    assert_eq!(noise_model::write(&read), json);
    assert_eq!(read.noise_instructions(), ["cx", "measure", "mine", "x"]);
    assert_eq!(read.noise_qubits(), [0, 1, 2, 3]);
    for nothing in [json!({}), json!({"errors": []}), json!({"errors": null})] {
        assert!(noise_model::read(&nothing).unwrap().is_ideal());
    }
}

#[test]
fn a_readout_error_takes_the_place_of_another() {
    let table = |p: f64| ReadoutError::new(vec![vec![1.0 - p, p], vec![0.0, 1.0]]).unwrap();
    let mut model = NoiseModel::default();
    let mut put = |p: f64, qubits: &[u32]| {
        let qubits = if qubits.is_empty() { vec![] } else { vec![qubits.iter().copied().collect()] };
        model.replace_readout(aer_wasm::noise::ReadoutEntry { error: table(p), qubits }).unwrap();
    };
    put(0.1, &[]);
    put(0.2, &[1]);
    put(0.3, &[]);
    put(0.4, &[1]);
    put(0.5, &[2]);
    put(0.0, &[2]);
    let found: Vec<(f64, usize)> =
        model.readout().iter().map(|e| (e.error.probabilities()[0][1], e.qubits.len())).collect();
    assert_eq!(found, [(0.3, 0), (0.4, 1), (0.5, 1)]);
}

#[test]
fn wrong_models_are_refused_with_a_code_and_a_place() {
    use ErrorCode::{
        DuplicateQubit, InvalidMatrix, InvalidNoiseModel, InvalidParameter, QubitCount, UnknownGate,
    };
    let q = |change: &dyn Fn(&mut Value)| {
        let mut entry = entry(&["x"], &["h"], &[]);
        change(&mut entry);
        json!({ "errors": [self::entry(&["y"], &["h"], &[]), entry] })
    };
    let instructions = |steps: Value| q(&|e| e["instructions"] = json!([steps]));
    let r = |probabilities: Value| json!({"errors": [{"type": "roerror", "probabilities": probabilities}]});
    for (code, model) in [
        (InvalidNoiseModel, json!(3)),
        (InvalidNoiseModel, json!([])),
        (InvalidNoiseModel, json!({"errors": {}})),
        (InvalidNoiseModel, json!({"errors": [3]})),
        (InvalidNoiseModel, q(&|e| e["type"] = json!("kraus"))),
        (InvalidNoiseModel, q(&|e| e["type"] = json!(null))),
        (InvalidNoiseModel, q(&|e| e["operations"] = json!("x"))),
        (InvalidNoiseModel, q(&|e| e["operations"] = json!([1]))),
        (InvalidNoiseModel, q(&|e| e["probabilities"] = json!([0.5, 0.5]))),
        (InvalidNoiseModel, q(&|e| e["probabilities"] = json!(null))),
        (InvalidNoiseModel, q(&|e| e["instructions"] = json!([3]))),
        (InvalidParameter, q(&|e| e["probabilities"] = json!([0.9]))),
        (InvalidParameter, q(&|e| e["probabilities"] = json!([-1.0]))),
        (InvalidParameter, q(&|e| e["probabilities"] = json!(["1"]))),
        (
            InvalidParameter,
            q(&|e| {
                e["probabilities"] = json!([1.5, -0.5]);
                e["instructions"] = json!([[], []]);
            }),
        ),
        (UnknownGate, instructions(json!([{"name": "foo", "qubits": [0]}]))),
        (InvalidParameter, instructions(json!([{"name": "measure", "qubits": [0], "memory": [0]}]))),
        (DuplicateQubit, instructions(json!([{"name": "cx", "qubits": [0, 0]}]))),
        (QubitCount, instructions(json!([{"name": "cx", "qubits": [0, 1]}]))),
        (
            InvalidMatrix,
            instructions(json!([{"name": "kraus", "qubits": [0], "params": [[[1, 0], [0, 0.5]]]}])),
        ),
        (
            InvalidMatrix,
            instructions(json!([{"name": "unitary", "qubits": [0], "params": [[[1, 0], [0, 0.5]]]}])),
        ),
        (
            InvalidMatrix,
            instructions(json!([{"name": "superop", "qubits": [0], "params":
            [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0.5]]]}])),
        ),
        // Keeps the trace, and is the transposition, which is no channel.
        (
            InvalidMatrix,
            instructions(json!([{"name": "superop", "qubits": [0], "params":
            [[[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]]}])),
        ),
        (QubitCount, q(&|e| e["gate_qubits"] = json!([[]]))),
        (
            DuplicateQubit,
            q(&|e| {
                e["operations"] = json!(["mine"]);
                e["gate_qubits"] = json!([[1, 1]]);
            }),
        ),
        (InvalidParameter, r(json!([[0.5, 0.6], [0, 1]]))),
        (InvalidParameter, r(json!([[1.5, -0.5], [0, 1]]))),
        (InvalidParameter, r(json!([[1.0], [0, 1]]))),
        (InvalidParameter, r(json!([]))),
        (InvalidParameter, r(json!([[1.0]]))),
        (QubitCount, r(json!([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))),
    ] {
        let error = noise_model::read(&model).expect_err(&model.to_string());
        assert_eq!(error.code, code, "{model}: {error}");
        assert!(error.place.instruction.is_none(), "{error}");
    }
    let error = noise_model::read(&q(&|e| e["type"] = json!("kraus"))).unwrap_err();
    assert_eq!(error.message, "NoiseModel: Invalid noise type (kraus)");
    let error = noise_model::read(&instructions(json!([{"name": "foo", "qubits": [0]}]))).unwrap_err();
    assert!(error.hint.as_deref().unwrap_or_default().starts_with("\"foo\" of error 1"), "{error}");
}

#[test]
fn impossible_errors_are_refused() {
    let nan = f64::NAN;
    let bad: [(&str, &[f64]); 22] = [
        ("depolarizing_error", &[-0.1, 1.0]),
        ("depolarizing_error", &[1.34, 1.0]),
        ("depolarizing_error", &[nan, 1.0]),
        ("depolarizing_error", &[0.1, 0.0]),
        ("depolarizing_error", &[0.1, 1.5]),
        ("depolarizing_error", &[0.1, 99.0]),
        ("depolarizing_error", &[0.1]),
        ("thermal_relaxation_error", &[1.0, 2.1, 1.0, 0.0]),
        ("thermal_relaxation_error", &[0.0, 1.0, 1.0, 0.0]),
        ("thermal_relaxation_error", &[1.0, -1.0, 1.0, 0.0]),
        ("thermal_relaxation_error", &[1.0, 1.0, -1.0, 0.0]),
        ("thermal_relaxation_error", &[1.0, 1.0, 1.0, 1.1]),
        ("thermal_relaxation_error", &[1.0, 1.0, f64::INFINITY, 0.0]),
        ("thermal_relaxation_error", &[nan, 1.0, 1.0, 0.0]),
        ("amplitude_damping_error", &[1.1, 0.0, 1.0]),
        ("amplitude_damping_error", &[0.5, -0.1, 1.0]),
        ("phase_damping_error", &[-0.1, 1.0]),
        ("phase_amplitude_damping_error", &[0.6, 0.5, 0.0, 1.0]),
        ("phase_amplitude_damping_error", &[0.6, nan, 0.0, 1.0]),
        ("reset_error", &[0.6, 0.5]),
        ("reset_error", &[-0.1, 0.5]),
        ("reset_error", &[0.1, nan]),
    ];
    for (name, values) in bad {
        let error = Channel::by_name(name).unwrap().make(values).expect_err(&format!("{name} {values:?}"));
        assert_eq!(error.code, ErrorCode::InvalidParameter, "{name} {values:?}");
        assert!(error.found.is_some(), "{error}");
    }
    let half = || Matrix::diagonal(&[Complex::from(1.0), Complex::from(0.5)]);
    let code = |result: Result<QuantumError, AerError>| result.unwrap_err().code;
    assert_eq!(code(channel::kraus_error(vec![half()], true)), ErrorCode::InvalidMatrix);
    assert_eq!(code(channel::kraus_error(vec![], false)), ErrorCode::InvalidMatrix);
    assert_eq!(code(channel::kraus_error(vec![Matrix::identity(3)], false)), ErrorCode::InvalidMatrix);
    assert_eq!(code(channel::coherent_unitary_error(half())), ErrorCode::InvalidMatrix);
    let sizes = [(Matrix::identity(2), 0.5), (Matrix::identity(4), 0.5)];
    assert_eq!(code(channel::mixed_unitary_error(sizes)), ErrorCode::InvalidMatrix);
    let letters = |terms: &[(&str, f64)]| {
        channel::pauli_error(terms.iter().map(|(text, p)| (paulis(&json!(text)), *p)).collect::<Vec<_>>())
    };
    for terms in [&[("X", 0.5), ("XX", 0.5)][..], &[("X", 0.5)], &[("X", -0.5), ("I", 1.5)], &[]] {
        assert_eq!(code(letters(terms)), ErrorCode::InvalidParameter, "{terms:?}");
    }
    let [a, _, c, k] = parts();
    assert_eq!(code(a.compose_on(&c, &[0, 1])), ErrorCode::QubitOutOfRange);
    assert_eq!(code(c.compose_on(&a, &[0, 1])), ErrorCode::QubitCount);
    assert_eq!(code(a.power(0)), ErrorCode::InvalidParameter);
    assert_eq!(code(channel::depolarizing_error(0.1, 2.0).unwrap().power(9)), ErrorCode::InvalidParameter);
    let wide = k.tensor(&k).unwrap().tensor(&c).unwrap();
    assert_eq!(wide.superoperator().unwrap_err().code, ErrorCode::QubitCount);
}

// Jobs.

/// The counts of `x; measure` of each circuit, with a noise model in the options of the backend, of the Qobj, of
/// its experiment and of the run.
fn counts(backend: Value, qobj: Value, experiment: Value, run: Value) -> Vec<Value> {
    let options = |model: Value| -> Map<String, Value> {
        if model.is_null() {
            Map::new()
        } else {
            json!({ "noise_model": model }).as_object().cloned().unwrap()
        }
    };
    let circuit = json!({
        "config": options(experiment),
        "instructions": [{"name": "x", "qubits": [0]}, {"name": "measure", "qubits": [0], "memory": [0]}],
    });
    let text = json!({"qobj_id": "a", "config": options(qobj), "experiments": [circuit]}).to_string();
    let request = RunRequest {
        circuits: vec![text.into()],
        backend_options: options(backend),
        run_options: options(run),
        ..RunRequest::default()
    };
    let mut session = Session::new(request, 1 << 30).unwrap();
    let mut found = Vec::new();
    while let Step::Pending | Step::Experiment(_) = session.step(1 << 20) {
        found.extend(session.take_result(0).map(|result| experiment_json(&result)["data"]["counts"].clone()));
    }
    found
}

#[test]
fn the_strongest_model_counts_and_a_circuits_own_before_all() {
    let flips = || json!({"errors": [entry(&["x"], &["x"], &[])]});
    let quiet = || json!({"errors": []});
    let (zero, one) = ([json!({"0x0": 1024})], [json!({"0x1": 1024})]);
    let null = || Value::Null;
    assert_eq!(counts(null(), null(), null(), null()), one);
    assert_eq!(counts(flips(), null(), null(), null()), zero);
    assert_eq!(counts(flips(), quiet(), null(), null()), one);
    assert_eq!(counts(quiet(), flips(), null(), null()), zero);
    assert_eq!(counts(null(), flips(), null(), quiet()), one);
    assert_eq!(counts(null(), null(), null(), flips()), zero);
    assert_eq!(counts(null(), null(), quiet(), flips()), one);
    assert_eq!(counts(null(), quiet(), flips(), null()), zero);
}

#[test]
fn a_branch_is_as_likely_as_it_says() {
    // Of 20,000 shots with p = 0.3, seed 0: five standard deviations are 324; a false alarm once in 1.7e6.
    let steps = [json!([{"name": "x", "qubits": [0]}]), json!([])];
    let error =
        json!({"type": "qerror", "operations": ["x"], "probabilities": [0.3, 0.7], "instructions": steps});
    let model = json!({"errors": [error]});
    let text = json!({"qobj_id": "a", "config": {"shots": 20_000, "seed_simulator": 0, "noise_model": model}, "experiments": [
        {"instructions": [{"name": "x", "qubits": [0]}, {"name": "measure", "qubits": [0], "memory": [0]}]}]});
    let request = RunRequest { circuits: vec![text.to_string().into()], ..RunRequest::default() };
    let mut session = Session::new(request, 1 << 30).unwrap();
    while session.step(1 << 20) == Step::Pending {}
    let result = experiment_json(&session.take_result(0).unwrap());
    let zeros = result["data"]["counts"]["0x0"].as_f64().unwrap();
    assert!((zeros - 6000.0).abs() < 324.0, "{zeros}");
}

#[test]
fn branches_are_renormalised_and_impossible_ones_left_out() {
    let branch = |probability| ErrorBranch { probability, instructions: vec![gate(Gate::X, &[1])] };
    let error = QuantumError::new(vec![branch(0.5), branch(0.0), branch(0.500_000_004)]).unwrap();
    assert_eq!((error.size(), error.num_qubits()), (2, 2));
    let total: f64 = error.branches().iter().map(|branch| branch.probability).sum();
    assert!((total - 1.0).abs() < 1e-15);
}
