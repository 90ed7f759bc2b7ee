use serde_json::json;

use super::*;
use crate::circuit::Instruction;
use crate::engine::{Outcomes, SavedValue};
use crate::error::ErrorCode;
use crate::frontend::qobj;
use crate::run::SavedData;

fn circuit(num_qubits: u32, num_clbits: u32, instructions: &Value) -> Circuit {
    let config = json!({"n_qubits": num_qubits, "memory_slots": num_clbits, "conditional_any": true});
    let experiment = json!({"header": {"name": "test"}, "config": config, "instructions": instructions});
    let text = json!({"qobj_id": "test", "experiments": [experiment]}).to_string();
    qobj::load(&text).unwrap().circuits.remove(0).unwrap()
}

fn options(given: &Value) -> RunOptions {
    RunOptions::resolve(&[given.as_object().unwrap()]).unwrap()
}

/// Runs to the end in slices; checks that progress never falls and ends full where the run succeeds.
fn run_all(circuits: Vec<Result<Circuit, AerError>>, given: &Value, budget: u64) -> Vec<ExperimentResult> {
    let mut run = Run::new(circuits, options(given));
    let mut results = Vec::new();
    let mut before = run.progress();
    loop {
        let step = run.step(budget);
        let now = run.progress();
        if now.experiment == before.experiment {
            assert!(now.completed >= before.completed && now.completed <= now.total, "{before:?} {now:?}");
        }
        before = now;
        match step {
            Step::Pending => {}
            Step::Experiment(index) => {
                assert_eq!((index, now.experiment), (results.len(), index));
                let result = run.take_result(index).unwrap();
                assert!(run.take_result(index).is_none());
                assert!(!result.success() || now.completed == now.total, "{now:?}");
                results.push(result);
            }
            Step::Finished => break,
        }
    }
    assert_eq!(run.step(budget), Step::Finished);
    results
}

fn run(circuit: Circuit, given: &Value) -> ExperimentResult {
    run_all(vec![Ok(circuit)], given, u64::MAX).remove(0)
}

fn counts(result: &ExperimentResult) -> Vec<(&'static str, u64)> {
    let counts = result.data.counts.as_ref().unwrap_or_else(|| panic!("{:?}", result.error));
    counts.iter().map(|(key, count)| (&*key.leak(), count)).collect()
}

/// The memory of each shot.
fn memory(result: &ExperimentResult) -> Vec<String> {
    result.data.memory.iter().flat_map(Outcomes::iter).map(|bits| bits.to_hex()).collect()
}

fn bell() -> Circuit {
    circuit(
        2,
        2,
        &json!([
            {"name": "h", "qubits": [0]},
            {"name": "cx", "qubits": [0, 1]},
            {"name": "measure", "qubits": [0, 1], "memory": [0, 1]},
        ]),
    )
}

/// A qubit measured, flipped back and measured again: needs a run per shot.
fn active_reset() -> Circuit {
    circuit(
        1,
        2,
        &json!([
            {"name": "ry", "qubits": [0], "params": [1.0]},
            {"name": "measure", "qubits": [0], "memory": [0], "register": [0]},
            {"name": "x", "qubits": [0], "conditional": 0},
            {"name": "measure", "qubits": [0], "memory": [1]},
        ]),
    )
}

#[test]
fn slices_do_not_change_results() {
    let given = json!({"shots": 300, "seed_simulator": 5, "memory": true});
    let job = || vec![Ok(bell()), Ok(active_reset()), Ok(bell())];
    let whole = run_all(job(), &given, u64::MAX);
    for budget in [1, 7, 100, 5000] {
        assert_eq!(run_all(job(), &given, budget), whole, "budget {budget}");
    }
    assert_ne!(whole[0].data.memory, whole[2].data.memory, "experiments have seeds of their own");
    assert_eq!(whole[1].seed_simulator, 5 + 2113);
}

