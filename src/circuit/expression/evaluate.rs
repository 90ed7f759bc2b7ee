//! Evaluation. An expression may come from a text that nobody checked: types that do not fit are an error,
//! never a panic.

use std::cmp::Ordering;
use std::f64::consts::TAU;
use std::fmt;

use super::{BinaryOp, Expr, ExprKind, Function, Slot, Type, UnaryOp, Value};
use crate::circuit::classical::Bits;
use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

fn broken() -> AerError {
    AerError::new(ErrorCode::SemanticError, "The types of a classical expression do not fit.")
}

fn finite(value: f64, what: fmt::Arguments) -> Result<Value, AerError> {
    if value.is_finite() {
        return Ok(Value::Float(value));
    }
    Err(AerError::new(ErrorCode::InvalidParameter, format!("{what} is not a finite real number.")))
}

fn finite_complex(value: Complex, what: fmt::Arguments) -> Result<Value, AerError> {
    if value.re.is_finite() && value.im.is_finite() {
        return Ok(Value::Complex(value.re, value.im));
    }
    Err(AerError::new(ErrorCode::InvalidParameter, format!("{what} is not a finite number.")))
}

fn division_by_zero() -> AerError {
    AerError::new(ErrorCode::InvalidParameter, "Division by zero.")
}

/// Cuts a signed number to `width` bits and extends the sign.
fn wrap_int(value: i128, width: u32) -> Value {
    let shift = 64 - width.clamp(1, 64);
    Value::Int(((value as i64) << shift) >> shift)
}

fn wrap_uint(value: u128, width: u32) -> Value {
    Value::Uint(Bits::from_u64(value as u64 & mask(width)))
}

