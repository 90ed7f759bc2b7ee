use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::circuit::GATES;
use crate::circuit::classical::Comparison;
use crate::frontend::qasm::load_v2;

/// Reads what is written.
fn again(circuit: &Circuit) -> Circuit {
    let text = write(circuit).unwrap();
    load_v2(&text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn refused(operation: Operation, qubits: &[Qubit]) -> AerError {
    let mut circuit = Circuit::new(2, 2);
    circuit.instructions.push(Instruction::gate(Gate::H, [], [0]));
    circuit.instructions.push(Instruction::new(operation, qubits.iter().copied()));
    let error = write(&circuit).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnsupportedInstruction, "{error}");
    assert_eq!(error.place.instruction, Some(1));
    assert!(error.hint.as_deref().unwrap_or_default().contains("to_qasm3"));
    error
}

#[test]
fn the_text_of_a_small_circuit() {
    let mut circuit = Circuit::new(2, 2);
    circuit.instructions = vec![
        Instruction::gate(Gate::H, [], [0]),
        Instruction::gate(Gate::Rzx, [PI / 2.0], [0, 1]),
        Instruction::gate(Gate::Mcx, [], [0, 1]),
        Instruction::gate(Gate::Rx, [0.1], [1]),
        Instruction::new(Operation::Barrier, [0, 1]),
        Instruction::new(Operation::Measure(Box::new(Measure { memory: vec![0], register: vec![0] })), [1]),
    ];
    let expected = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n\
        gate rzx(theta) a,b { h b; cx a,b; rz(theta) b; cx a,b; h b; }\n\
        opaque mcx_2 q0,q1;\nqreg q[2];\ncreg c[2];\nh q[0];\nrzx(pi/2) q[0],q[1];\nmcx_2 q[0],q[1];\n\
        rx(0.1) q[1];\nbarrier q[0],q[1];\nmeasure q[1] -> c[0];\n";
    assert_eq!(write(&circuit).unwrap(), expected);
    assert_eq!(again(&circuit), circuit);
}

#[test]
fn every_gate_is_read_back() {
    for spec in GATES {
        for num_qubits in spec.num_qubits().map_or(spec.targets..=7, |n| n..=n) {
            let mut circuit = Circuit::new(7, 0);
            let parameters = (0..spec.parameters.len()).map(|i| 0.3 + i as f64);
            circuit.instructions =
                vec![Instruction::gate(spec.gate, parameters, (0..num_qubits as u32).rev())];
            assert_eq!(again(&circuit), circuit, "{} on {num_qubits}", spec.name);
        }
    }
}

#[test]
fn numbers_come_back_bit_for_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let fractions = (1..=40).flat_map(|n| (1..=40).map(move |d| f64::from(n) * PI / f64::from(d)));
    let random = (0..2000).map(|_| f64::from_bits(rng.next_u64())).filter(|x| x.is_finite());
    let numbers: Vec<f64> =
        fractions.chain(random).flat_map(|x| [x, -x]).chain([0.0, 1e-300, 5e300]).collect();
    let mut circuit = Circuit::new(1, 0);
    circuit.instructions = numbers.iter().map(|x| Instruction::gate(Gate::Rx, [*x], [0])).collect();
    for (step, number) in again(&circuit).instructions.iter().zip(&numbers) {
        let Operation::Gate(_, parameters) = &step.operation else { panic!() };
        assert_eq!(parameters[0].to_bits(), number.to_bits(), "{number:?}");
    }
    assert_eq!(formula(PI / 2.0).unwrap(), "pi/2");
    assert_eq!(formula(-3.0 * PI / 4.0).unwrap(), "-3*pi/4");
    assert_eq!(formula(0.5).unwrap(), "0.5");
}

#[test]
fn names_are_made_safe_and_registers_complete() {
    let mut circuit = Circuit::new(5, 4);
    let register = |name: &str, size| Register { name: name.to_owned(), size };
    circuit.qregs = vec![register("Q r", 1), register("cx", 1), register("p", 1), register("é", 2)];
    circuit.cregs = vec![register("if", 1), register("cx", 2)];
    circuit.instructions.push(Instruction::gate(Gate::P, [1.0], [2]));
    let read = again(&circuit);
    let names = |registers: &[Register]| registers.iter().map(|r| r.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&read.qregs), ["qQ_r", "cx_", "p_", "q_"]);
    // The classical registers have three bits of four.
    assert_eq!(read.cregs, [register("c", 4)]);
    assert_eq!(read.instructions, circuit.instructions);
}