#[test]
fn a_small_budget_ends_a_slice_soon() {
    let mut run = Run::new(vec![Ok(active_reset())], options(&json!({"shots": 100_000})));
    let slices = std::iter::from_fn(|| (run.step(1000) == Step::Pending).then_some(())).count();
    assert!(slices > 100, "{slices}");
}

#[test]
fn a_run_per_shot_agrees_with_sampling() {
    // The reset of a qubit that is |0⟩ changes nothing but forces a run per shot. Seed 1; the probability of
    // reading 1 is sin²(0.5) = 0.2298: over 20,000 shots five standard deviations are 0.0149 (false alarm 6e-7).
    let steps = |first: Value| json!([first, {"name": "ry", "qubits": [0], "params": [1.0]}, {"name": "measure", "qubits": [0], "memory": [0]}]);
    let given = json!({"shots": 20_000, "seed_simulator": 1});
    for (first, sampled) in [("reset", false), ("id", true)] {
        let result = run(circuit(1, 1, &steps(json!({"name": first, "qubits": [0]}))), &given);
        assert_eq!(result.metadata["measure_sampling"], sampled);
        let ones = counts(&result)[1].1 as f64 / 20_000.0;
        assert!((ones - 0.5f64.sin().powi(2)).abs() < 0.0149, "{first}: {ones}");
    }
}

#[test]
fn conditions_read_register_bits_and_hold_for_resets_and_measurements() {
    let result = run(active_reset(), &json!({"shots": 2000, "seed_simulator": 2}));
    // The second measurement always reads 0.
    assert!(counts(&result).iter().all(|(key, _)| ["0x0", "0x1"].contains(key)), "{:?}", counts(&result));
    assert_eq!(counts(&result).len(), 2);
    let steps = json!([
        {"name": "x", "qubits": [0]},
        {"name": "measure", "qubits": [0], "memory": [0], "register": [0]},
        {"name": "reset", "qubits": [0], "conditional": 0},
        {"name": "measure", "qubits": [0], "memory": [1]},
        {"name": "x", "qubits": [0]},
        {"name": "measure", "qubits": [0], "memory": [2], "conditional": 1},
    ]);
    let result = run(circuit(1, 3, &steps), &json!({"shots": 10}));
    assert_eq!(counts(&result), [("0x1", 10)]);
}

#[test]
fn boolean_functions_write_registers_and_memory() {
    let steps = json!([
        {"name": "x", "qubits": [0]},
        {"name": "measure", "qubits": [0], "memory": [0], "register": [0]},
        {"name": "bfunc", "mask": "0x3", "relation": "==", "val": "0x1", "register": 70, "memory": 2},
        {"name": "x", "qubits": [1], "conditional": 70},
        {"name": "measure", "qubits": [1], "memory": [1]},
    ]);
    assert_eq!(counts(&run(circuit(2, 3, &steps), &json!({"shots": 3}))), [("0x7", 3)]);
}

#[test]
fn counts_are_absent_where_there_is_nothing_to_count() {
    let no_memory = circuit(1, 0, &json!([{"name": "measure", "qubits": [0]}]));
    let no_measure = circuit(1, 1, &json!([{"name": "h", "qubits": [0]}, {"name": "reset", "qubits": [0]}]));
    for (circuit, shots) in [
        (bell(), 0),
        (active_reset(), 0),
        (no_memory, 5),
        (no_measure, 5),
        (Circuit::new(0, 0), 5),
        (Circuit::new(2, 2), 5),
    ] {
        let result = run(circuit, &json!({"shots": shots, "memory": true}));
        assert_eq!((result.error, result.shots), (None, shots));
        assert_eq!(result.data, ExperimentData::default());
    }
}

#[test]
fn unwritten_bits_are_zero_and_the_last_write_counts() {
    let steps = json!([
        {"name": "x", "qubits": [1]},
        {"name": "measure", "qubits": [1], "memory": [69]},
        {"name": "measure", "qubits": [1], "memory": [0]},
        {"name": "measure", "qubits": [0], "memory": [0]},
    ]);
    let result = run(circuit(2, 70, &steps), &json!({"shots": 4, "memory": true}));
    assert_eq!(counts(&result), [("0x200000000000000000", 4)]);
    assert_eq!(memory(&result), ["0x200000000000000000"; 4]);
}

