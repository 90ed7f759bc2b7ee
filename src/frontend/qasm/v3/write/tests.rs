use super::*;
use crate::circuit::gate::tests::embedded;
use crate::circuit::operation::{Measure, Save, SaveKind, SaveSubtype, Store};
use crate::circuit::{Bits, Variable};
use crate::frontend::qasm::v3::parse::Parser;
use crate::linalg::{Complex, Matrix};

const HEAD: &str = "OPENQASM 3.1;\ninclude \"stdgates.inc\";\n";

/// The text behind the header, which must parse.
#[track_caller]
fn written(circuit: &Circuit) -> String {
    let text = write(circuit).unwrap();
    let mut parser = Parser::new(&text);
    while let Some(statement) = parser.next_statement() {
        if let Err(error) = statement {
            panic!("{text}\n{error}");
        }
    }
    text.strip_prefix(HEAD).unwrap().to_owned()
}

fn flow(flow: ControlFlow) -> Instruction {
    Instruction::new(Operation::ControlFlow(Box::new(flow)), [0])
}

fn measure(qubit: u32, bit: u32) -> Instruction {
    let measure = Measure { memory: vec![bit], register: vec![bit] };
    Instruction::new(Operation::Measure(Box::new(measure)), [qubit])
}

#[test]
fn gates_measurements_and_conditions() {
    let mut circuit = Circuit::new(3, 2);
    circuit.global_phase = PI / 4.0;
    circuit.instructions = vec![
        Instruction::gate(Gate::H, [], [0]),
        Instruction::gate(Gate::Cx, [], [0, 1]),
        Instruction::gate(Gate::Rz, [-3.0 * PI / 4.0], [2]),
        Instruction::gate(Gate::Rx, [0.1], [2]),
        Instruction::gate(Gate::Rzz, [1e-7], [0, 2]),
        Instruction::gate(Gate::Csx, [], [0, 2]),
        Instruction::gate(Gate::Mcx, [], [0, 1, 2]),
        Instruction::gate(Gate::Mcu, [0.1, 0.2, 0.3, 0.4], [0, 1, 2]),
        Instruction::new(Operation::Barrier, [0, 2]),
        Instruction::new(Operation::Delay(1e-7), [1]),
        Instruction::new(Operation::Reset, [0, 1]),
        measure(0, 1),
        Instruction { condition: Some(1), ..Instruction::gate(Gate::X, [], [2]) },
    ];
    assert_eq!(
        written(&circuit),
        "gate csx a, b { ctrl @ sx a, b; }
gate rzz(p0) a, b { gphase(-p0/2); cx a,b; u1(p0) b; cx a,b; }
gate mcx_3 a, b, c { ctrl(2) @ x a, b, c; }
qubit[3] q;
bit[2] c;
gphase(pi/4);
h q[0];
cx q[0], q[1];
rz(-3*pi/4) q[2];
rx(0.1) q[2];
rzz(1e-7) q[0], q[2];
csx q[0], q[2];
mcx_3 q[0], q[1], q[2];
ctrl @ cu(0.1, 0.2, 0.3, 0.4) q[0], q[1], q[2];
barrier q[0], q[2];
delay[1e-7s] q[1];
reset q[0];
reset q[1];
c[1] = measure q[0];
if (c[1]) x q[2];
"
    );
}

#[test]
fn names_that_cannot_stand_are_changed() {
    let mut circuit = Circuit::new(4, 2);
    let register = |name: &str, size| Register { name: name.into(), size };
    circuit.qregs = vec![register("gate", 1), register("x", 1), register("1-a", 1)];
    circuit.cregs = vec![register("q", 2)];
    assert_eq!(
        written(&circuit),
        "qubit[1] gate_0;\nqubit[1] x_0;\nqubit[1] _1_a;\nqubit[1] q;\nbit[2] q_0;\n"
    );
}