#[test]
fn conditions_of_control_flow() {
    let mut circuit = Circuit::new(2, 3);
    let register = Expr::read(Slot::new(0, Type::Uint(3)));
    let five = Expr::uint(Bits::from_u64(5), 3);
    let flow = |condition: Expr, then: Vec<Instruction>| {
        let flow = ControlFlow::IfElse { condition, then, otherwise: Vec::new() };
        Instruction::new(Operation::ControlFlow(Box::new(flow)), [0, 1])
    };
    let x = Instruction::gate(Gate::X, [], [1]);
    let h = Instruction::gate(Gate::H, [], [0]);
    let equal = |a: &Expr, b: &Expr| Expr::binary(BinaryOp::Equal, a.clone(), b.clone()).unwrap();
    circuit.instructions = vec![
        flow(equal(&register, &five), vec![x.clone()]),
        flow(equal(&Expr::int(5), &register), vec![h.clone(), x.clone()]),
    ];
    let text = write(&circuit).unwrap();
    let tail = text.split("creg c[3];\n").nth(1).unwrap();
    let expected = "if(c==5) x q[1];\ngate block_0 q0,q1 { h q0; x q1; }\nif(c==5) block_0 q[0],q[1];\n";
    assert_eq!(tail, expected);

    let inner = vec![flow(equal(&register, &five), vec![x.clone()])];
    for step in [
        flow(equal(&register, &five), inner),
        flow(Expr::bit(0), vec![x.clone()]),
        Instruction { condition: Some(1), ..x.clone() },
    ] {
        circuit.instructions = vec![step];
        assert_eq!(write(&circuit).unwrap_err().code, ErrorCode::UnsupportedInstruction);
    }
    // A register of one bit can say a condition on a bit.
    circuit.cregs = vec![Register { name: "a".into(), size: 1 }, Register { name: "b".into(), size: 2 }];
    circuit.instructions = vec![flow(Expr::bit(0), vec![x.clone()]), Instruction { condition: Some(0), ..x }];
    let text = write(&circuit).unwrap();
    assert!(text.ends_with("if(a==1) x q[1];\nif(a==1) x q[1];\n"), "{text}");
}

#[test]
fn what_has_no_words_is_refused() {
    refused(Operation::Unitary(Box::new(Gate::X.target_matrix(&[]))), &[0]);
    refused(Operation::Initialize([1.0, 0.0].map(|x| crate::linalg::Complex::new(x, 0.0)).into()), &[0]);
    refused(Operation::ControlFlow(Box::new(ControlFlow::End)), &[]);
    refused(Operation::Delay(1.0), &[0, 1]);
    refused(Operation::Measure(Box::new(Measure { memory: vec![], register: vec![0] })), &[0]);
    let wide = Comparison { mask: Bits::from_u64(1), relation: Relation::Equal, value: Bits::from_u64(1) };
    let function = BooleanFunction { comparison: wide, register: 2, memory: None };
    let mut circuit = Circuit::new(1, 2);
    circuit.num_register_bits = 3;
    circuit.instructions.push(Instruction::new(Operation::BooleanFunction(Box::new(function)), []));
    assert_eq!(write(&circuit).unwrap_err().code, ErrorCode::UnsupportedInstruction);
}

/// Random circuits of everything that can be written, seed 2026: 400 of up to 30 statements. No false alarms:
/// reading is deterministic.
#[test]
fn random_circuits_are_read_back() {
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    for _ in 0..400 {
        let mut pick = |n: u32| rng.next_u32() % n;
        let (qsizes, csizes) = ([1 + pick(3), 1 + pick(5)], [1 + pick(70), 1 + pick(3), 1]);
        let mut circuit = Circuit::new(qsizes.iter().sum(), csizes.iter().sum());
        let registers = |prefix: &str, sizes: &[u32]| {
            let register = |(i, size): (usize, &u32)| Register { name: format!("{prefix}{i}"), size: *size };
            sizes.iter().enumerate().map(register).collect::<Vec<_>>()
        };
        (circuit.qregs, circuit.cregs) = (registers("q", &qsizes), registers("c", &csizes));
        let n = circuit.num_qubits;
        for _ in 0..pick(30) {
            let mut condition = None;
            if pick(3) == 0 {
                let which = pick(3);
                let first = csizes.iter().take(which as usize).sum();
                let size = csizes[which as usize];
                let (mut mask, mut value) = (Bits::zeros(1), Bits::zeros(1));
                for bit in first..first + size {
                    mask.set(bit, true);
                    value.set(bit, pick(2) == 1);
                }
                if pick(9) == 0 {
                    value.set(first + size, true);
                }
                let register = circuit.num_clbits;
                circuit.num_register_bits = register + 1;
                let comparison = Comparison { mask, relation: Relation::Equal, value };
                let function = BooleanFunction { comparison, register, memory: None };
                let function = Operation::BooleanFunction(Box::new(function));
                circuit.instructions.push(Instruction::new(function, []));
                condition = Some(register);
            }
            let mut order: Vec<u32> = (0..n).collect();
            for i in 0..n {
                order.swap(i as usize, pick(n) as usize);
            }
            let kind = pick(8);
            for _ in 0..if kind < 4 { pick(4) } else { 1 } {
                let step = match kind {
                    4 => {
                        let bit = pick(circuit.num_clbits);
                        let measure = Measure { memory: vec![bit], register: vec![bit] };
                        Instruction::new(Operation::Measure(Box::new(measure)), [order[0]])
                    }
                    5 => Instruction::new(Operation::Reset, [order[0]]),
                    6 => Instruction::new(Operation::Delay(f64::from(pick(100)) / 7.0), [order[0]]),
                    7 if condition.is_none() => {
                        Instruction::new(Operation::Barrier, order[..=pick(n) as usize].iter().copied())
                    }
                    _ => {
                        let spec = &GATES[pick(GATES.len() as u32) as usize];
                        let fixed = spec.num_qubits().map(|n| n as u32);
                        let least = spec.targets as u32;
                        if fixed.unwrap_or(least) > n {
                            continue;
                        }
                        let count = fixed.unwrap_or_else(|| least + pick(n - least + 1));
                        let angles: Vec<f64> =
                            spec.parameters.iter().map(|_| f64::from(pick(4000)) / 97.0 - 20.0).collect();
                        order.rotate_left(1);
                        Instruction::gate(spec.gate, angles, order[..count as usize].iter().copied())
                    }
                };
                circuit.instructions.push(Instruction { condition, ..step });
            }
        }
        let read = again(&circuit);
        assert_eq!(read, circuit);
    }
}
