//! Structured control flow against a slow obvious interpreter of the blocks themselves, which follows every
//! outcome of every measurement and so knows the exact distribution.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod reference;

use std::collections::BTreeMap;

use aer_wasm::circuit::expression::{BinaryOp, UnaryOp};
use aer_wasm::circuit::operation::{Measure, Store};
use aer_wasm::circuit::{
    Bits, Block, Circuit, ControlFlow, Expr, Gate, Instruction, Operation, Slot, Type, control_flow, lower,
    validate,
};
use aer_wasm::frontend::{self, qobj::qobj_json};
use aer_wasm::linalg::Complex;
use aer_wasm::run::options::RunOptions;
use aer_wasm::run::{Run, Step};
use reference::{apply, collapse, probabilities, zero_state};
use serde_json::{Map, json};

const QUBITS: u32 = 3;
/// Bits 0 to 2 are written along the way, 3 to 5 at the end.
const CLBITS: u32 = 6;
/// A number of 3 bits, then counters of 4 bits for while loops.
const NUMBER: Slot = Slot::new(CLBITS, Type::Uint(3));
const COUNTERS: u32 = CLBITS + 3;

/// The `SplitMix64` generator.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        (self.draw() % u64::from(bound)) as u32
    }

    fn angle(&mut self) -> f64 {
        f64::from(self.below(1000)) / 1000.0 * 6.0 - 3.0
    }
}

/// Writes random blocks.
struct Writer {
    random: Random,
    counters: u32,
    /// What is still to be written, so that circuits stay small.
    left: u32,
}

fn number(value: i64) -> Expr {
    Expr::int(value).cast(NUMBER.ty).unwrap()
}

fn store(target: Slot, value: Expr) -> Instruction {
    let value = value.cast(target.ty).unwrap();
    Instruction::new(Operation::Store(Box::new(Store { target, value })), [])
}

fn flow(flow: ControlFlow) -> Instruction {
    Instruction::new(Operation::ControlFlow(Box::new(flow)), 0..QUBITS)
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    Instruction::new(
        Operation::Measure(Box::new(Measure { memory: vec![bit], register: vec![bit] })),
        [qubit],
    )
}

impl Writer {
    fn condition(&mut self, parameter: bool) -> Expr {
        let bit = Expr::bit(self.random.below(3));
        let constant = i64::from(self.random.below(8));
        match self.random.below(if parameter { 8 } else { 7 }) {
            0 | 1 => bit,
            2 => Expr::unary(UnaryOp::Not, bit).unwrap(),
            3 => {
                let ops = [BinaryOp::Equal, BinaryOp::NotEqual, BinaryOp::Less, BinaryOp::GreaterEqual];
                let op = ops[self.random.below(4) as usize];
                Expr::binary(op, Expr::read(NUMBER), Expr::int(constant)).unwrap()
            }
            4 => {
                let bits = Expr::read(Slot::new(0, Type::Uint(2)));
                Expr::binary(BinaryOp::Greater, Expr::int(constant % 4), bits).unwrap()
            }
            5 => Expr::binary(BinaryOp::Or, bit, Expr::bit(2)).unwrap(),
            6 => Expr::read(NUMBER).condition().unwrap(),
            _ => Expr::binary(BinaryOp::Equal, Expr::parameter("i"), Expr::int(constant % 3)).unwrap(),
        }
    }

    fn block(&mut self, depth: u32, loops: u32, parameter: bool) -> Block {
        let length = self.random.below(4);
        let mut block = Vec::new();
        for _ in 0..length {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            self.step(&mut block, depth, loops, parameter);
        }
        block
    }