#[test]
fn memory_lists_shots_in_order_whatever_the_number_of_shots() {
    let drawn = |shots| {
        let given = json!({"shots": shots, "seed_simulator": 3, "memory": true});
        memory(&run_all(vec![Ok(bell())], &given, 1000).remove(0))
    };
    // 100,000 shots are drawn in more than one chunk.
    let (few, many) = (drawn(100), drawn(100_000));
    assert_eq!(many.len(), 100_000);
    assert_eq!(few[..], many[..100]);
}

#[test]
fn saves_combine_as_their_subtype_says() {
    let steps = |subtype: &str| {
        let save = json!({"name": "save_statevector", "qubits": [0], "label": "s", "snapshot_type": subtype});
        let (h, measure) =
            (json!({"name": "h", "qubits": [0]}), json!({"name": "measure", "qubits": [0], "memory": [0]}));
        circuit(1, 1, &json!([h, measure, save]))
    };
    let saved = |subtype| {
        let result = run(steps(subtype), &json!({"shots": 50, "seed_simulator": 9, "memory": true}));
        assert_eq!(result.metadata["result_types"], json!({"s": "save_statevector"}));
        assert_eq!(result.metadata["result_subtypes"], json!({"s": subtype}));
        (result.data.saved["s"].clone(), memory(&result))
    };
    let state = |memory: &str| {
        let one = f64::from(memory == "0x1");
        SavedValue::ComplexVector(vec![1.0 - one, 0.0, one, 0.0])
    };
    let same = |got: &SavedValue, want: &SavedValue| match (got, want) {
        (SavedValue::ComplexVector(got), SavedValue::ComplexVector(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12)
        }
        _ => false,
    };
    let (SavedData::One(single), memory) = saved("single") else { panic!() };
    assert!(same(&single, &state(&memory[49])));
    let (SavedData::List(list), memory) = saved("list") else { panic!() };
    assert!(list.len() == 50 && list.iter().zip(&memory).all(|(value, key)| same(value, &state(key))));
    let (SavedData::ByMemory(c_single), _) = saved("c_single") else { panic!() };
    assert_eq!(c_single.len(), 2);
    for (key, value) in &c_single {
        let SavedData::One(value) = value else { panic!() };
        assert!(same(value, &state(key)));
    }
    let (SavedData::ByMemory(c_list), memory) = saved("c_list") else { panic!() };
    for (key, values) in &c_list {
        let SavedData::List(values) = values else { panic!() };
        assert_eq!(values.len(), memory.iter().filter(|shot| *shot == key).count());
        assert!(values.iter().all(|value| same(value, &state(key))));
    }
}

#[test]
fn a_list_has_one_value_where_the_circuit_runs_once() {
    let save = json!({"name": "save_statevector", "qubits": [0], "snapshot_type": "list"});
    let result = run(circuit(1, 0, &json!([save])), &json!({"shots": 50}));
    assert!(matches!(&result.data.saved["statevector"], SavedData::List(values) if values.len() == 1));
}