#[test]
fn control_flow_and_expressions() {
    let mut circuit = Circuit::new(1, 2);
    circuit.num_register_bits = 10;
    let slot = Slot::new(2, Type::Uint(8));
    circuit.variables = vec![Variable { name: "n".into(), slot: slot.clone() }];
    let n = || Expr::read(slot.clone());
    let binary = |op, left, right| Expr::binary(op, left, right).unwrap();
    let sum = binary(BinaryOp::Add, n(), Expr::uint(Bits::from_u64(3), 8));
    let product = binary(BinaryOp::Multiply, sum, n());
    let x = || Instruction::gate(Gate::X, [], [0]);
    let theta = Expr::parameter("theta");
    circuit.instructions = vec![
        measure(0, 0),
        Instruction::new(Operation::Store(Box::new(Store { target: slot.clone(), value: product })), []),
        flow(ControlFlow::IfElse {
            condition: binary(BinaryOp::And, Expr::bit(0), Expr::unary(UnaryOp::Not, Expr::bit(1)).unwrap()),
            then: vec![x()],
            otherwise: vec![flow(ControlFlow::End)],
        }),
        flow(ControlFlow::While {
            condition: Expr::bit(1),
            body: vec![flow(ControlFlow::Break { outer: 0 }), flow(ControlFlow::Continue { outer: 0 })],
        }),
        flow(ControlFlow::For {
            parameter: Some("k".into()),
            values: vec![0, 2, 4],
            body: vec![Instruction::new(
                Operation::ComputedGate(
                    Gate::Rx,
                    [binary(BinaryOp::Multiply, Expr::parameter("k"), theta)].into(),
                ),
                [0],
            )],
        }),
        flow(ControlFlow::For { parameter: None, values: vec![3, -1], body: vec![] }),
        flow(ControlFlow::Switch {
            target: n(),
            cases: vec![(vec![1, 2], vec![x()]), (vec![3], vec![])],
            default: vec![x()],
        }),
        flow(ControlFlow::Sequence(vec![vec![x()], vec![]])),
    ];
    assert_eq!(
        written(&circuit),
        "input float[64] theta;
qubit[1] q;
bit[2] c;
uint[8] n;
c[0] = measure q[0];
n = (n + \"00000011\") * n;
if (c[0] && !c[1]) {
  x q[0];
} else {
  end;
}
while (c[1]) {
  break;
  continue;
}
for int k in [0:2:4] {
  rx(k * theta) q[0];
}
for int i in {3, -1} {
}
switch (n) {
  case 1, 2 {
    x q[0];
  }
  case 3 {
  }
  default {
    x q[0];
  }
}
for int round in {0, 1} {
  switch (round) {
    case 0 {
      x q[0];
    }
    case 1 {
    }
  }
}
"
    );
}

#[test]
fn what_has_no_words_is_a_pragma_or_an_error() {
    let mut circuit = Circuit::new(2, 0);
    circuit.num_register_bits = 1;
    let save = Save { kind: SaveKind::State, label: "s".into(), subtype: SaveSubtype::Single };
    circuit.instructions = vec![
        Instruction::new(Operation::Save(Box::new(save)), [0, 1]),
        Instruction { condition: Some(0), ..Instruction::gate(Gate::X, [], [1]) },
    ];
    let text = written(&circuit);
    let pragmas: Vec<serde_json::Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pragma aer "))
        .map(|json| serde_json::from_str(json).unwrap())
        .collect();
    assert_eq!(pragmas.len(), 2);
    assert_eq!(pragmas[0]["name"], "save_state");
    assert_eq!((&pragmas[1]["name"], &pragmas[1]["conditional"]), (&"x".into(), &0.into()));

    for operation in [
        Operation::Jump("a".into()),
        Operation::Mark("a".into()),
        Operation::ControlFlow(Box::new(ControlFlow::Break { outer: 1 })),
    ] {
        circuit.instructions = vec![Instruction::new(operation, [])];
        let error = write(&circuit).unwrap_err();
        assert_eq!((error.code, error.place.instruction), (ErrorCode::UnsupportedInstruction, Some(0)));
    }
}

#[test]
fn numbers_are_read_back_bit_for_bit() {
    let text = |value| real(value).unwrap();
    assert_eq!(
        [text(PI), text(-PI / 2.0), text(2.0 * PI / 3.0), text(0.1), text(-0.0), text(1e300)],
        ["pi", "-pi/2", "2*pi/3", "0.1", "-0.0", "1e300"]
    );
    // The neighbours of a fraction of π are not it.
    assert!(!text((PI / 2.0).next_up()).contains("pi"));
    assert!(real(f64::NAN).is_err() && real(f64::INFINITY).is_err());
}

#[test]
fn every_gate_that_stdgates_lacks_is_defined() {
    for spec in GATES.iter().filter(|spec| spec.controls != Controls::Any) {
        let mut circuit = Circuit::new(5, 0);
        let count = spec.num_qubits().unwrap() as u32;
        circuit.instructions =
            vec![Instruction::gate(spec.gate, PROBE.into_iter().take(spec.parameters.len()), 0..count)];
        let text = written(&circuit);
        let defined = text.contains(&format!("gate {}", spec.name));
        assert_eq!(defined, !spec.stdgates && spec.gate != Gate::UBuiltin, "{}", spec.name);
    }
}

/// Bodies that are made of plain calls, with the phase in front of them, against the matrices of the rows.
#[test]
fn definitions_have_the_phase_of_the_matrix() {
    let mut checked = 0;
    for spec in GATES.iter().filter(|spec| !spec.stdgates && spec.controls == Controls::Exactly(0)) {
        let body = exact_body(spec);
        let (phase, body) = match body.strip_prefix("gphase(-theta/2); ") {
            Some(rest) => (-PROBE[0] / 2.0, rest),
            None => (0.0, &*body),
        };
        if body.is_empty() || body.contains('@') {
            continue;
        }
        let count = spec.num_qubits().unwrap();
        let qubits = QUBITS[..count].join(",");
        let rzx = Gate::Rzx.spec().definition;
        let arguments: Vec<String> = PROBE[..spec.parameters.len()].iter().map(f64::to_string).collect();
        let operands: Vec<String> = (0..count).map(|qubit| format!("q[{qubit}]")).collect();
        let program = format!(
            "include \"qelib1.inc\"; gate rzx(theta) a,b {{ {rzx} }} gate mine({}) {qubits} {{ {body} }}
             qreg q[{count}]; mine({}) {};",
            spec.parameters.join(","),
            arguments.join(","),
            operands.join(",")
        );
        let circuit = crate::frontend::qasm::load_v2(&program).unwrap();
        let start = Matrix::diagonal(&vec![Complex::from_polar(1.0, phase); 1 << count]);
        let product = circuit.instructions.iter().fold(start, |total, step| {
            let Operation::Gate(gate, parameters) = &step.operation else { panic!("not a gate") };
            let matrix = gate.full_matrix(parameters, step.qubits.len());
            embedded(&matrix, &step.qubits, count).product(&total).unwrap()
        });
        let wanted = spec.gate.full_matrix(&PROBE[..spec.parameters.len()], count);
        assert!(product.distance(&wanted) < 1e-12, "{}", spec.name);
        checked += 1;
    }
    assert_eq!(checked, 12);
}
