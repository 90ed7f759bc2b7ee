//! Drawings recorded from Qiskit, character for character: `corpus/drawings.json` holds `{name, by, options,
//! drawing}` and the circuit as `qasm2`, as `qobj`, or as the name of one `built` here (control flow).
//! Conditions on gates are from Qiskit 1, as Qiskit 2 draws them as control flow.

#![allow(clippy::unwrap_used, clippy::panic)]

use aer_wasm::circuit::classical::Bits;
use aer_wasm::circuit::expression::{BinaryOp, UnaryOp};
use aer_wasm::circuit::operation::Measure;
use aer_wasm::circuit::{Circuit, ControlFlow, Expr, Gate, Instruction, Operation, Slot, Type};
use aer_wasm::draw::{DrawOptions, text};
use aer_wasm::frontend;
use serde_json::Value;

fn flow(flow: ControlFlow, qubits: &[u32]) -> Instruction {
    Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits.iter().copied())
}

fn gate(gate: Gate, qubits: &[u32]) -> Instruction {
    Instruction::gate(gate, [], qubits.iter().copied())
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    let measure = Measure { memory: vec![bit], register: vec![bit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

fn register() -> Expr {
    Expr::read(Slot::new(0, Type::Uint(2)))
}

fn register_is(value: u64) -> Expr {
    Expr::binary(BinaryOp::Equal, register(), Expr::uint(Bits::from_u64(value), 2)).unwrap()
}

/// The circuits with control flow, on three qubits and a register of two bits.
fn built(name: &str) -> Circuit {
    let if_else = |condition, then, otherwise| ControlFlow::IfElse { condition, then, otherwise };
    let mut circuit = Circuit::new(3, 2);
    circuit.instructions = match name {
        "if bit" => vec![
            gate(Gate::H, &[0]),
            measure(0, 0),
            flow(if_else(Expr::bit(0), vec![gate(Gate::X, &[1])], vec![]), &[1]),
            gate(Gate::H, &[2]),
        ],
        "if else" => {
            let then = vec![gate(Gate::Cx, &[0, 2]), gate(Gate::H, &[0])];
            let otherwise = vec![gate(Gate::Z, &[0]), gate(Gate::X, &[2])];
            vec![flow(if_else(register_is(2), then, otherwise), &[0, 2])]
        }
        "for" => {
            let for_in = |values, body| ControlFlow::For { parameter: None, values, body };
            let body = vec![gate(Gate::H, &[0]), gate(Gate::Cx, &[0, 1])];
            vec![
                flow(for_in(vec![0, 1, 2], body), &[0, 1]),
                flow(for_in(vec![0, 2, 5, 6, 9], vec![gate(Gate::X, &[2])]), &[2]),
            ]
        }
        "while" => {
            let condition = Expr::unary(UnaryOp::Not, Expr::bit(1)).unwrap();
            let inner = flow(if_else(register_is(3), vec![gate(Gate::X, &[2])], vec![]), &[2]);
            let body = vec![gate(Gate::H, &[0]), measure(0, 1), inner];
            vec![flow(ControlFlow::While { condition, body }, &[0, 2])]
        }
        "switch" => {
            let cases = vec![(vec![0, 1], vec![gate(Gate::X, &[0])]), (vec![2], vec![gate(Gate::Y, &[1])])];
            let default = vec![gate(Gate::Z, &[0])];
            vec![flow(ControlFlow::Switch { target: register(), cases, default }, &[0, 1])]
        }
        _ => panic!("no circuit {name}"),
    };
    circuit
}

fn options(value: &Value) -> DrawOptions {
    let flag = |name: &str, default| value.get(name).map_or(default, |flag| flag.as_bool().unwrap());
    DrawOptions {
        fold: value.get("fold").map_or(Some(100), |fold| fold.as_u64().map(|fold| fold as usize)),
        reverse_bits: flag("reverse_bits", false),
        plot_barriers: flag("plot_barriers", true),
        cregbundle: flag("cregbundle", true),
    }
}

#[test]
fn drawings_are_those_of_qiskit() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("corpus/drawings.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let circuit = match (case["qasm2"].as_str(), case["built"].as_str()) {
            (Some(text), _) => frontend::qasm::load_v2(text).unwrap(),
            (_, Some(name)) => built(name),
            _ => frontend::load(&case["qobj"].to_string()).unwrap().circuits.remove(0).unwrap(),
        };
        let (drawn, expected) =
            (text(&circuit, options(&case["options"])), case["drawing"].as_str().unwrap());
        if drawn != expected {
            wrong.push(format!("{}\n{drawn}\nbut Qiskit draws\n{expected}", case["name"].as_str().unwrap()));
        }
    }
    assert!(cases.len() >= 60, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