#[test]
fn an_error_spoils_only_its_experiment() {
    let refused = AerError::new(ErrorCode::UnknownGate, "no such gate");
    let mut bad_shots = bell();
    bad_shots.config.insert("shots".into(), json!("many"));
    let mut own_shots = bell();
    own_shots.config.insert("shots".into(), json!(7));
    let mut wide = Circuit::new(60, 1);
    wide.instructions.extend((0..60).map(|q| {
        let measure = crate::circuit::operation::Measure { memory: vec![0], register: vec![] };
        Instruction::new(Operation::Measure(Box::new(measure)), [q])
    }));
    let job = vec![Err(refused), Ok(bell()), Ok(bad_shots), Ok(wide), Ok(own_shots)];
    let results = run_all(job, &json!({"shots": 10, "seed_simulator": 1, "method": "statevector"}), 50);
    let codes: Vec<Option<ErrorCode>> = results.iter().map(|r| r.error.as_ref().map(|e| e.code)).collect();
    assert_eq!(
        codes,
        [
            Some(ErrorCode::UnknownGate),
            None,
            Some(ErrorCode::InvalidOption),
            Some(ErrorCode::InsufficientMemory),
            None
        ]
    );
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result.seed_simulator, 1 + 2113 * index as u64);
        if let Some(error) = &result.error {
            assert_eq!((error.place.experiment, result.shots), (Some(index), 0));
            assert_eq!(result.data, ExperimentData::default());
        }
    }
    assert_eq!((results[1].shots, results[4].shots), (10, 7));
    let error = results[3].error.as_ref().unwrap();
    assert!(error.message.contains("max memory: 4096M"), "{error}");
    assert_eq!(error.expected.as_deref(), Some("at most 28 qubits in this memory"));
}

#[test]
fn truncated_circuits_need_only_the_memory_of_what_remains() {
    let steps = json!([{"name": "x", "qubits": [59]}, {"name": "measure", "qubits": [59], "memory": [0]}]);
    let result = run(circuit(60, 1, &steps), &json!({"shots": 5}));
    assert_eq!(counts(&result), [("0x1", 5)]);
    assert_eq!(result.metadata["active_input_qubits"], json!([59]));
    let given = json!({"shots": 5, "enable_truncation": false, "method": "statevector"});
    assert_eq!(run(circuit(60, 1, &steps), &given).error.unwrap().code, ErrorCode::InsufficientMemory);
}

#[test]
fn the_fallback_seed_counts_where_none_is_given() {
    let seed = |given: &Value| {
        let options = RunOptions { fallback_seed: 77, ..options(given) };
        let mut run = Run::new(vec![Ok(bell())], options);
        while run.step(1000) == Step::Pending {}
        run.take_result(0).unwrap().seed_simulator
    };
    assert_eq!(seed(&json!({})), 77);
    assert_eq!(seed(&json!({"seed_simulator": 0})), 0);
}

#[test]
fn metadata_tell_how_it_ran() {
    let metadata = run(bell(), &json!({"max_memory_mb": 100})).metadata;
    for (key, value) in [
        ("method", json!("stabilizer")),
        ("method_reason", json!("Every instruction is Clifford.")),
        ("device", json!("CPU")),
        ("noise", json!("ideal")),
        ("measure_sampling", json!(true)),
        ("num_qubits", json!(2)),
        ("num_clbits", json!(2)),
        ("parallel_shots", json!(1)),
        ("required_memory_mb", json!(1)),
        ("max_memory_mb", json!(100)),
    ] {
        assert_eq!(metadata[key], value, "{key}");
    }
}

fn slot(first: u32, ty: &Value) -> Value {
    json!({"first": first, "type": ty})
}

fn read(first: u32, ty: &Value) -> Value {
    json!({"type": ty, "read": slot(first, ty)})
}

fn constant(ty: &Value, value: Value) -> Value {
    let kind = ty.as_str().or_else(|| ty.as_object()?.keys().next().map(String::as_str)).unwrap();
    json!({"type": ty, "constant": {(kind): value}})
}

#[test]
fn an_endless_loop_still_returns_from_its_slices() {
    let steps = json!([
        {"name": "mark", "params": ["again"]},
        {"name": "jump", "params": ["again"]},
        {"name": "measure", "qubits": [0], "memory": [0]},
    ]);
    let mut run = Run::new(vec![Ok(circuit(1, 1, &steps))], options(&json!({"shots": 1})));
    assert!((0..100).all(|_| run.step(1000) == Step::Pending));
    let progress = run.progress();
    assert_eq!((progress.completed, progress.total, progress.unit), (0, 1, ProgressUnit::Shots));
}

