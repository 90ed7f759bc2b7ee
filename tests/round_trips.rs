//! Random circuits come back the same from every format that can hold them: Qobj, OpenQASM 3, and where it has
//! the words OpenQASM 2. Circuits are the same if their instructions are, once control flow is lowered.
//! Everything is a function of the seeds below: there are no false alarms.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../fuzz/check.rs"]
#[allow(dead_code, clippy::expect_used, clippy::panic, reason = "a test")]
mod check;

use std::collections::BTreeSet;

use aer_wasm::circuit::classical::{Comparison, Relation};
use aer_wasm::circuit::expression::{BinaryOp, Function, UnaryOp};
use aer_wasm::circuit::operation::{BooleanFunction, Measure, Pauli, Save, SaveKind, SaveSubtype, Store};
use aer_wasm::circuit::{
    Bits, Block, Circuit, ControlFlow, Expr, GATES, Gate, Instruction, Operation, Qubit, Slot, Type,
    Variable, gate::Controls,
};
use aer_wasm::frontend::qasm;
use aer_wasm::linalg::Complex;

/// Sebastiano Vigna's splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Sometimes a fraction of π, sometimes any number.
    fn angle(&mut self) -> f64 {
        match self.below(4) {
            0 => (self.below(17) as f64 - 8.0) * std::f64::consts::PI / 8.0,
            1 => self.below(5) as f64 - 2.0,
            _ => (self.next() >> 11) as f64 / (1u64 << 53) as f64 * 14.0 - 7.0,
        }
    }

    fn qubits(&mut self, count: usize, of: u32) -> Vec<Qubit> {
        let mut all: Vec<Qubit> = (0..of).collect();
        (0..count).map(|_| all.swap_remove(self.below(all.len()))).collect()
    }
}

const QUBITS: u32 = 5;
const CLBITS: u32 = 4;

/// Two registers of each kind; with variables behind the bits where there is control flow.
fn empty(variables: bool) -> Circuit {
    let mut circuit = Circuit::new(QUBITS, CLBITS);
    let register = |name: &str, size| aer_wasm::circuit::Register { name: name.into(), size };
    circuit.qregs = vec![register("q", 3), register("anc", 2)];
    circuit.cregs = vec![register("c", 3), register("flag", 1)];
    if variables {
        let mut first = CLBITS;
        for (name, ty) in [("n", Type::Int(32)), ("u", Type::Uint(8)), ("x", Type::FLOAT), ("b", Type::Bool)]
        {
            circuit.variables.push(Variable { name: name.into(), slot: Slot::new(first, ty) });
            first += ty.width();
        }
        circuit.num_register_bits = first;
    }
    circuit
}

/// Makes every bit and variable something that only the run knows: what is known before is computed by readers.
fn measured(variables: bool) -> Vec<Instruction> {
    let mut steps: Vec<Instruction> = (0..CLBITS).map(|bit| measure_into(bit, bit)).collect();
    if variables {
        let c = || Expr::read(Slot::new(0, Type::Uint(3)));
        for variable in empty(true).variables {
            let value = c().cast(variable.slot.ty).unwrap();
            let store = Store { target: variable.slot, value };
            steps.push(Instruction::new(Operation::Store(Box::new(store)), []));
        }
    }
    steps
}

