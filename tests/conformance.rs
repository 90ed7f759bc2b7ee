//! Recorded answers of native Qiskit Aer 0.14.2 and of exact calculations: Qobj in, Result out.
//!
//! `corpus/conformance/<group>.json` holds the cases, one per line: `{name, group, qobj, expect, …}`. A case
//! with the circuit as `OpenQASM` 2 or 3 too is run in those forms as well. Sampled counts are judged by tests that
//! raise a false alarm about once in 1e7 (see `judge`); seeds are fixed, so a pass stays a pass.
//!
//! Environment: `AER_CONFORMANCE_RESULTS=<file>` judges a file `{case name: Result dict}` that was made
//! elsewhere (through the built package) instead of running anything; `AER_CONFORMANCE_DUMP=<file>` writes the
//! results of this run in that form. `AER_CONFORMANCE_GROUPS=a,b` limits either to some groups.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "conformance/judge.rs"]
mod judge;

use std::collections::BTreeMap;
use std::path::Path;

use aer_wasm::circuit::Circuit;
use aer_wasm::error::AerError;
use aer_wasm::frontend;
use aer_wasm::frontend::qobj::qobj_json;
use aer_wasm::protocol::RunRequest;
use aer_wasm::run::Step;
use aer_wasm::run::result::experiment_json;
use aer_wasm::session::Session;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// One case. The Qobj stays text, as some are not even valid JSON numbers.
#[derive(Deserialize)]
struct Case {
    name: String,
    qobj: Box<RawValue>,
    openqasm2: Option<String>,
    openqasm3: Option<String>,
    expect: Value,
}

fn cases() -> BTreeMap<String, Vec<Case>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/conformance");
    let wanted = std::env::var("AER_CONFORMANCE_GROUPS").ok();
    let mut groups = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let group = path.file_stem().unwrap().to_string_lossy().into_owned();
        if wanted.as_ref().is_some_and(|wanted| !wanted.split(',').any(|name| name == group)) {
            continue;
        }
        let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(!cases.is_empty(), "{group} is empty");
        groups.insert(group, cases);
    }
    assert!(!groups.is_empty(), "no cases");
    groups
}

/// The seed of the cases that give none; any number will do.
const SEED: u32 = 20_240_817;

/// What the host has: as much as wasm can address.
const MEMORY_BYTES: u64 = 4 << 30;

/// Work per slice: small, so that resuming is exercised too.
const SLICE: u64 = 100_000;

fn execute(text: &str, options: &Value) -> Result<Value, AerError> {
    let mut session = Session::new(
        RunRequest {
            job_id: "conformance".into(),
            backend_name: "aer_simulator".into(),
            circuits: vec![text.into()],
            run_options: options.as_object().cloned().unwrap_or_default(),
            fallback_seed: SEED,
            ..RunRequest::default()
        },
        MEMORY_BYTES,
    )?;
    let mut results = Vec::new();
    loop {
        match session.step(SLICE) {
            Step::Pending => {}
            Step::Experiment(index) => {
                results.push(experiment_json(&session.take_result(index).unwrap()));
            }
            Step::Finished => break,
        }
    }
    let mut result = session.envelope();
    result.insert("results".into(), results.into());
    Ok(result.into())
}

fn run_text(text: &str, options: &Value) -> Value {
    execute(text, options).unwrap_or_else(
        |error| json!({ "success": false, "status": format!("ERROR: {error}"), "results": [] }),
    )
}

/// Whether the circuits of a text stay the same when written as a Qobj and read again.
fn reads_back(text: &str) -> bool {
    let read = |text: &str| -> Option<Vec<Circuit>> {
        frontend::load(text).ok()?.circuits.into_iter().collect::<Result<_, _>>().ok()
    };
    read(text).is_some_and(|circuits| {
        let qobj = qobj_json(&circuits, Map::new(), "again", Map::new());
        read(&qobj.to_string()) == Some(circuits)
    })
}