#[test]
fn what_an_endless_loop_saves_has_a_limit() {
    let steps = json!([
        {"name": "mark", "params": ["again"]},
        {"name": "save_statevector", "qubits": [0], "snapshot_type": "list"},
        {"name": "jump", "params": ["again"]},
    ]);
    let given = json!({"shots": 1, "max_memory_mb": 1});
    let error = run(circuit(1, 0, &steps), &given).error.unwrap();
    assert_eq!((error.code, error.place.instruction), (ErrorCode::InsufficientMemory, Some(1)), "{error}");
}

#[test]
fn stores_write_the_register_and_the_memory_where_it_has_the_bit() {
    let uint = json!({"uint": 3});
    let steps = json!([
        {"name": "store", "target": slot(1, &uint), "expr": constant(&uint, json!("0x5"))},
        {"name": "x", "qubits": [0], "conditional": 3},
        {"name": "h", "qubits": [1]},
        {"name": "measure", "qubits": [0], "memory": [0]},
        {"name": "save_variable", "target": slot(1, &uint), "label": "v"},
    ]);
    // Bits 1 and 2 of the memory are 1 and 0, bit 3 is only in the register.
    let result = run(circuit(2, 3, &steps), &json!({"shots": 10}));
    assert_eq!(counts(&result), [("0x3", 10)]);
    assert_eq!(result.data.saved["v"], SavedData::One(SavedValue::Json(json!(5))));
    assert_eq!(result.metadata["measure_sampling"], false, "a save after a measurement");
}

#[test]
fn a_condition_before_the_measurements_keeps_sampling() {
    let uint = json!({"uint": 2});
    let given = json!({"shots": 20, "seed_simulator": 3});
    let set = json!({"name": "store", "target": slot(0, &uint), "expr": constant(&uint, json!("0x2"))});
    let flip = json!({"name": "x", "qubits": [0], "conditional": 1});
    let measure = json!({"name": "measure", "qubits": [0], "memory": [0]});
    for (steps, sampled) in [
        (json!([set, flip, measure]), true),
        (
            json!([{"name": "jump", "params": ["a"]}, {"name": "mark", "params": ["a"]}, set, flip, measure]),
            false,
        ),
    ] {
        let result = run(circuit(1, 2, &steps), &given);
        assert_eq!(result.metadata["measure_sampling"], sampled);
        assert_eq!(counts(&result), [("0x3", 20)]);
    }
    let after = json!([set, flip, measure, set]);
    let result = run(circuit(1, 2, &after), &given);
    assert_eq!((&result.metadata["measure_sampling"], counts(&result)), (&json!(false), vec![("0x2", 20)]));
}

#[test]
fn variables_are_saved_as_numbers_of_their_types() {
    let types = [
        (json!("bool"), json!(true), json!(true)),
        (json!({"int": 5}), json!(-3), json!(-3)),
        (json!({"float": 64}), json!(0.25), json!(0.25)),
        (json!({"angle": 4}), json!("0x4"), json!(std::f64::consts::FRAC_PI_2)),
        (json!({"uint": 64}), json!("0xffffffffffffffff"), json!(u64::MAX)),
        (json!({"uint": 70}), json!("0x200000000000000001"), json!("0x200000000000000001")),
        (json!("complex"), json!([1.5, -2.0]), json!([1.5, -2.0])),
    ];
    for (ty, value, expected) in types {
        let value = match ty {
            // An angle holds the bits of a number.
            Value::Object(ref object) if object.contains_key("angle") => {
                json!({"type": ty, "constant": {"uint": value}})
            }
            _ => constant(&ty, value),
        };
        let steps = json!([
            {"name": "store", "target": slot(2, &ty), "expr": value},
            {"name": "save_variable", "target": slot(2, &ty), "label": "v", "snapshot_type": "list"},
        ]);
        let result = run(circuit(1, 1, &steps), &json!({"shots": 1}));
        assert_eq!(result.error, None, "{ty}");
        assert_eq!(result.data.saved["v"], SavedData::List(vec![SavedValue::Json(expected)]), "{ty}");
    }
}