const fn mask(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

fn angle_to_radians(bits: &Bits, width: u32) -> f64 {
    bits.low_u64() as f64 * (-f64::from(width.min(64))).exp2() * TAU
}

fn radians_to_angle(radians: f64, width: u32) -> Value {
    let turns = (radians / TAU).rem_euclid(1.0);
    // Rounding may give the full turn, which is none.
    wrap_uint((turns * f64::from(width.min(64)).exp2()).round_ties_even() as u128, width)
}

pub(super) fn to_f64(value: &Value, ty: Type) -> Option<f64> {
    Some(match (value, ty) {
        (Value::Uint(bits), Type::Angle(width)) => angle_to_radians(bits, width),
        (Value::Bool(value), _) => f64::from(u8::from(*value)),
        (Value::Int(value), _) => *value as f64,
        (Value::Float(value), _) => *value,
        (Value::Uint(bits), _) => {
            let top = bits.highest().map_or(0, |top| top + 1);
            (0..top.div_ceil(64)).rev().fold(0.0, |sum, word| {
                sum * f64::from(64).exp2() + bits.slice(word * 64, 64).low_u64() as f64
            })
        }
        (Value::Complex(..), _) => return None,
    })
}

fn to_complex(value: &Value, ty: Type) -> Option<Complex> {
    match value {
        Value::Complex(re, im) => Some(Complex::new(*re, *im)),
        other => to_f64(other, ty).map(|re| Complex::new(re, 0.0)),
    }
}

pub(super) fn locate(slot: &Slot, register: &Bits) -> Result<u32, AerError> {
    let Some(index) = &slot.index else { return Ok(slot.first) };
    let found = match index.element.evaluate(register)? {
        Value::Bool(value) => i64::from(value),
        Value::Int(value) => value,
        Value::Uint(bits) if bits.highest().is_none_or(|top| top < 32) => bits.low_u64().cast_signed(),
        Value::Uint(_) => i64::MAX,
        _ => return Err(broken()),
    };
    let from_end = if found < 0 { i64::from(index.count) } else { 0 };
    let element = found.checked_add(from_end).and_then(|i| u32::try_from(i).ok());
    match element.filter(|element| *element < index.count) {
        Some(element) => Ok(slot.first.saturating_add(element.saturating_mul(index.stride))),
        None => Err(AerError::new(ErrorCode::ClbitOutOfRange, "An index is out of range.")
            .found(found.to_string())
            .expected(format!("below {}", index.count))),
    }
}

/// The bits of a value as they stand in the register.
pub(super) fn to_bits(value: &Value, ty: Type) -> Bits {
    match (value, ty) {
        (Value::Bool(value), _) => Bits::from_u64(u64::from(*value)),
        (Value::Uint(bits), _) => bits.slice(0, ty.width()),
        (Value::Int(value), _) => Bits::from_u64(value.cast_unsigned() & mask(ty.width())),
        (Value::Float(value), Type::Float(32)) => Bits::from_u64(u64::from((*value as f32).to_bits())),
        (Value::Float(value), _) => Bits::from_u64(value.to_bits()),
        (Value::Complex(re, im), _) => {
            let mut bits = Bits::zeros(128);
            bits.write(0, 64, &Bits::from_u64(re.to_bits()));
            bits.write(64, 64, &Bits::from_u64(im.to_bits()));
            bits
        }
    }
}

/// A value from its bits.
pub(super) fn from_bits(bits: &Bits, ty: Type) -> Value {
    let real = |bits: u64| f64::from_bits(bits);
    match ty {
        Type::Bool => Value::Bool(bits.get(0)),
        Type::Uint(width) | Type::Angle(width) => Value::Uint(bits.slice(0, width)),
        Type::Int(width) => wrap_int(i128::from(bits.low_u64()), width),
        Type::Float(32) => Value::Float(f64::from(f32::from_bits(bits.low_u64() as u32))),
        Type::Float(_) => Value::Float(real(bits.low_u64())),
        Type::Complex => Value::Complex(real(bits.low_u64()), real(bits.slice(64, 64).low_u64())),
    }
}

pub(super) fn evaluate(expression: &Expr, register: &Bits) -> Result<Value, AerError> {
    let ty = expression.ty;
    match &expression.kind {
        ExprKind::Constant(value) => Ok(value.clone()),
        ExprKind::Read(slot) => {
            let first = locate(slot, register)?;
            Ok(from_bits(&register.slice(first, ty.width()), ty))
        }
        ExprKind::Parameter(name) => {
            Err(AerError::new(ErrorCode::InvalidParameter, format!("Parameter `{name}` has no value."))
                .hint("Give it one with assign_parameters or parameter_binds."))
        }
        ExprKind::Unary(op, operand) => unary(*op, &evaluate(operand, register)?, ty),
        ExprKind::Binary(BinaryOp::And, operands) => {
            Ok(Value::Bool(operands.0.evaluate_bool(register)? && operands.1.evaluate_bool(register)?))
        }
        ExprKind::Binary(BinaryOp::Or, operands) => {
            Ok(Value::Bool(operands.0.evaluate_bool(register)? || operands.1.evaluate_bool(register)?))
        }
        ExprKind::Binary(op, operands) => {
            let (left, right) = (&operands.0, &operands.1);
            binary(*op, &evaluate(left, register)?, &evaluate(right, register)?, left.ty, ty)
        }
        ExprKind::Call(function, arguments) => {
            let values = arguments.iter().map(|a| evaluate(a, register)).collect::<Result<Vec<_>, _>>()?;
            call(*function, &values, ty)
        }
        ExprKind::Cast(operand) => cast(&evaluate(operand, register)?, operand.ty, ty),
    }
}

fn unary(op: UnaryOp, operand: &Value, ty: Type) -> Result<Value, AerError> {
    Ok(match (op, operand) {
        (UnaryOp::Not | UnaryOp::BitNot, Value::Bool(value)) => Value::Bool(!value),
        (UnaryOp::BitNot, Value::Uint(bits)) => {
            let width = ty.width();
            let mut inverted = Bits::zeros(width);
            (0..width).for_each(|bit| inverted.set(bit, !bits.get(bit)));
            Value::Uint(inverted)
        }
        (UnaryOp::BitNot, Value::Int(value)) => wrap_int(i128::from(!value), ty.width()),
        (UnaryOp::Negate, Value::Int(value)) => wrap_int(-i128::from(*value), ty.width()),
        (UnaryOp::Negate, Value::Uint(bits)) => {
            wrap_uint(u128::from(bits.low_u64().wrapping_neg()), ty.width())
        }
        (UnaryOp::Negate, Value::Float(value)) => Value::Float(-value),
        (UnaryOp::Negate, Value::Complex(re, im)) => Value::Complex(-re, -im),
        _ => return Err(broken()),
    })
}

/// `left` and `right` are of the operator's type `operands`, `ty` is that of the result.
fn binary(op: BinaryOp, left: &Value, right: &Value, operands: Type, ty: Type) -> Result<Value, AerError> {
    use BinaryOp as Op;
    let width = operands.width();
    let compared = |ordering: Option<Ordering>| {
        let Some(ordering) = ordering else { return Err(broken()) };
        Ok(Value::Bool(match op {
            Op::Equal => ordering.is_eq(),
            Op::NotEqual => ordering.is_ne(),
            Op::Less => ordering.is_lt(),
            Op::LessEqual => ordering.is_le(),
            Op::Greater => ordering.is_gt(),
            Op::GreaterEqual => ordering.is_ge(),
            _ => return Err(broken()),
        }))
    };
    match (left, right) {
        (Value::Bool(a), Value::Bool(b)) => match op {
            Op::BitAnd => Ok(Value::Bool(a & b)),
            Op::BitOr => Ok(Value::Bool(a | b)),
            Op::BitXor => Ok(Value::Bool(a ^ b)),
            _ => compared(Some(a.cmp(b))),
        },
        // Shifts, powers, and an angle with a whole number.
        (Value::Uint(a), Value::Int(b)) => match op {
            Op::ShiftLeft | Op::ShiftRight => {
                let by = shift(*b)?.min(width);
                Ok(Value::Uint(if op == Op::ShiftLeft {
                    a.shifted_up(by, width)
                } else {
                    a.slice(by, width - by)
                }))
            }
            Op::Multiply => Ok(wrap_uint(u128::from(a.low_u64().wrapping_mul(b.cast_unsigned())), width)),
            Op::Divide if *b == 0 => Err(division_by_zero()),
            Op::Divide => {
                let quotient = i128::from(a.low_u64()) / i128::from(*b);
                Ok(wrap_uint(quotient.cast_unsigned(), width))
            }
            Op::Power => power(i128::from(a.low_u64()), *b, ty),
            _ => Err(broken()),
        },
        (Value::Uint(a), Value::Uint(b)) => {
            let (x, y) = (u128::from(a.low_u64()), u128::from(b.low_u64()));
            match op {
                Op::BitAnd => Ok(Value::Uint(a.and(b))),
                Op::BitOr => Ok(Value::Uint(a.or(b))),
                Op::BitXor => Ok(Value::Uint(a.xor(b))),
                Op::Add => Ok(wrap_uint(x + y, width)),
                Op::Subtract => Ok(wrap_uint(x.wrapping_sub(y), width)),
                Op::Multiply => Ok(wrap_uint(x.wrapping_mul(y), width)),
                Op::Divide | Op::Remainder if y == 0 => Err(division_by_zero()),
                Op::Divide => Ok(wrap_uint(x / y, width)),
                Op::Remainder => Ok(wrap_uint(x % y, width)),
                _ => compared(Some(a.compare(b))),
            }
        }
        (Value::Int(a), Value::Int(b)) => {
            let (x, y) = (i128::from(*a), i128::from(*b));
            match op {
                Op::BitAnd => Ok(Value::Int(a & b)),
                Op::BitOr => Ok(Value::Int(a | b)),
                Op::BitXor => Ok(Value::Int(a ^ b)),
                Op::ShiftLeft => Ok(wrap_int(x.checked_shl(shift(*b)?.min(64)).unwrap_or(0), width)),
                Op::ShiftRight => Ok(Value::Int(a >> shift(*b)?.min(63))),
                Op::Add => Ok(wrap_int(x + y, width)),
                Op::Subtract => Ok(wrap_int(x - y, width)),
                Op::Multiply => Ok(wrap_int(x * y, width)),
                Op::Divide | Op::Remainder if y == 0 => Err(division_by_zero()),
                Op::Divide => Ok(wrap_int(x / y, width)),
                Op::Remainder => Ok(wrap_int(x % y, width)),
                Op::Power => power(x, *b, ty),
                _ => compared(Some(a.cmp(b))),
            }
        }
        (Value::Float(a), Value::Float(b)) => {
            let rounded = |value: f64| if ty == Type::Float(32) { f64::from(value as f32) } else { value };
            let number = |value: f64| finite(rounded(value), format_args!("`{a} {} {b}`", op.symbol()));
            match op {
                Op::Add => number(a + b),
                Op::Subtract => number(a - b),
                Op::Multiply => number(a * b),
                Op::Divide | Op::Remainder if *b == 0.0 => Err(division_by_zero()),
                Op::Divide => number(a / b),
                Op::Remainder => number(a % b),
                Op::Power => number(libm::pow(*a, *b)),
                _ => compared(a.partial_cmp(b)),
            }
        }
        (Value::Complex(..), Value::Complex(..)) => {
            let (Some(a), Some(b)) = (to_complex(left, operands), to_complex(right, operands)) else {
                return Err(broken());
            };
            let number = |value: Complex| finite_complex(value, format_args!("`{a} {} {b}`", op.symbol()));
            match op {
                Op::Add => number(a + b),
                Op::Subtract => number(a - b),
                Op::Multiply => number(a * b),
                Op::Divide if b == Complex::ZERO => Err(division_by_zero()),
                Op::Divide => number(a / b),
                Op::Power if a == Complex::ZERO && b != Complex::ZERO => number(Complex::ZERO),
                Op::Power => number(a.powc(b)),
                Op::Equal => Ok(Value::Bool(a == b)),
                Op::NotEqual => Ok(Value::Bool(a != b)),
                _ => Err(broken()),
            }
        }
        _ => Err(broken()),
    }
}

fn shift(by: i64) -> Result<u32, AerError> {
    u32::try_from(by.min(i64::from(u32::MAX)))
        .map_err(|_| AerError::new(ErrorCode::InvalidParameter, "A shift is negative.").found(by.to_string()))
}

fn power(base: i128, power: i64, ty: Type) -> Result<Value, AerError> {
    let Ok(mut left) = u64::try_from(power) else {
        return Err(AerError::new(
            ErrorCode::InvalidParameter,
            "A whole number has no whole negative power.",
        )
        .found(power.to_string()));
    };
    // Modulo 2^64, of which every width is a part.
    let (mut square, mut result) = (base as u64, 1u64);
    while left > 0 {
        if left & 1 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        left >>= 1;
    }
    Ok(match ty {
        Type::Uint(width) => wrap_uint(u128::from(result), width),
        _ => wrap_int(i128::from(result.cast_signed()), ty.width()),
    })
}

fn call(function: Function, arguments: &[Value], ty: Type) -> Result<Value, AerError> {
    use Function as F;
    let number = |value: f64, x: f64| finite(value, format_args!("`{}({x})`", function.name()));
    match (function, arguments) {
        (F::Popcount, [Value::Uint(bits)]) => Ok(Value::Uint(Bits::from_u64(u64::from(bits.count_ones())))),
        (F::Rotl | F::Rotr, [Value::Uint(bits), Value::Int(by)]) => {
            let width = ty.width().max(1);
            let by = by.rem_euclid(i64::from(width)) as u32;
            let up = if function == F::Rotl { by } else { (width - by) % width };
            Ok(Value::Uint(bits.shifted_up(up, width).or(&bits.slice(width - up, up))))
        }
        (F::Mod, [left, right]) => match (left, right) {
            // As Python and Qiskit have it: the sign of the divisor.
            (Value::Float(_), Value::Float(y)) if *y == 0.0 => Err(division_by_zero()),
            (Value::Float(x), Value::Float(y)) => number(x - y * (x / y).floor(), *x),
            (Value::Int(_), Value::Int(0)) => Err(division_by_zero()),
            (Value::Int(x), Value::Int(y)) => {
                let (x, y) = (i128::from(*x), i128::from(*y));
                Ok(wrap_int(((x % y) + y) % y, ty.width()))
            }
            _ => binary(BinaryOp::Remainder, left, right, ty, ty),
        },
        (F::Pow, [left, right]) => binary(BinaryOp::Power, left, right, ty, ty),
        (F::Abs, [Value::Int(value)]) => Ok(wrap_int(i128::from(*value).abs(), 64)),
        (F::Sign, [Value::Int(value)]) => Ok(Value::Int(value.signum())),
        (F::Real, [Value::Complex(re, _)]) => Ok(Value::Float(*re)),
        (F::Imag, [Value::Complex(_, im)]) => Ok(Value::Float(*im)),
        (F::Abs, [Value::Complex(re, im)]) => number(libm::hypot(*re, *im), *re),
        (F::Exp, [Value::Complex(re, im)]) => {
            finite_complex(Complex::new(*re, *im).exp(), format_args!("`exp`"))
        }
        (F::Sqrt, [Value::Complex(re, im)]) => {
            finite_complex(Complex::new(*re, *im).sqrt(), format_args!("`sqrt`"))
        }
        (_, [Value::Float(x)]) => {
            let x = *x;
            let value = match function {
                F::Abs => x.abs(),
                F::Arccos => libm::acos(x),
                F::Arcsin => libm::asin(x),
                F::Arctan => libm::atan(x),
                F::Ceiling => x.ceil(),
                F::Cos => libm::cos(x),
                F::Exp => libm::exp(x),
                F::Floor => x.floor(),
                F::Log => libm::log(x),
                F::Sign if x == 0.0 => 0.0,
                F::Sign => x.signum(),
                F::Sin => libm::sin(x),
                F::Sqrt => x.sqrt(),
                F::Tan => libm::tan(x),
                F::Imag | F::Mod | F::Popcount | F::Pow | F::Real | F::Rotl | F::Rotr => {
                    return Err(broken());
                }
            };
            number(value, x)
        }
        _ => Err(broken()),
    }
}

fn cast(value: &Value, from: Type, to: Type) -> Result<Value, AerError> {
    let bits = || to_bits(value, from);
    Ok(match (from, to) {
        (_, Type::Bool) => Value::Bool(match value {
            Value::Bool(value) => *value,
            Value::Uint(bits) => bits.any(),
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Complex(re, im) => *re != 0.0 || *im != 0.0,
        }),
        // Beside an angle a whole number is one of radians; a bit string is the angle's own bits.
        (Type::Float(_) | Type::Int(_) | Type::Bool, Type::Angle(width)) => {
            radians_to_angle(to_f64(value, from).ok_or_else(broken)?, width)
        }
        // To fewer bits: the lowest go; to more: zeros come below.
        (Type::Angle(old), Type::Angle(new)) => {
            let bits = bits().low_u64();
            wrap_uint(
                u128::from(if new >= old { bits << (new - old).min(63) } else { bits >> (old - new) }),
                new,
            )
        }
        (Type::Float(_), Type::Int(_) | Type::Uint(_)) => {
            let x = to_f64(value, from).ok_or_else(broken)?.trunc();
            if x.abs() >= f64::from(64).exp2() {
                return Err(AerError::new(
                    ErrorCode::InvalidParameter,
                    "The number is too large for its new type.",
                )
                .found(x.to_string())
                .expected(to.to_string()));
            }
            match to {
                Type::Int(width) => wrap_int(x as i128, width),
                _ => wrap_uint((x as i128).cast_unsigned(), to.width()),
            }
        }
        (_, Type::Uint(width) | Type::Angle(width)) => match value {
            // Keeps the sign where the new type is wider.
            Value::Int(value) => {
                let extended = value.cast_unsigned();
                let mut bits = Bits::from_u64(extended);
                if *value < 0 {
                    (64..width).for_each(|bit| bits.set(bit, true));
                }
                Value::Uint(bits.slice(0, width))
            }
            _ => Value::Uint(bits().slice(0, width)),
        },
        (Type::Int(_), Type::Int(width)) => match value {
            Value::Int(value) => wrap_int(i128::from(*value), width),
            _ => return Err(broken()),
        },
        (_, Type::Int(width)) => wrap_int(i128::from(bits().low_u64().cast_signed()), width),
        (_, Type::Float(32)) => finite(
            f64::from(to_f64(value, from).ok_or_else(broken)? as f32),
            format_args!("The number in single precision"),
        )?,
        (_, Type::Float(_)) => Value::Float(to_f64(value, from).ok_or_else(broken)?),
        (_, Type::Complex) => {
            let number = to_complex(value, from).ok_or_else(broken)?;
            Value::Complex(number.re, number.im)
        }
    })
}