/// How a case is run as `OpenQASM` text, and what is expected then. A text cannot say what is saved: saves at the
/// end of the Qobj are put behind the text's instructions, and of a case with others only counts are judged.
struct TextCase {
    /// Instructions to add.
    saves: Vec<Value>,
    /// The experiment's header and config, and the job's config.
    frame: Value,
    expect: Value,
}

fn text_case(case: &Case) -> Option<TextCase> {
    let [expected] = case.expect["experiments"].as_array()?.as_slice() else { return None };
    let mut qobj: Value = serde_json::from_str(case.qobj.get()).ok()?;
    let steps = qobj["experiments"][0]["instructions"].take();
    let steps = steps.as_array()?;
    let name = |step: &Value| step["name"].as_str().unwrap_or_default().to_owned();
    let is_save = |step: &&Value| name(step).starts_with("save_");
    let saves: Vec<Value> = steps.iter().rev().take_while(is_save).cloned().collect();
    let beyond = |step: &Value| {
        let name = name(step);
        ["save_", "set_", "kraus", "superop", "roerror"].iter().any(|prefix| name.starts_with(prefix))
    };
    let mut experiment = expected.clone();
    let within = steps.get(..steps.len() - saves.len())?;
    if within.iter().any(&beyond) {
        let counts =
            experiment.get("counts").filter(|_| within.iter().all(|step| !beyond(step) || is_save(&step)))?;
        experiment = json!({ "success": true, "shots": experiment["shots"], "counts": counts });
        return Some(TextCase {
            saves: vec![],
            frame: qobj,
            expect: json!({ "outcome": "ok", "experiments": [experiment] }),
        });
    }
    let saves = saves.into_iter().rev().collect();
    let fields = experiment.as_object_mut()?;
    fields.remove("metadata");
    fields.remove("header");
    // What writes such texts loses phases of the whole state.
    if let Some(Value::Object(data)) = fields.get_mut("data") {
        // Of whole states, that is: parts are not what fidelity is about.
        let norm = |spec: &Value| -> f64 {
            let parts = spec["value"].as_array().into_iter().flatten().filter_map(|pair| pair.as_array());
            parts.flatten().filter_map(Value::as_f64).map(|part| part * part).sum()
        };
        let is_unitary = |spec: &Value| {
            let rows = spec["value"].as_array().into_iter().flatten();
            rows.map(|row| norm(&json!({ "value": row }))).all(|norm| (norm - 1.0).abs() < 1e-6)
        };
        let whole = |spec: &&mut Value| {
            spec["kind"] == "complex" && ((norm(spec) - 1.0).abs() < 1e-6 || is_unitary(spec))
        };
        for spec in data.values_mut().filter(whole) {
            spec["kind"] = json!("fidelity");
            spec["min"] = json!(1.0 - 1e-12);
        }
    }
    Some(TextCase {
        saves,
        frame: qobj,
        expect: json!({ "outcome": case.expect["outcome"], "experiments": [experiment] }),
    })
}

/// The Qobj of a text, with the frame and the saves of a case. Its phase is the case's where the text has none.
fn text_qobj(text: &str, case: &TextCase) -> Option<String> {
    let circuits: Vec<Circuit> =
        frontend::load(text).ok()?.circuits.into_iter().collect::<Result<_, _>>().ok()?;
    let mut read = qobj_json(&circuits, Map::new(), "text", Map::new());
    let mut qobj = case.frame.clone();
    let mut instructions = read["experiments"][0]["instructions"].take();
    instructions.as_array_mut()?.extend(case.saves.iter().cloned());
    let experiment = &mut qobj["experiments"][0];
    experiment["instructions"] = instructions;
    for key in ["conditional_any", "variables"] {
        if let Some(value) = read["experiments"][0]["config"].get(key) {
            experiment["config"][key] = value.clone();
        }
    }
    let phase = &read["experiments"][0]["header"]["global_phase"];
    if text.contains("OPENQASM 3") {
        experiment["header"]["global_phase"] = phase.clone();
    }
    Some(qobj.to_string())
}