#[test]
fn computed_gates_follow_the_register_and_refuse_what_is_not_finite() {
    let (float, uint) = (json!({"float": 64}), json!({"uint": 2}));
    let binary = |op: &str, a: Value, b: Value| json!({"type": float, "binary": [op, [a, b]]});
    let number = json!({"type": float, "cast": read(1, &uint)});
    let angle = binary("*", constant(&float, json!(std::f64::consts::PI)), number.clone());
    let set = |value: &str| json!({"name": "store", "target": slot(1, &uint), "expr": constant(&uint, json!(value))});
    let turn = |angle: &Value| json!({"name": "rx", "qubits": [0], "params": [{"expr": angle}]});
    let measure = json!({"name": "measure", "qubits": [0], "memory": [0]});
    for (value, expected) in [("0x1", "0x1"), ("0x2", "0x0"), ("0x3", "0x1")] {
        let result = run(circuit(1, 1, &json!([set(value), turn(&angle), measure])), &json!({"shots": 7}));
        assert_eq!(counts(&result), [(expected, 7)]);
    }
    let inverse = binary("/", constant(&float, json!(1.0)), number);
    let error = run(circuit(1, 1, &json!([set("0x0"), turn(&inverse), measure])), &json!({})).error.unwrap();
    assert_eq!((error.code, error.place.instruction), (ErrorCode::InvalidParameter, Some(1)), "{error}");
    assert_eq!(error.place.name.as_deref(), Some("rx"));
    let free = json!({"type": float, "parameter": "theta"});
    let error = run(circuit(1, 1, &json!([turn(&free), measure])), &json!({})).error.unwrap();
    assert!(error.message.contains("`theta`"), "{error}");
}

#[test]
fn truncation_follows_jumps_backwards() {
    // The second round carries qubit 0 to qubit 1 over what comes later in the text; qubit 2 reaches nothing.
    let steps = json!([
        {"name": "store", "target": slot(1, &json!("bool")), "expr": constant(&json!("bool"), json!(true))},
        {"name": "x", "qubits": [2]},
        {"name": "mark", "params": ["again"]},
        {"name": "swap", "qubits": [1, 3]},
        {"name": "x", "qubits": [0], "conditional": 1},
        {"name": "cx", "qubits": [0, 3]},
        {"name": "store", "target": slot(2, &json!("bool")), "expr": read(1, &json!("bool"))},
        {"name": "store", "target": slot(1, &json!("bool")), "expr": constant(&json!("bool"), json!(false))},
        {"name": "jump", "params": ["again"], "conditional": 2},
        {"name": "measure", "qubits": [1], "memory": [0]},
    ]);
    let result = run(circuit(4, 1, &steps), &json!({"shots": 5}));
    assert_eq!(counts(&result), [("0x1", 5)]);
    assert_eq!(result.metadata["active_input_qubits"], json!([0, 1, 3]));
}

#[test]
fn a_state_without_a_label_has_the_name_of_its_method() {
    let steps = json!([{"name": "save_state", "qubits": [0], "label": "_method_"}]);
    for method in
        ["statevector", "stabilizer", "density_matrix", "matrix_product_state", "unitary", "superop"]
    {
        let result = run(circuit(1, 0, &steps), &json!({"method": method}));
        assert_eq!(result.data.saved.keys().collect::<Vec<_>>(), [method]);
    }
}

/// A readout error that always reads the bits 01 (bit 0 set) as 10, and nothing else wrong.
fn swapped_bits(memory: &[u32]) -> Value {
    let table = [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]];
    json!({"name": "roerror", "memory": memory, "params": table})
}