    fn step(&mut self, block: &mut Block, depth: u32, loops: u32, parameter: bool) {
        let qubit = self.random.below(QUBITS);
        let other = (qubit + 1 + self.random.below(QUBITS - 1)) % QUBITS;
        let inner = |writer: &mut Self, loops| writer.block(depth + 1, loops, parameter);
        let step = match self.random.below(if depth < 4 { 20 } else { 11 }) {
            0 | 1 => Instruction::gate(Gate::Ry, [self.random.angle()], [qubit]),
            2 => Instruction::gate(Gate::Rx, [self.random.angle()], [qubit]),
            3 => Instruction::gate(Gate::Cx, [], [qubit, other]),
            4 => Instruction::new(Operation::Barrier, [qubit]),
            5 => measure(qubit, self.random.below(3)),
            6 => {
                let by = i64::from(self.random.below(8));
                let sum = Expr::binary(BinaryOp::Add, Expr::read(NUMBER), number(by)).unwrap();
                store(NUMBER, sum)
            }
            7 => {
                let bit = self.random.below(3);
                store(Slot::new(bit, Type::Bool), Expr::unary(UnaryOp::Not, Expr::bit(bit)).unwrap())
            }
            8 => {
                let of = if parameter { Expr::parameter("i") } else { Expr::read(NUMBER) };
                let angle = Expr::binary(BinaryOp::Multiply, of, Expr::float(0.4)).unwrap();
                Instruction::new(Operation::ComputedGate(Gate::Ry, [angle].into()), [qubit])
            }
            9 => Instruction {
                condition: Some(self.random.below(3)),
                ..Instruction::gate(Gate::X, [], [qubit])
            },
            10 if loops > 0 || self.random.below(4) == 0 => {
                let outer = self.random.below(loops.max(1));
                let leave = match self.random.below(3) {
                    _ if loops == 0 => ControlFlow::End,
                    0 => ControlFlow::Continue { outer },
                    _ => ControlFlow::Break { outer },
                };
                let mut leave = Instruction::new(Operation::ControlFlow(Box::new(leave)), []);
                if self.random.below(6) == 0 {
                    leave.condition = Some(self.random.below(3));
                    leave
                } else {
                    let then = vec![leave];
                    flow(ControlFlow::IfElse {
                        condition: self.condition(parameter),
                        then,
                        otherwise: vec![],
                    })
                }
            }
            10 => measure(qubit, 0),
            11..=14 => {
                let condition = self.condition(parameter);
                let then = inner(self, loops);
                let otherwise = if self.random.below(2) == 0 { vec![] } else { inner(self, loops) };
                let mut step = flow(ControlFlow::IfElse { condition, then, otherwise });
                step.condition = (self.random.below(5) == 0).then(|| self.random.below(3));
                step
            }
            15 => {
                // A counter ends the loop, whatever `continue` leaves out.
                let counter = Slot::new(COUNTERS + 4 * self.counters, Type::Uint(4));
                self.counters += 1;
                let (read, one) = (Expr::read(counter.clone()), Expr::int(1).cast(counter.ty).unwrap());
                let rounds = i64::from(1 + self.random.below(2));
                let fewer = Expr::binary(BinaryOp::Less, read.clone(), Expr::int(rounds)).unwrap();
                let condition = match self.random.below(2) {
                    0 => fewer,
                    _ => Expr::binary(BinaryOp::And, fewer, self.condition(parameter)).unwrap(),
                };
                let mut body = inner(self, loops + 1);
                body.insert(0, store(counter.clone(), Expr::binary(BinaryOp::Add, read, one).unwrap()));
                block.push(store(counter.clone(), Expr::int(0)));
                flow(ControlFlow::While { condition, body })
            }
            16 | 17 => {
                let named = self.random.below(2) == 0;
                let values =
                    [vec![0, 1], vec![2], vec![1, 0, 2], vec![]][self.random.below(4) as usize].clone();
                let body = self.block(depth + 1, loops + 1, parameter || named);
                flow(ControlFlow::For { parameter: named.then(|| "i".into()), values, body })
            }
            18 => {
                let target = match self.random.below(2) {
                    0 => Expr::read(NUMBER),
                    _ => Expr::read(Slot::new(0, Type::Uint(2))),
                };
                let cases = vec![(vec![0, 5], inner(self, loops)), (vec![2], inner(self, loops))];
                flow(ControlFlow::Switch { target, cases, default: inner(self, loops) })
            }
            _ => {
                let blocks = (0..self.random.below(3)).map(|_| inner(self, loops + 1)).collect();
                flow(ControlFlow::Sequence(blocks))
            }
        };
        block.push(step);
    }
}

fn random_circuit(seed: u64) -> Circuit {
    let mut writer = Writer { random: Random(seed), counters: 0, left: 40 };
    let mut instructions: Block =
        (0..QUBITS).map(|q| Instruction::gate(Gate::Ry, [writer.random.angle()], [q])).collect();
    instructions.push(measure(0, 0));
    for _ in 0..8 {
        writer.step(&mut instructions, 0, 0, false);
    }
    instructions.extend((0..QUBITS).map(|q| Instruction::gate(Gate::Rx, [writer.random.angle()], [q])));
    instructions.extend((0..QUBITS).map(|q| measure(q, 3 + q)));
    let mut circuit = Circuit { instructions, ..Circuit::new(QUBITS, CLBITS) };
    circuit.num_register_bits = circuit.register_bits_used();
    circuit
}

/// What follows a step of a block.
enum Next {
    Step,
    Break(u32),
    Continue(u32),
    End,
}

/// One shot, in which measurements end as they are told to.
struct Shot<'a> {
    state: Vec<Complex>,
    memory: u32,
    register: Bits,
    outcomes: &'a [bool],
    taken: Vec<bool>,
    probability: f64,
    values: Vec<(Box<str>, i64)>,
}

