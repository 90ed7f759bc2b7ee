use super::*;
use crate::circuit::Gate;
use crate::circuit::operation::Measure;

fn steps(flow: Vec<Instruction>) -> Vec<Instruction> {
    let mut circuit = Circuit { instructions: flow, ..Circuit::new(2, 3) };
    super::super::validate::circuit(&circuit).unwrap();
    lower(&mut circuit).unwrap();
    super::super::validate::circuit(&circuit).unwrap();
    circuit.instructions
}

fn flow_on(qubits: &[u32], flow: ControlFlow) -> Instruction {
    Instruction::new(Operation::ControlFlow(Box::new(flow)), qubits.iter().copied())
}

fn flow_step(flow: ControlFlow) -> Instruction {
    flow_on(&[0, 1], flow)
}

fn x() -> Instruction {
    Instruction::gate(Gate::X, [], [0])
}

fn measure() -> Instruction {
    Instruction::new(Operation::Measure(Box::new(Measure { memory: vec![1], register: vec![1] })), [1])
}

fn when(condition: Expr, then: Block, otherwise: Block) -> Instruction {
    flow_step(ControlFlow::IfElse { condition, then, otherwise })
}

fn repeat(values: std::ops::Range<i64>, body: Block) -> Instruction {
    flow_step(ControlFlow::For { parameter: Some("i".into()), values: values.collect(), body })
}

fn number(first: u32, width: u32) -> Expr {
    Expr::read(Slot::new(first, Type::Uint(width)))
}

/// One line per instruction.
fn shown(steps: &[Instruction]) -> Vec<String> {
    let line = |step: &Instruction| {
        let what = match &step.operation {
            Operation::Jump(label) => format!("jump {label}"),
            Operation::Mark(label) => format!("mark {label}"),
            Operation::BooleanFunction(f) => {
                let Comparison { mask, relation, value } = &f.comparison;
                format!("{} = {mask} {relation:?} {value}", f.register)
            }
            Operation::Store(store) => format!("{} = store", store.target.first),
            Operation::Gate(gate, parameters) => format!("{}{:?}", gate.name(), parameters.as_slice()),
            other => other.name().to_owned(),
        };
        match step.condition {
            Some(bit) => format!("{what} if {bit}"),
            None => what,
        }
    };
    steps.iter().map(line).collect()
}

#[test]
fn an_if_of_gates_needs_no_jump_and_a_bit_no_store() {
    assert_eq!(shown(&steps(vec![when(Expr::bit(2), vec![x(), x()], vec![])])), ["x[] if 2", "x[] if 2"]);
    let not = Expr::unary(UnaryOp::Not, Expr::bit(2)).unwrap();
    assert_eq!(shown(&steps(vec![when(not, vec![x()], vec![])])), ["3 = 0x4 NotEqual 0x4", "x[] if 3"]);
    // The block changes its own condition.
    let set = Store { target: Slot::new(2, Type::Bool), value: Expr::bool(false) };
    let set = Instruction::new(Operation::Store(Box::new(set)), []);
    assert_eq!(
        shown(&steps(vec![when(Expr::bit(2), vec![set, x()], vec![])])),
        ["3 = 0x4 Equal 0x4", "2 = store if 3", "x[] if 3"]
    );
}

#[test]
fn comparisons_with_constants_are_boolean_functions() {
    for (op, left, right, expected) in [
        (BinaryOp::Equal, number(1, 2), Expr::int(2), "3 = 0x6 Equal 0x4"),
        (BinaryOp::Less, number(1, 2), Expr::int(3), "3 = 0x6 Less 0x6"),
        (BinaryOp::Less, Expr::int(3), number(1, 2), "3 = 0x6 Greater 0x6"),
        (BinaryOp::GreaterEqual, Expr::bit(1), Expr::bool(true), "3 = 0x2 GreaterEqual 0x2"),
        // What a register of 2 bits never is.
        (BinaryOp::Equal, number(1, 2), Expr::int(5), "3 = 0x6 Equal 0xa"),
        (BinaryOp::Less, number(1, 2), Expr::int(-1), "3 = store"),
        (BinaryOp::Equal, number(0, 2), number(1, 2), "3 = store"),
        (BinaryOp::Equal, Expr::read(Slot::new(0, Type::Int(3))), Expr::int(1), "3 = store"),
    ] {
        let condition = Expr::binary(op, left, right).unwrap();
        assert_eq!(shown(&steps(vec![when(condition, vec![x()], vec![])]))[0], expected);
    }
    let any = number(0, 3).condition().unwrap();
    assert_eq!(shown(&steps(vec![when(any, vec![x()], vec![])]))[0], "3 = 0x7 NotEqual 0x0");
}