#[test]
fn answers_agree_with_native_aer() {
    let given: Option<Map<String, Value>> = std::env::var("AER_CONFORMANCE_RESULTS").ok().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap()
    });
    let mut dump = Map::new();
    let mut table = Vec::new();
    let mut failures = Vec::new();
    for (group, cases) in cases() {
        let (mut passed, mut texts, mut texts_passed) = (0, [0; 2], [0; 2]);
        for case in &cases {
            let result = match &given {
                Some(given) => given.get(&case.name).cloned().unwrap_or_default(),
                None => run_text(case.qobj.get(), &Value::Null),
            };
            match judge::case(&case.expect, &result) {
                Ok(()) => passed += 1,
                Err(reason) => failures.push(format!("{}: {reason}", case.name)),
            }
            if std::env::var_os("AER_CONFORMANCE_DUMP").is_some() {
                dump.insert(case.name.clone(), result);
            }
            let Some(as_text) = text_case(case) else { continue };
            for (version, text) in [(2, &case.openqasm2), (3, &case.openqasm3)] {
                let Some(text) = text else { continue };
                texts[version - 2] += 1;
                let name = format!("{} as OpenQASM {version}", case.name);
                let result = match &given {
                    Some(given) => given.get(&name).cloned().unwrap_or_default(),
                    None => {
                        text_qobj(text, &as_text).map_or(Value::Null, |qobj| run_text(&qobj, &Value::Null))
                    }
                };
                let flow = text.contains("for ") || text.contains("while ") || text.contains("switch ");
                // A condition of OpenQASM 3 is control flow, of which a Qobj has only the jumps.
                let same = version == 3 && (flow || text.contains("if (")) || reads_back(text);
                let same = if same { Ok(()) } else { Err("changes as a Qobj".to_owned()) };
                match same.and_then(|()| judge::case(&as_text.expect, &result)) {
                    Ok(()) => texts_passed[version - 2] += 1,
                    Err(reason) => failures.push(format!("{name}: {reason}")),
                }
            }
        }
        let [two, three] = texts;
        table.push(format!(
            "{group:24} {passed:4} / {:<4} OpenQASM 2 {:4} / {two:<4} OpenQASM 3 {:4} / {three}",
            cases.len(),
            texts_passed[0],
            texts_passed[1]
        ));
    }
    println!("{}", table.join("\n"));
    if let Some(path) = std::env::var_os("AER_CONFORMANCE_DUMP") {
        std::fs::write(path, Value::Object(dump).to_string()).unwrap();
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}\n{}",
        failures.len(),
        failures.join("\n"),
        table.join("\n")
    );
}

type Spoil = fn(&mut Value);

/// The judge itself must be able to fail: good results spoilt in one place each.
#[test]
fn the_judge_refuses_wrong_answers() {
    let groups = cases();
    let Some(case) = groups.values().flatten().find(|case| case.name == "schema-hex-keys-0") else { return };
    let good = run_text(case.qobj.get(), &Value::Null);
    judge::case(&case.expect, &good).unwrap();
    let spoilt: [(&str, Spoil); 9] = [
        ("status", |r| r["status"] = json!("DONE")),
        ("success", |r| r["success"] = json!(false)),
        ("shots", |r| r["results"][0]["shots"] = json!(199)),
        ("results", |r| r["results"] = json!([])),
        ("header", |r| r["results"][0]["header"]["name"] = json!("other")),
        ("sum", |r| r["results"][0]["data"]["counts"]["0x21"] = json!(1)),
        ("impossible", |r| r["results"][0]["data"]["counts"] = json!({"0x20": 200})),
        ("unlikely", |r| r["results"][0]["data"]["counts"] = json!({"0x21": 100, "0x31": 100})),
        ("memory", |r| r["results"][0]["data"]["memory"][0] = json!("0x0")),
    ];
    for (what, spoil) in spoilt {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(judge::case(&case.expect, &bad).is_err(), "{what}");
    }
    let expect = json!({"kind": "complex", "value": [[0.6, 0.0], [0.0, 0.8]]});
    let datum = |value: Value| judge::datum(&value, &expect, "datum", Some(1));
    assert!(datum(json!([[0.6, 0.0], [0.0, 0.8]])).is_ok());
    for wrong in [json!([[0.6, 0.0], [0.0, 0.800_001]]), json!([[0.6, 0.0]]), json!([0.6, 0.8]), json!(null)]
    {
        assert!(datum(wrong.clone()).is_err(), "{wrong}");
    }
}