#[test]
fn readout_errors_change_drawn_and_measured_outcomes_alike() {
    let x = json!({"name": "x", "qubits": [0]});
    let measure = json!({"name": "measure", "qubits": [0, 1], "memory": [0, 1], "register": [0, 1]});
    // A reset makes it a run per shot.
    let reset = json!({"name": "reset", "qubits": [1]});
    for (steps, sampled, expected) in [
        (json!([x, measure, swapped_bits(&[0, 1])]), true, "0x2"),
        (json!([x, reset, measure, swapped_bits(&[0, 1])]), false, "0x2"),
        // Bit 1 is the least significant here: 10 as a memory is 01 to the error.
        (json!([x, measure, swapped_bits(&[1, 0])]), true, "0x1"),
        (json!([x, measure, swapped_bits(&[0, 1]), swapped_bits(&[1, 0])]), true, "0x1"),
        // What is measured later is not misread.
        (json!([x, measure, swapped_bits(&[0, 1]), measure]), true, "0x1"),
        (json!([x, reset, measure, swapped_bits(&[0, 1]), measure]), false, "0x1"),
    ] {
        let result = run(circuit(2, 2, &steps), &json!({"shots": 50}));
        assert_eq!(result.metadata["measure_sampling"], sampled, "{steps}");
        assert_eq!(counts(&result), [(expected, 50)], "{steps}");
    }
}

/// A readout error changes the register bit that a condition reads.
#[test]
fn conditions_read_what_was_misread() {
    let flip = json!({"name": "roerror", "memory": [0], "register": [0], "params": [[0, 1], [0, 1]]});
    let steps = json!([
        {"name": "measure", "qubits": [0], "memory": [0], "register": [0]},
        flip,
        {"name": "x", "qubits": [1], "conditional": 0},
        {"name": "measure", "qubits": [1], "memory": [1]},
    ]);
    assert_eq!(counts(&run(circuit(2, 2, &steps), &json!({"shots": 20}))), [("0x3", 20)]);
}

/// Seed 3, 20,000 shots: a binomial of p = 0.2 has a standard deviation of 57; 5.4 of them are passed by chance
/// once in 1e7.
#[test]
fn readout_errors_come_with_their_probability() {
    let table = json!([[0.8, 0.2], [0.0, 1.0]]);
    for reset in [true, false] {
        let mut steps = vec![
            json!({"name": "measure", "qubits": [0], "memory": [0]}),
            json!({"name": "roerror", "memory": [0], "params": table}),
        ];
        if reset {
            steps.insert(0, json!({"name": "reset", "qubits": [0]}));
        }
        let result = run(circuit(1, 1, &json!(steps)), &json!({"shots": 20_000, "seed_simulator": 3}));
        let ones = counts(&result)[1].1;
        assert!((ones as f64 - 4000.0).abs() < 5.4 * 57.0, "{ones}");
    }
}

#[test]
fn means_run_over_shots_and_by_memory() {
    // The first qubit is 1 in about 23 % of shots, then a mean by memory is exactly 0 or 1.
    let steps = |subtype: &str| {
        json!([
            {"name": "ry", "qubits": [0], "params": [1.0]},
            {"name": "measure", "qubits": [0], "memory": [0]},
            {"name": "save_probabilities", "qubits": [0], "label": "p", "snapshot_type": subtype},
            {"name": "save_expval", "qubits": [0], "label": "z", "snapshot_type": subtype,
             "params": [["Z", [1, 1]]]},
        ])
    };
    let values = |subtype: &str| {
        let result = run(circuit(1, 1, &steps(subtype)), &json!({"shots": 40, "seed_simulator": 5}));
        let ones = counts(&result).iter().find(|(key, _)| *key == "0x1").unwrap().1 as f64;
        let json = |label: &str| crate::run::result::saved_json(&result.data.saved[label]);
        assert_eq!(result.metadata["result_subtypes"]["p"], subtype);
        assert_eq!(result.metadata["result_types"]["z"], "save_expval");
        (ones, json("p"), json("z"))
    };
    let near = |value: &Value, x: f64| assert!((value.as_f64().unwrap() - x).abs() < 1e-12, "{value} {x}");
    let (ones, p, z) = values("average");
    assert!(ones > 0.0 && ones < 40.0);
    near(&p[1], ones / 40.0);
    near(&z, 1.0 - 2.0 * ones / 40.0);
    let (ones, p, z) = values("accum");
    near(&p[0], 40.0 - ones);
    near(&z, 40.0 - 2.0 * ones);
    let (_, p, z) = values("c_average");
    near(&p["0x1"][1], 1.0);
    near(&z["0x0"], 1.0);
    let (ones, p, _) = values("c_accum");
    near(&p["0x1"][1], ones);
    let (ones, _, z) = values("c_list");
    near(&json!(z["0x1"].as_array().unwrap().len()), ones);
    assert_eq!(values("list").2.as_array().unwrap().len(), 40);
}