impl Shot<'_> {
    fn bound(&self, expression: &Expr) -> Expr {
        let value = |name: &str| {
            let found = self.values.iter().rev().find(|(parameter, _)| **parameter == *name);
            found.map(|(_, value)| Expr::float(*value as f64))
        };
        expression.substitute(&value).unwrap()
    }

    fn holds(&self, condition: &Expr) -> bool {
        self.bound(condition).evaluate_bool(&self.register).unwrap()
    }

    fn block(&mut self, block: &Block) -> Next {
        for step in block {
            let next = self.step(step);
            if !matches!(next, Next::Step) {
                return next;
            }
        }
        Next::Step
    }

    /// What a loop does after a round: `None` to go on.
    fn after(next: Next) -> Option<Next> {
        match next {
            Next::Step | Next::Continue(0) => None,
            Next::Break(0) => Some(Next::Step),
            Next::Break(outer) => Some(Next::Break(outer - 1)),
            Next::Continue(outer) => Some(Next::Continue(outer - 1)),
            Next::End => Some(Next::End),
        }
    }

    fn flow(&mut self, flow: &ControlFlow) -> Next {
        match flow {
            ControlFlow::IfElse { condition, then, otherwise } => {
                if self.holds(condition) {
                    self.block(then)
                } else {
                    self.block(otherwise)
                }
            }
            ControlFlow::While { condition, body } => {
                while self.holds(condition) {
                    let next = self.block(body);
                    if let Some(next) = Self::after(next) {
                        return next;
                    }
                }
                Next::Step
            }
            ControlFlow::For { parameter, values, body } => {
                let outside = self.values.len();
                for value in values {
                    self.values.extend(parameter.clone().map(|name| (name, *value)));
                    let next = self.block(body);
                    self.values.truncate(outside);
                    if let Some(next) = Self::after(next) {
                        return next;
                    }
                }
                Next::Step
            }
            ControlFlow::Switch { target, cases, default } => {
                let value = self.bound(target).evaluate_f64(&self.register).unwrap();
                let case = cases.iter().find(|(values, _)| values.contains(&(value as i64)));
                self.block(case.map_or(default, |(_, block)| block))
            }
            ControlFlow::Sequence(blocks) => {
                for block in blocks {
                    let next = self.block(block);
                    if let Some(next) = Self::after(next) {
                        return next;
                    }
                }
                Next::Step
            }
            ControlFlow::Break { outer } => Next::Break(*outer),
            ControlFlow::Continue { outer } => Next::Continue(*outer),
            ControlFlow::End => Next::End,
        }
    }

    fn step(&mut self, step: &Instruction) -> Next {
        if step.condition.is_some_and(|bit| !self.register.get(bit)) {
            return Next::Step;
        }
        match &step.operation {
            Operation::ControlFlow(flow) => return self.flow(flow),
            Operation::Gate(gate, parameters) => {
                self.state =
                    apply(&self.state, &gate.full_matrix(parameters, step.qubits.len()), &step.qubits);
            }
            Operation::ComputedGate(gate, parameters) => {
                let values: Vec<f64> =
                    parameters.iter().map(|p| self.bound(p).evaluate_f64(&self.register).unwrap()).collect();
                self.state = apply(&self.state, &gate.full_matrix(&values, step.qubits.len()), &step.qubits);
            }
            Operation::Measure(measure) => {
                let chances = probabilities(&self.state, &step.qubits);
                let outcome = match self.outcomes.get(self.taken.len()) {
                    Some(outcome) => *outcome,
                    None => chances[0] < 1e-12,
                };
                self.taken.push(outcome);
                self.probability *= chances[usize::from(outcome)];
                if self.probability > 1e-14 {
                    self.state = collapse(&self.state, &step.qubits, usize::from(outcome));
                }
                let bit = measure.memory[0];
                self.register.set(bit, outcome);
                self.memory = self.memory & !(1 << bit) | u32::from(outcome) << bit;
            }
            Operation::Store(store) => {
                let value =
                    self.bound(&store.value).evaluate(&self.register).unwrap().to_bits(store.target.ty);
                for bit in 0..store.target.ty.width() {
                    let place = store.target.first + bit;
                    self.register.set(place, value.get(bit));
                    if place < CLBITS {
                        self.memory = self.memory & !(1 << place) | u32::from(value.get(bit)) << place;
                    }
                }
            }
            Operation::Barrier => {}
            other => unreachable!("{other:?}"),
        }
        Next::Step
    }
}