/// Every kind of saved value: what is right passes, and each way to be wrong fails.
#[test]
fn the_judge_refuses_wrong_values_of_every_kind() {
    let real = |x: f64| json!({"kind": "real", "value": x});
    let spread = json!({"0x0": {"p": 0.5, "spec": real(1.0)}, "0x1": {"p": 0.5, "spec": real(-1.0)}});
    let shots = |n: usize, x: f64| json!(vec![x; n]);
    let (zero, one) = (json!([0.0, 0.0]), json!([1.0, 0.0]));
    let sign = |x: f64| json!([x.signum(), 0.0]);
    let bell = |x: f64| {
        let first = json!([[[one, zero]], [[zero, one]]]);
        let last = json!([[[sign(x)], [zero]], [[zero], [sign(x)]]]);
        json!([[first, last], [[0.6, x.abs()]]])
    };
    let cases = [
        (
            json!({"kind": "real", "value": [0.25, 0.75]}),
            vec![json!([0.25, 0.75]), json!([[0.25, 0.0], 0.75])],
            vec![json!([0.25, 0.750_001]), json!([0.25]), json!([[0.25, 0.1], 0.75]), json!([null, 0.75])],
        ),
        (
            json!({"kind": "real_dict", "value": {"0x1": 0.25, "0x2": 0.75}}),
            vec![json!({"0x1": 0.25, "0x2": 0.75}), json!({"0x1": 0.25, "0x2": 0.75, "0x3": 1e-9})],
            vec![json!({"0x1": 0.25}), json!({"0x1": 0.25, "0x2": 0.75, "0x3": 0.1}), json!([0.25, 0.75])],
        ),
        (
            json!({"kind": "complex_dict", "value": {"0x1": [0.6, 0.0], "0x2": [0.0, 0.8]}}),
            vec![json!({"0x1": [0.6, 0.0], "0x2": [0.0, 0.8]})],
            vec![json!({"0x1": [0.6, 0.0], "0x2": [0.8, 0.0]}), json!({"1": [0.6, 0.0], "0x2": [0.0, 0.8]})],
        ),
        (
            // 0.6 |00> + 0.8 |11>.
            json!({"kind": "mps", "value": [[0.6, 0.0], [0.0, 0.0], [0.0, 0.0], [0.8, 0.0]]}),
            vec![bell(0.8), bell(-0.8)],
            vec![
                bell(0.6),
                json!([[[[[[1, 0]]], [[[0, 0]]]]], [[1.0]]]),
                json!([[], []]),
                json!([[0.6, 0.0]]),
            ],
        ),
        (
            // XX and ZZ: their product is -YY.
            json!({"kind": "stabilizer", "value": ["+XX", "+ZZ"]}),
            vec![json!(["ZZ", "-YY"]), json!({"stabilizer": ["-YY", "+XX"], "destabilizer": []})],
            vec![
                json!(["ZZ", "YY"]),
                json!(["ZZ", "-XX"]),
                json!(["ZZ", "ZZ"]),
                json!(["ZZ"]),
                json!(["Z", "X"]),
                json!(3),
            ],
        ),
        (
            json!({"kind": "clifford", "value": {"stabilizer": ["+XX", "+ZI"], "destabilizer": ["+IZ", "-XI"]}}),
            vec![json!({"stabilizer": ["XX", "+ZI"], "destabilizer": ["+IZ", "-XI"]})],
            vec![
                json!({"stabilizer": ["+ZI", "+XX"], "destabilizer": ["+IZ", "-XI"]}),
                json!({"stabilizer": ["+XX", "+ZI"], "destabilizer": ["+IZ", "+XI"]}),
                json!({"stabilizer": ["+XX", "+ZI"]}),
            ],
        ),
        (
            json!({"kind": "one_of", "options": [real(1.0), real(-1.0)]}),
            vec![json!(1.0), json!(-1.0)],
            vec![json!(0.0), json!(null)],
        ),
        (
            json!({"kind": "conditional", "value": {"0x0": real(1.0), "0x1": {"kind": "real", "value": -1.0, "optional": true}}}),
            vec![json!({"0x0": 1.0}), json!({"0x0": 1.0, "0x1": -1.0})],
            vec![
                json!({"0x1": -1.0}),
                json!({"0x0": -1.0}),
                json!({"0x0": 1.0, "0x2": 1.0}),
                json!({}),
                json!(1.0),
            ],
        ),
        (
            json!({"kind": "list", "options": [{"p": 0.5, "spec": real(1.0)}, {"p": 0.5, "spec": real(-1.0)}]}),
            vec![(0..100).map(|i| f64::from(i % 2 * 2 - 1)).collect()],
            vec![shots(100, 1.0), shots(99, 1.0), shots(100, 0.0), json!([])],
        ),
        (
            json!({"kind": "conditional_list", "value": spread}),
            vec![json!({"0x0": shots(50, 1.0), "0x1": shots(50, -1.0)})],
            vec![
                json!({"0x0": shots(50, 1.0), "0x1": shots(49, -1.0)}),
                json!({"0x0": shots(100, 1.0)}),
                json!({"0x0": shots(50, 1.0), "0x1": shots(50, 1.0)}),
                json!({"0x0": shots(50, 1.0), "0x2": shots(50, -1.0)}),
            ],
        ),
        (
            json!({"kind": "fidelity", "min": 0.99, "value": [[0.0, 1.0], [0.0, 0.0]]}),
            vec![json!([[1.0, 0.0], [0.0, 0.0]])],
            vec![
                json!([[0.6, 0.0], [0.8, 0.0]]),
                json!([[1.0, 0.0]]),
                json!([[9.0, 0.0], [0.0, 0.0]]),
                json!(1),
            ],
        ),
    ];
    for (spec, right, wrong) in cases {
        for value in right {
            assert_eq!(judge::datum(&value, &spec, "datum", Some(100)), Ok(()), "{spec} {value}");
        }
        for value in wrong {
            assert!(judge::datum(&value, &spec, "datum", Some(100)).is_err(), "{spec} {value}");
        }
    }
    let tally = BTreeMap::from([("0x0".to_owned(), 30), ("0x1".to_owned(), 10)]);
    let values = json!({"0x0": [1.0, 0.0], "0x1": [0.0, 1.0]});
    for (kind, normalized, right, wrong) in [
        ("mix", true, json!([0.75, 0.25]), json!([0.25, 0.75])),
        ("mix", false, json!([30.0, 10.0]), json!([0.75, 0.25])),
        ("conditional_mix", true, values.clone(), json!({"0x0": [1.0, 0.0]})),
        (
            "conditional_mix",
            false,
            json!({"0x0": [30.0, 0.0], "0x1": [0.0, 10.0]}),
            json!({"0x0": [30.0, 0.0], "0x1": [0.0, 10.1]}),
        ),
    ] {
        let spec = json!({"kind": kind, "of": "real", "normalized": normalized, "values": values});
        assert_eq!(judge::mixture(&right, &spec, "datum", &tally), Ok(()), "{spec}");
        assert!(judge::mixture(&wrong, &spec, "datum", &tally).is_err(), "{spec}");
        let other = BTreeMap::from([("0x2".to_owned(), 40)]);
        assert!(judge::mixture(&right, &spec, "datum", &other).is_err(), "{spec}");
    }
}