#[test]
fn blocks_become_jumps() {
    assert_eq!(
        shown(&steps(vec![when(Expr::bit(0), vec![measure()], vec![x()])])),
        ["jump if_0_true if 0", "x[]", "jump if_0_end", "mark if_0_true", "measure", "mark if_0_end"]
    );
    assert_eq!(shown(&steps(vec![when(Expr::bit(0), vec![measure()], vec![])])), ["measure if 0"]);
    let unrolled = repeat(0..2, vec![x(), measure()]);
    assert_eq!(
        shown(&steps(vec![when(Expr::bit(2), vec![unrolled], vec![])])),
        ["x[] if 2", "measure if 2", "x[] if 2", "measure if 2"]
    );
    let inner = when(Expr::bit(1), vec![x()], vec![]);
    assert_eq!(
        shown(&steps(vec![when(Expr::bit(0), vec![inner], vec![])])),
        ["3 = 0x1 NotEqual 0x1", "jump if_0_end if 3", "x[] if 1", "mark if_0_end"]
    );
    let body = vec![x(), when(Expr::bit(1), vec![flow_on(&[], ControlFlow::Break { outer: 0 })], vec![])];
    assert_eq!(
        shown(&steps(vec![flow_step(ControlFlow::While { condition: Expr::bit(0), body })])),
        [
            "jump while_0_continue",
            "mark while_0_start",
            "x[]",
            "jump while_0_end if 1",
            "mark while_0_continue",
            "jump while_0_start if 0",
            "mark while_0_end"
        ]
    );
    let cases = vec![(vec![0, 2], vec![x()]), (vec![1], vec![measure()])];
    let switch = ControlFlow::Switch { target: number(0, 2), cases, default: vec![] };
    assert_eq!(
        shown(&steps(vec![flow_step(switch)])),
        [
            "3 = 0x3 Equal 0x0",
            "jump switch_0_0 if 3",
            "3 = 0x3 Equal 0x2",
            "jump switch_0_0 if 3",
            "3 = 0x3 Equal 0x1",
            "jump switch_0_1 if 3",
            "jump switch_0_end",
            "mark switch_0_0",
            "x[]",
            "jump switch_0_end",
            "mark switch_0_1",
            "measure",
            "mark switch_0_end"
        ]
    );
}

#[test]
fn loops_over_known_values_are_unrolled_with_what_they_decide() {
    let i = || Expr::parameter("i");
    let half = Expr::binary(BinaryOp::Divide, i(), Expr::int(2)).unwrap();
    let rx = Instruction::new(Operation::ComputedGate(Gate::Rx, [half].into()), [0]);
    let odd = Expr::binary(BinaryOp::Equal, i(), Expr::int(1)).unwrap();
    let cases = vec![(vec![2], vec![x()])];
    let switch = ControlFlow::Switch { target: i().cast(Type::INT).unwrap(), cases, default: vec![] };
    let body = vec![rx, when(odd, vec![measure()], vec![]), flow_step(switch)];
    assert_eq!(shown(&steps(vec![repeat(0..3, body)])), ["rx[0.0]", "rx[0.5]", "measure", "rx[1.0]", "x[]"]);
    // An inner loop hides the name of an outer one.
    let rx = || Instruction::new(Operation::ComputedGate(Gate::Rx, [i()].into()), [0]);
    let nested = repeat(0..2, vec![repeat(7..8, vec![rx()]), rx()]);
    assert_eq!(shown(&steps(vec![nested])), ["rx[7.0]", "rx[0.0]", "rx[7.0]", "rx[1.0]"]);
}