/// The probability of each memory; `None` where there are too many ways through the circuit.
fn distribution(circuit: &Circuit) -> Option<BTreeMap<u32, f64>> {
    let mut distribution = BTreeMap::new();
    let mut waiting: Vec<Vec<bool>> = vec![vec![]];
    let mut ways = 0;
    while let Some(outcomes) = waiting.pop() {
        ways += 1;
        if ways > 600 {
            return None;
        }
        let mut shot = Shot {
            state: zero_state(QUBITS),
            memory: 0,
            register: Bits::zeros(circuit.num_register_bits),
            outcomes: &outcomes,
            taken: vec![],
            probability: 1.0,
            values: vec![],
        };
        shot.block(&circuit.instructions);
        // The way not taken at each measurement beyond those that were told.
        for index in outcomes.len()..shot.taken.len() {
            if !shot.taken[index] {
                waiting.push(shot.taken[..index].iter().copied().chain([true]).collect());
            }
        }
        if shot.probability > 1e-14 {
            *distribution.entry(shot.memory).or_default() += shot.probability;
        }
    }
    Some(distribution)
}

fn counts(circuit: Circuit, shots: u64, seed: u64) -> BTreeMap<u32, u64> {
    let options = json!({ "shots": shots, "seed_simulator": seed });
    let mut run = Run::new(vec![Ok(circuit)], RunOptions::resolve(&[options.as_object().unwrap()]).unwrap());
    while run.step(10_000) == Step::Pending {}
    let result = run.take_result(0).unwrap();
    assert_eq!(result.error, None);
    let counts = result.data.counts.unwrap_or_default();
    counts.iter().map(|(key, count)| (u32::from_str_radix(&key[2..], 16).unwrap(), count)).collect()
}

/// Seeds 0 to 79. Each memory's count stays within Bernstein's bound for 1e-10: over at most 80 × 64 memories a
/// false alarm comes with 5e-7.
#[test]
fn random_control_flow_does_what_its_blocks_say() {
    const SHOTS: u64 = 4000;
    let (mut checked, mut jumping) = (0, 0);
    for seed in 0..80 {
        let circuit = random_circuit(seed);
        validate::circuit(&circuit).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let Some(distribution) = distribution(&circuit) else { continue };
        let total: f64 = distribution.values().sum();
        assert!((total - 1.0).abs() < 1e-9, "seed {seed}: {total}");

        let mut flat = circuit.clone();
        lower::lower(&mut flat).unwrap();
        validate::circuit(&flat).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        jumping += u32::from(flat.instructions.iter().any(|s| matches!(s.operation, Operation::Jump(_))));
        let qobj = qobj_json(std::slice::from_ref(&circuit), Map::new(), "a", Map::new()).to_string();
        let mut read = frontend::load(&qobj).unwrap().circuits.remove(0).unwrap();
        // Bits that unrolling or a known condition made useless are not written.
        read.num_register_bits = flat.num_register_bits;
        assert_eq!(read, flat, "seed {seed}");

        let counts = counts(circuit, SHOTS, seed);
        for memory in 0..1 << CLBITS {
            let p = distribution.get(&memory).copied().unwrap_or(0.0);
            let got = counts.get(&memory).copied().unwrap_or(0) as f64;
            let (mean, variance) = (SHOTS as f64 * p, SHOTS as f64 * p * (1.0 - p));
            let l = (2.0f64 / 1e-10).ln();
            let bound = if p == 0.0 { 0.0 } else { l / 3.0 + (l * l / 9.0 + 2.0 * l * variance).sqrt() };
            assert!((got - mean).abs() <= bound, "seed {seed}: memory {memory:#x} {got}, expected {mean}");
        }
        checked += 1;
    }
    assert!(checked >= 50 && jumping >= 30, "{checked} checked, {jumping} with jumps");
}

/// The deepest blocks and expressions there may be fit in three quarters of the 1 MiB that WebAssembly has.
#[test]
fn the_deepest_nesting_fits_the_stack() {
    let deepest = || {
        let bit = Expr::bit(0);
        let deep =
            (0..250).fold(bit.clone(), |e, _| Expr::binary(BinaryOp::BitXor, e, Expr::bit(1)).unwrap());
        let mut circuit = Circuit::new(QUBITS, CLBITS);
        let mut body = vec![measure(0, 0), Instruction::gate(Gate::X, [], [0])];
        for level in 0..control_flow::MAX_DEPTH {
            let flow = match level % 4 {
                0 => ControlFlow::IfElse {
                    condition: deep.clone(),
                    then: body,
                    otherwise: vec![measure(1, 1)],
                },
                1 => ControlFlow::For { parameter: None, values: vec![0], body },
                2 => ControlFlow::Switch {
                    target: deep.clone(),
                    cases: vec![(vec![1], body)],
                    default: vec![],
                },
                _ => ControlFlow::While { condition: Expr::bit(2), body },
            };
            body = vec![Instruction::new(Operation::ControlFlow(Box::new(flow)), 0..QUBITS)];
        }
        circuit.instructions = body;
        validate::circuit(&circuit).unwrap();
        let distribution = counts(circuit, 1, 0);
        assert_eq!(distribution.len(), 1);
    };
    std::thread::Builder::new().stack_size(768 << 10).spawn(deepest).unwrap().join().unwrap();
}
