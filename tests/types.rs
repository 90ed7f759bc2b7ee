//! `types.d.ts` is written by hand; here it is held against the tables that it tells of: gates, options, error
//! codes, statuses, methods. Each must be there, with its types and its sentence, and nothing else.

#![allow(clippy::panic, reason = "a test")]

use std::collections::BTreeMap;

use aer_wasm::circuit::gate::{Controls, GATES, GateSpec};
use aer_wasm::engine::Method;
use aer_wasm::error::ErrorCode;
use aer_wasm::job::JobStatus;
use aer_wasm::run::options::{Kind, OPTIONS, OptionSpec};

const TYPES: &str = include_str!("../src/bindings/types.d.ts");

/// Declarations with their documentation, lines joined by `\n`.
type Declared = BTreeMap<String, String>;

/// The text between an opening line and the next line that is, or ends, the closing.
fn block(opening: &str, closing: &str) -> &'static str {
    let line = format!("\n{opening}\n");
    let mut parts = TYPES.split(&line);
    let after = parts.nth(1).unwrap_or_else(|| panic!("types.d.ts has no line {opening:?}"));
    assert_eq!(parts.count(), 0, "types.d.ts has several lines {opening:?}");
    let end = after.find(closing).unwrap_or_else(|| panic!("{opening:?} has no end"));
    &after[..end]
}

/// Every declaration of a block, one line each, below its comment.
fn declarations(block: &str) -> Declared {
    let (mut all, mut doc, mut open) = (Declared::new(), Vec::new(), false);
    for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let starts = line.starts_with("/**");
        if starts || open {
            open = !line.ends_with("*/");
            let text = line.trim_start_matches("/**").trim_end_matches("*/").trim();
            let text = if starts { text } else { text.trim_start_matches('*').trim() };
            doc.extend((!text.is_empty()).then(|| text.to_owned()));
            continue;
        }
        let name = line.trim_end_matches(';').to_owned();
        let twice = all.insert(name, std::mem::take(&mut doc).join("\n"));
        assert!(twice.is_none(), "{line:?} stands twice");
    }
    all
}

/// The texts in single quotes.
fn literals(block: &str) -> Vec<&str> {
    block.split('\'').skip(1).step_by(2).collect()
}

fn assert_same(what: &str, declared: &Declared, expected: &Declared) {
    let lacks = |a: &Declared, b: &Declared| -> Vec<String> {
        let rows = a.iter().filter(|(name, doc)| b.get(*name) != Some(doc));
        rows.map(|(name, doc)| format!("/** {doc} */ {name}")).collect()
    };
    let (missing, extra) = (lacks(expected, declared), lacks(declared, expected));
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{what}: types.d.ts lacks\n  {}\nand has\n  {}",
        missing.join("\n  "),
        extra.join("\n  ")
    );
    assert!(!expected.is_empty());
}

/// The method of a gate: parameters, controls, targets, by Qiskit's names.
fn method(spec: &GateSpec) -> String {
    let numbered = |stem: &str, n: usize| -> Vec<String> {
        let name = |i| if n == 1 { stem.to_owned() } else { format!("{stem}{i}") };
        (1..=n).map(|i| format!("{}: QubitSpecifier", name(i))).collect()
    };
    let (controls, target) = match spec.controls {
        Controls::Any => (vec!["control_qubits: Iterable<QubitSpecifier>".to_owned()], "target_qubit"),
        Controls::Exactly(0) => (vec![], "qubit"),
        Controls::Exactly(n) => (numbered("control_qubit", n), "target_qubit"),
    };
    let parameters = spec.parameters.iter().map(|name| format!("{name}: ParameterValue"));
    let all: Vec<String> = parameters.chain(controls).chain(numbered(target, spec.targets)).collect();
    format!("{}({}): this", spec.name, all.join(", "))
}

/// The TypeScript type of an option; of what the core never sees, whatever is declared.
fn option_type(spec: &OptionSpec, declared: &str) -> String {
    let one = match spec.kind {
        Kind::Bool => "boolean".to_owned(),
        Kind::Integer(..) | Kind::Number(_) => "number".to_owned(),
        Kind::Choice(choices) => choices.iter().map(|c| format!("'{c}'")).collect::<Vec<_>>().join(" | "),
        Kind::Method => "SimulationMethod".to_owned(),
        Kind::Object => "Record<string, unknown>".to_owned(),
        Kind::NoiseModel => "NoiseModel | NoiseModelDict".to_owned(),
        Kind::Host => return declared.to_owned(),
    };
    if spec.default == "null" { format!("{one} | null") } else { one }
}

#[test]
fn gates_are_methods_in_qiskits_argument_order() {
    // `U` and `CX` are names of OpenQASM alone: as methods they would differ from others by case only.
    let methods = GATES.iter().filter(|spec| spec.name == spec.name.to_lowercase());
    let expected = methods.map(|spec| (method(spec), spec.doc.to_owned())).collect();
    assert_same("gates", &declarations(block("export interface QuantumCircuit {", "\n}")), &expected);
    let names: Vec<&str> = GATES.iter().map(|spec| spec.name).collect();
    assert_eq!(literals(block("export type GateName =", ";")), names);
}

#[test]
fn options_have_their_types_and_defaults() {
    let mut declared = Declared::new();
    let mut types = BTreeMap::new();
    for (declaration, doc) in declarations(block("export interface AerOptions {", "\n}")) {
        let (name, kind) = declaration.split_once("?: ").unwrap_or((&declaration, ""));
        let first_and_last = [doc.lines().next(), doc.lines().last()].map(Option::unwrap_or_default);
        declared.insert(declaration.clone(), first_and_last.join("\n"));
        types.insert(name.to_owned(), kind.to_owned());
    }
    let row = |spec: &OptionSpec| {
        let kind = option_type(spec, types.get(spec.name).map_or("unknown", String::as_str));
        assert!(!spec.is_host() || kind.ends_with("null"), "{}: {kind} is not null by default", spec.name);
        (format!("{}?: {kind}", spec.name), format!("{}\n@defaultValue `{}`", spec.doc, spec.default))
    };
    assert_same("options", &declared, &OPTIONS.iter().map(row).collect());
}

#[test]
fn error_codes_have_their_sentences() {
    let row = |code: &ErrorCode| (format!("| '{}'", code.as_str()), code.description().to_owned());
    let expected = ErrorCode::ALL.iter().map(row).collect();
    assert_same("error codes", &declarations(block("export type ErrorCode =", ";\n")), &expected);
}

#[test]
fn statuses_have_their_sentences_and_order() {
    let block = block("export const JobStatus: {", "\n}");
    let row = |s: &JobStatus| (format!("readonly {0}: '{0}'", s.name()), s.description().to_owned());
    assert_same("statuses", &declarations(block), &JobStatus::ALL.iter().map(row).collect());
    let names: Vec<&str> = JobStatus::ALL.iter().map(|status| status.name()).collect();
    assert_eq!(literals(block), names);
}

#[test]
fn methods_are_known_and_so_are_their_backends() {
    let line = |start: &str| TYPES.lines().find(|line| line.starts_with(start)).unwrap_or_default();
    let names: Vec<&str> = Method::ALL.iter().map(|method| method.name()).collect();
    let methods = literals(line("export type SimulationMethod ="));
    assert_eq!(methods, [&["automatic"], names.as_slice()].concat());
    let backends = literals(block("export type BackendName =", ";"));
    for name in names {
        assert!(backends.contains(&format!("aer_simulator_{name}").as_str()), "{name} has no backend");
    }
}
