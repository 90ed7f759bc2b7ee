//! The texts in boxes: names as Qiskit writes them, numbers as fractions of π.

use std::f64::consts::PI;

use super::layout::register_of;
use crate::circuit::expression::{ExprKind, UnaryOp};
use crate::circuit::gate::Controls;
use crate::circuit::{Circuit, ClassicalValue, Expr, Gate, Instruction, Operation, Register};

/// Largest numerator and denominator of a fraction.
const MAX_FRACTION: u32 = 99;
/// Numbers closer than this are the same.
const EPSILON: f64 = 1e-9;

/// A number as `%.5g` writes it.
fn general(number: f64) -> String {
    let scientific = format!("{number:.4e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    if (-4..5).contains(&exponent) {
        return trim(&format!("{number:.*}", (4 - exponent) as usize));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim(digits), exponent.abs())
}

/// A number as Qiskit's `pi_check` writes it: `π/2`, `3/π`, `π**2` where it is close to that.
pub fn number(value: f64) -> String {
    let (size, sign) = (value.abs(), if value < 0.0 { "-" } else { "" });
    if size < EPSILON {
        return "0".to_owned();
    }
    if let Some(power) = (2..5).find(|power| (size - PI.powi(*power)).abs() < EPSILON) {
        return format!("{sign}π**{power}");
    }
    let fraction = |value: f64| {
        (1..=MAX_FRACTION).find_map(|divisor| {
            let times = (value * f64::from(divisor)).round();
            let close = (value - times / f64::from(divisor)).abs() < EPSILON;
            (close && times >= 1.0 && times <= f64::from(MAX_FRACTION)).then_some((times as u32, divisor))
        })
    };
    let unless_one = |n: u32| if n == 1 { String::new() } else { n.to_string() };
    if let Some((times, divisor)) = fraction(size / PI) {
        let over = if divisor == 1 { String::new() } else { format!("/{divisor}") };
        return format!("{sign}{}π{over}", unless_one(times));
    }
    if let Some((times, divisor)) = fraction(size * PI) {
        return format!("{sign}{times}/{}π", unless_one(divisor));
    }
    general(value)
}

fn complex(re: f64, im: f64) -> String {
    match (number(re), number(im)) {
        (re, im) if im == "0" => re,
        (re, im) if re == "0" => format!("{im}j"),
        (real, imaginary) => format!("{real}{}{imaginary}j", if im < 0.0 { "" } else { "+" }),
    }
}

/// First letter in upper case, the others in lower, as Python's `capitalize`.
fn capitalize(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase()).into_iter();
    first.chain(letters.map(|c| c.to_ascii_lowercase())).collect()
}

/// What a controlled gate controls, by Qiskit's name.
pub fn base(gate: Gate) -> &'static str {
    match gate {
        Gate::C3sqrtx => "sx",
        Gate::Cx | Gate::CxBuiltin | Gate::Ccx | Gate::C3x | Gate::C4x | Gate::Mcx | Gate::McxGray => "x",
        Gate::Mcphase => "p",
        _ => {
            let name = gate.name();
            let strip = |prefix| name.strip_prefix(prefix);
            strip("mc").or_else(|| strip("cc")).or_else(|| strip("c")).unwrap_or(name)
        }
    }
}

/// Whether Qiskit draws the gate by its controls.
pub fn is_controlled(gate: Gate) -> bool {
    gate.spec().controls != Controls::Exactly(0)
}

/// Each parameter.
pub fn parameter_texts<'a>(
    step: &'a Instruction,
    circuit: &'a Circuit,
) -> Box<dyn Iterator<Item = String> + 'a> {
    match &step.operation {
        Operation::Gate(_, values) => Box::new(values.iter().map(|value| number(*value))),
        Operation::ComputedGate(_, values) => Box::new(values.iter().map(|value| expression(value, circuit))),
        Operation::Delay(duration) => Box::new(std::iter::once(format!("{duration}[dt]"))),
        Operation::Diagonal(values) | Operation::Initialize(values) => {
            Box::new(values.iter().map(|value| complex(value.re, value.im)))
        }
        Operation::Pauli(letters) => {
            Box::new(std::iter::once(letters.iter().map(|letter| letter.letter()).collect()))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The parameters in parentheses, if there are any.
pub fn parameters(step: &Instruction, circuit: &Circuit) -> String {
    let parts: Vec<String> = parameter_texts(step, circuit).collect();
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) }
}