#[test]
fn jumps_that_lead_nowhere_else_are_left_out() {
    let leave = |outer| flow_on(&[], ControlFlow::Break { outer });
    // A subroutine that returns at its end is no obstacle to sampling.
    let body = flow_step(ControlFlow::Sequence(vec![vec![x(), leave(0), x()]]));
    assert_eq!(shown(&steps(vec![body])), ["x[]"]);
    let next = flow_on(&[], ControlFlow::Continue { outer: 0 });
    assert_eq!(shown(&steps(vec![repeat(0..2, vec![x(), next])])), ["x[]", "x[]"]);
    let both = flow_step(ControlFlow::Sequence(vec![
        vec![repeat(0..2, vec![when(Expr::bit(0), vec![leave(1)], vec![x()])])],
        vec![x()],
    ]));
    let shown_both = shown(&steps(vec![both]));
    assert_eq!(shown_both.iter().filter(|line| *line == "jump loop_0_end").count(), 2, "{shown_both:?}");
    let end = flow_on(&[], ControlFlow::End);
    assert_eq!(shown(&steps(vec![x(), end.clone(), measure()])), ["x[]"]);
    let there = |operation: fn(Box<str>) -> Operation| Instruction::new(operation("a".into()), []);
    let jumped = vec![there(Operation::Jump), end.clone(), there(Operation::Mark), x()];
    assert_eq!(shown(&steps(jumped)), ["jump a", "jump end_0_end", "mark a", "x[]", "mark end_0_end"]);
    assert_eq!(
        shown(&steps(vec![when(Expr::bit(0), vec![end], vec![]), x()])),
        ["jump end_0_end if 0", "x[]", "mark end_0_end"]
    );
}

#[test]
fn conditions_of_control_flow_itself_hold() {
    let mut step = repeat(0..1, vec![x()]);
    step.condition = Some(1);
    assert_eq!(
        shown(&steps(vec![step])),
        ["3 = 0x2 NotEqual 0x2", "jump if_0_end if 3", "x[]", "mark if_0_end"]
    );
}

#[test]
fn labels_do_not_meet_those_that_are_there() {
    let mark = Instruction::new(Operation::Mark("if_0_end".into()), [0]);
    let out = steps(vec![mark, when(Expr::bit(0), vec![when(Expr::bit(1), vec![x()], vec![])], vec![])]);
    assert_eq!(shown(&out).last().unwrap(), "mark if_1_end");
}

#[test]
fn unrolling_has_a_limit_and_parameters_need_values() {
    let code = |instructions: Vec<Instruction>| {
        let mut circuit = Circuit { instructions, ..Circuit::new(2, 3) };
        lower(&mut circuit).unwrap_err().code
    };
    let nest = |times, body| (0..times).fold(body, |body, _| vec![repeat(0..1 << 12, body)]);
    assert_eq!(code(nest(2, vec![x()])), ErrorCode::InsufficientMemory);
    assert_eq!(code(nest(3, vec![])), ErrorCode::InsufficientMemory);
    let free = Instruction::new(Operation::ComputedGate(Gate::Rx, [Expr::parameter("theta")].into()), [0]);
    let mut circuit = Circuit { instructions: vec![x(), free.clone()], ..Circuit::new(2, 3) };
    let error = lower(&mut circuit).unwrap_err();
    assert!(error.message.contains("`theta`") && error.hint.clone().unwrap().contains("assign_parameters"));
    assert_eq!(error.place.instruction, Some(1));
    expand(&mut circuit).unwrap();
    assert_eq!(code(vec![repeat(0..2, vec![free])]), ErrorCode::InvalidParameter);
    let deep = (0..=MAX_DEPTH).fold(vec![x()], |body, _| vec![repeat(0..1, body)]);
    assert_eq!(code(deep), ErrorCode::SemanticError);
}