fn measure_into(qubit: Qubit, bit: u32) -> Instruction {
    let measure = Measure { memory: vec![bit], register: vec![bit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

fn gate(random: &mut Random, most_controls: usize) -> Instruction {
    loop {
        let spec = &GATES[random.below(GATES.len())];
        let controls = match spec.controls {
            Controls::Exactly(controls) => controls,
            Controls::Any => random.below(most_controls + 1),
        };
        if controls + spec.targets <= QUBITS as usize {
            let parameters: Vec<f64> = spec.parameters.iter().map(|_| random.angle()).collect();
            return Instruction::gate(spec.gate, parameters, random.qubits(controls + spec.targets, QUBITS));
        }
    }
}

fn measure(random: &mut Random) -> Instruction {
    let bit = random.below(CLBITS as usize) as u32;
    measure_into(random.qubits(1, QUBITS)[0], bit)
}

/// A step that needs no control flow and that OpenQASM 2 and 3 both have words for.
fn plain(random: &mut Random) -> Instruction {
    match random.below(12) {
        0 => measure(random),
        1 => Instruction::new(Operation::Reset, random.qubits(1, QUBITS)),
        2 => {
            let count = 1 + random.below(QUBITS as usize);
            Instruction::new(Operation::Barrier, random.qubits(count, QUBITS))
        }
        _ => gate(random, 3),
    }
}

/// A step that OpenQASM has no words of its own for.
fn special(random: &mut Random, index: usize) -> Instruction {
    let half = Complex::new(0.0, 0.5f64.sqrt());
    match random.below(6) {
        0 => {
            let phases = (0..4).map(|_| Complex::cis(random.angle())).collect();
            Instruction::new(Operation::Diagonal(phases), random.qubits(2, QUBITS))
        }
        1 => {
            let matrix = Gate::U.target_matrix(&[random.angle(), random.angle(), random.angle()]);
            Instruction::new(Operation::Unitary(Box::new(matrix)), random.qubits(1, QUBITS))
        }
        2 => Instruction::new(Operation::Initialize([half, half].into()), random.qubits(1, QUBITS)),
        3 => Instruction::new(Operation::Pauli([Pauli::X, Pauli::Z].into()), random.qubits(2, QUBITS)),
        4 => Instruction::new(Operation::Delay(random.below(9) as f64 * 1e-9), random.qubits(1, QUBITS)),
        _ => {
            let save = Save {
                kind: SaveKind::Probabilities,
                label: format!("p {index}"),
                subtype: SaveSubtype::CAverage,
            };
            Instruction::new(Operation::Save(Box::new(save)), random.qubits(2, QUBITS))
        }
    }
}

/// A classical truth value.
fn condition(random: &mut Random) -> Expr {
    let c = || Expr::read(Slot::new(0, Type::Uint(3)));
    match random.below(5) {
        0 => Expr::bit(random.below(CLBITS as usize) as u32),
        1 => {
            let relation = [BinaryOp::Equal, BinaryOp::NotEqual, BinaryOp::Less, BinaryOp::GreaterEqual];
            let value = Expr::uint(Bits::from_u64(random.below(8) as u64), 3);
            Expr::binary(relation[random.below(4)], c(), value).unwrap()
        }
        2 => Expr::unary(UnaryOp::Not, condition(random)).unwrap(),
        3 => {
            let op = [BinaryOp::And, BinaryOp::Or][random.below(2)];
            Expr::binary(op, condition(random), condition(random)).unwrap()
        }
        _ => {
            let (x, limit) = (Expr::read(Slot::new(CLBITS + 40, Type::FLOAT)), number(random, 2));
            Expr::binary(BinaryOp::Less, x, limit).unwrap()
        }
    }
}

/// A real expression of variables.
fn number(random: &mut Random, depth: u32) -> Expr {
    let leaf = |random: &mut Random| match random.below(4) {
        0 => Expr::float(random.angle()),
        1 => Expr::read(Slot::new(CLBITS, Type::Int(32))),
        2 => Expr::read(Slot::new(CLBITS + 32, Type::Uint(8))),
        _ => Expr::read(Slot::new(CLBITS + 40, Type::FLOAT)),
    };
    if depth == 0 {
        return leaf(random);
    }
    match random.below(4) {
        0 => leaf(random),
        1 => Expr::call(Function::Sin, vec![number(random, depth - 1)]).unwrap(),
        2 => Expr::unary(UnaryOp::Negate, number(random, depth - 1).cast(Type::FLOAT).unwrap()).unwrap(),
        _ => {
            let op = [BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply][random.below(3)];
            let (left, right) = (number(random, depth - 1), number(random, depth - 1));
            let sum = Expr::binary(op, left.clone(), right);
            // A product of two constants may be anything; what is too large is left alone.
            sum.unwrap_or(left)
        }
    }
}

fn flow(flow: ControlFlow) -> Instruction {
    let blocks = flow.blocks().into_iter().flatten();
    let qubits: BTreeSet<Qubit> = blocks.flat_map(|step| step.qubits.iter().copied()).collect();
    Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits)
}

/// A block; `loops` is how many loops it stands in, `bound` whether `i` is a parameter there.
fn block(random: &mut Random, depth: u32, loops: u32, bound: bool) -> Block {
    let length = 1 + random.below(3);
    (0..length).map(|_| structured(random, depth, loops, bound)).collect()
}

fn structured(random: &mut Random, depth: u32, loops: u32, bound: bool) -> Instruction {
    let choice = random.below(if depth == 0 { 8 } else { 14 });
    let mut inner = |loops, bound| block(random, depth.saturating_sub(1), loops, bound);
    match choice {
        0 => {
            let value = number(random, 2).cast(Type::FLOAT).unwrap();
            let target = Slot::new(CLBITS + 40, Type::FLOAT);
            Instruction::new(Operation::Store(Box::new(Store { target, value })), [])
        }
        1 => {
            let value = number(random, 1).cast(Type::FLOAT).unwrap();
            let parameters = [if bound {
                Expr::binary(BinaryOp::Add, value, Expr::parameter("i")).unwrap()
            } else {
                value
            }];
            if parameters[0].value().is_some() {
                return gate(random, 3);
            }
            Instruction::new(Operation::ComputedGate(Gate::Rx, parameters.into()), random.qubits(1, QUBITS))
        }
        // Not for certain: what no run reaches is left out by readers.
        2 | 3 if loops > 0 => {
            let leave = if choice == 2 {
                ControlFlow::Break { outer: 0 }
            } else {
                ControlFlow::Continue { outer: 0 }
            };
            let (then, otherwise) = (vec![flow(leave)], vec![]);
            flow(ControlFlow::IfElse { condition: condition(random), then, otherwise })
        }
        2..8 => plain(random),
        8 | 9 => {
            let (then, otherwise) = (inner(loops, bound), inner(loops, bound));
            let otherwise = if random.below(2) == 0 { otherwise } else { vec![] };
            flow(ControlFlow::IfElse { condition: condition(random), then, otherwise })
        }
        10 => {
            let body = inner(loops + 1, bound);
            flow(ControlFlow::While { condition: condition(random), body })
        }
        11 | 12 => {
            let own = !bound && choice == 11;
            let body = inner(loops + 1, bound || own);
            let values = (0..=random.below(3)).map(|_| i64::from(random.below(9) as u32) - 4).collect();
            flow(ControlFlow::For { parameter: own.then(|| "i".into()), values, body })
        }
        _ => {
            let cases = vec![(vec![0, 3], inner(loops, bound)), (vec![1], inner(loops, bound))];
            let default = inner(loops, bound);
            let default = if random.below(2) == 0 { default } else { vec![] };
            flow(ControlFlow::Switch { target: Expr::read(Slot::new(0, Type::Uint(3))), cases, default })
        }
    }
}

#[test]
fn circuits_of_gates_come_back_from_every_format() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let mut circuit = empty(false);
        circuit.instructions = (0..=random.below(30)).map(|_| plain(&mut random)).collect();
        check::round_trips(&circuit);
        qasm::to_qasm3(&circuit).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

/// Gates whose number of controls OpenQASM 2 can say, and `if` on a whole register.
#[test]
fn circuits_with_conditions_come_back_from_openqasm_2() {
    for seed in 1000..1300 {
        let mut random = Random(seed);
        let mut circuit = empty(false);
        let scratch = CLBITS;
        circuit.instructions = measured(false);
        for _ in 0..=random.below(20) {
            let step = loop {
                let step = plain(&mut random);
                let any = matches!(&step.operation, Operation::Gate(gate, _) if gate.spec().controls == Controls::Any);
                if !any {
                    break step;
                }
            };
            let gate =
                matches!(step.operation, Operation::Gate(..) | Operation::Measure(_) | Operation::Reset);
            if gate && random.below(4) == 0 {
                let comparison = Comparison {
                    mask: Bits::from_u64(0b111),
                    relation: Relation::Equal,
                    value: Bits::from_u64(random.below(8) as u64),
                };
                let function = BooleanFunction { comparison, register: scratch, memory: None };
                circuit
                    .instructions
                    .push(Instruction::new(Operation::BooleanFunction(Box::new(function)), []));
                circuit.num_register_bits = scratch + 1;
                circuit.instructions.push(Instruction { condition: Some(scratch), ..step });
            } else {
                circuit.instructions.push(step);
            }
        }
        check::round_trips(&circuit);
        qasm::to_qasm2(&circuit).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn circuits_with_matrices_and_saves_come_back() {
    for seed in 2000..2200 {
        let mut random = Random(seed);
        let mut circuit = empty(false);
        circuit.global_phase = random.angle();
        for index in 0..=random.below(20) {
            let step = if random.below(2) == 0 { plain(&mut random) } else { special(&mut random, index) };
            circuit.instructions.push(step);
        }
        check::round_trips(&circuit);
        qasm::to_qasm3(&circuit).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn circuits_with_control_flow_come_back() {
    for seed in 3000..3400 {
        let mut random = Random(seed);
        let mut circuit = empty(true);
        circuit.instructions = measured(true);
        circuit.instructions.extend(block(&mut random, 3, 0, false));
        check::round_trips(&circuit);
        qasm::to_qasm3(&circuit).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}