/// The name in the box.
pub fn name(step: &Instruction) -> String {
    match (&step.label, &step.operation) {
        (Some(label), operation) if !matches!(operation, Operation::Gate(gate, _) if is_controlled(*gate)) => {
            label.to_string()
        }
        (_, Operation::Gate(gate, _) | Operation::ComputedGate(gate, _)) => match gate {
            Gate::Id => "I".to_owned(),
            Gate::Sx => "√X".to_owned(),
            Gate::Sxdg => "√Xdg".to_owned(),
            Gate::Rc3x => "Rcccx".to_owned(),
            gate if is_controlled(*gate) => capitalize(base(*gate)),
            gate => capitalize(gate.name()),
        },
        (_, Operation::Kraus(_) | Operation::Superoperator(_)) => step.operation.name().to_owned(),
        (_, operation) => capitalize(operation.name()),
    }
}

/// The text in the box, parameters included.
pub fn text(step: &Instruction, circuit: &Circuit) -> String {
    name(step) + &parameters(step, circuit)
}

/// The name of a bit as `OpenQASM` has it.
pub fn bit_name(registers: &[Register], bit: u32) -> String {
    register_of(registers, bit)
        .and_then(|(register, index)| Some(format!("{}[{index}]", registers.get(register)?.name)))
        .unwrap_or_else(|| format!("_bit{bit}"))
}

/// An expression as `OpenQASM` 3 has it; conversions are not shown.
pub fn expression(expression: &Expr, circuit: &Circuit) -> String {
    printed(expression, circuit, 0)
}

fn printed(shown: &Expr, circuit: &Circuit, weakest: u8) -> String {
    let inner = |operand: &Expr| printed(operand, circuit, 20);
    match &shown.kind {
        ExprKind::Constant(ClassicalValue::Bool(value)) => value.to_string(),
        ExprKind::Constant(ClassicalValue::Uint(bits)) => bits.low_u64().to_string(),
        ExprKind::Constant(ClassicalValue::Int(value)) => value.to_string(),
        ExprKind::Constant(ClassicalValue::Float(value)) => number(*value),
        ExprKind::Constant(ClassicalValue::Complex(re, im)) => complex(*re, *im),
        ExprKind::Read(slot) => {
            let variable = circuit.variables.iter().find(|variable| variable.slot == *slot);
            let mut first = 0;
            let register = circuit.cregs.iter().find(|register| {
                first += register.size;
                (first - register.size, register.size) == (slot.first, slot.ty.width())
                    && slot.ty != crate::circuit::Type::Bool
            });
            variable
                .map(|variable| variable.name.clone())
                .or_else(|| register.map(|register| register.name.clone()))
                .unwrap_or_else(|| bit_name(&circuit.cregs, slot.first))
        }
        ExprKind::Parameter(name) => name.to_string(),
        ExprKind::Unary(op, operand) => {
            let symbol = match op {
                UnaryOp::Negate => '-',
                UnaryOp::BitNot => '~',
                UnaryOp::Not => '!',
            };
            format!("{symbol}{}", inner(operand))
        }
        ExprKind::Binary(op, operands) => {
            let (binds, symbol) = (op.precedence(), op.symbol());
            let left = printed(&operands.0, circuit, binds);
            let text = format!("{left} {symbol} {}", printed(&operands.1, circuit, binds + 1));
            if binds < weakest { format!("({text})") } else { text }
        }
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|argument| expression(argument, circuit)).collect();
            format!("{}({})", function.name(), arguments.join(", "))
        }
        ExprKind::Cast(operand) => printed(operand, circuit, weakest),
    }
}

/// The values of a loop as Python shows them: a range where they are one, else at most four.
pub fn values(values: &[i64]) -> String {
    let tuple = |values: &[i64]| values.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let step = match values {
        [first, second, ..] => second.wrapping_sub(*first),
        _ => 1,
    };
    let even = step != 0 && values.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    match (values, values.last()) {
        ([first, ..], Some(last)) if even => match (last.saturating_add(step.signum()), step) {
            (end, 1) => format!("range({first}, {end})"),
            (end, step) => format!("range({first}, {end}, {step})"),
        },
        ([], _) => "range(0, 0)".to_owned(),
        (_, _) if values.len() > 4 => format!("({}, ...)", tuple(values.get(..4).unwrap_or(values))),
        _ => format!("({})", tuple(values)),
    }
}

/// The values of a case as Python shows them.
pub fn case(values: &[i64]) -> String {
    format!("({})", values.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
}