#[test]
fn a_circuit_that_runs_once_is_saved_once() {
    let steps = json!([
        {"name": "save_expval", "qubits": [0], "label": "sum", "snapshot_type": "accum", "params": [["Z", [1, 0]]]},
        {"name": "save_expval", "qubits": [0], "label": "all", "snapshot_type": "list", "params": [["Z", [1, 0]]]},
        {"name": "measure", "qubits": [0], "memory": [0]},
    ]);
    let result = run(circuit(1, 1, &steps), &json!({"shots": 100}));
    let json = |label: &str| crate::run::result::saved_json(&result.data.saved[label]);
    assert_eq!((json("sum"), json("all")), (json!(1.0), json!([1.0])));
}

/// The saved density matrix of 16 qubits would take 64 GiB: refused with numbers before anything is computed.
#[test]
fn results_that_do_not_fit_are_refused_before_they_are_made() {
    let qubits: Vec<u32> = (0..16).collect();
    let steps = json!([{"name": "save_density_matrix", "qubits": qubits, "label": "d"}]);
    let result = run(circuit(16, 0, &steps), &json!({}));
    let error = result.error.unwrap();
    assert_eq!(error.code, ErrorCode::InsufficientMemory);
    assert!(error.message.contains("Required memory: 65536M"), "{}", error.message);
}

#[test]
fn metadata_tell_of_fusion_what_holds() {
    let fusion = |given: Value| run(bell(), &given).metadata["fusion"].clone();
    assert_eq!(
        fusion(json!({})),
        json!({"enabled": true, "applied": false, "threshold": 14, "max_fused_qubits": 5})
    );
    assert_eq!(fusion(json!({"fusion_threshold": 3}))["threshold"], 3);
    assert_eq!(fusion(json!({"fusion_enable": false})), json!({"enabled": false}));
}

/// What comes before the first measurement is done once: the state, the bits that were set and what depends on them
/// are there in every shot, and what was measured in one shot is forgotten in the next.
#[test]
fn shots_begin_where_they_part() {
    let uint = json!({"uint": 2});
    let steps = json!([
        {"name": "store", "target": slot(2, &uint), "expr": constant(&uint, json!("0x1"))},
        {"name": "x", "qubits": [0], "conditional": 2},
        {"name": "h", "qubits": [1]},
        {"name": "cx", "qubits": [1, 2]},
        {"name": "measure", "qubits": [1], "memory": [0], "register": [0]},
        {"name": "x", "qubits": [2], "conditional": 0},
        {"name": "measure", "qubits": [2], "memory": [1], "register": [1]},
        {"name": "x", "qubits": [0], "conditional": 3},
        {"name": "measure", "qubits": [0], "memory": [3]},
        {"name": "store", "target": slot(2, &uint), "expr": constant(&uint, json!("0x3"))},
    ]);
    let result = run(circuit(3, 4, &steps), &json!({"shots": 60, "seed_simulator": 8}));
    // Qubit 1 is random, qubit 2 is always 0 in the end, qubit 0 always 1, but its bit is stored over.
    let found = counts(&result);
    assert_eq!(found.iter().map(|(_, count)| count).sum::<u64>(), 60);
    assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["0xc", "0xd"], "{found:?}");
}
