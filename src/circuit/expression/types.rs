//! Which types go with which operators, and the conversions that are made by themselves.

use super::{BinaryOp, Expr, Function, MAX_DEPTH, MAX_WIDTH, Type, UnaryOp};
use crate::circuit::MAX_BITS;
use crate::error::{AerError, ErrorCode};

fn mismatch(what: &str, found: String, expected: &str) -> AerError {
    AerError::new(ErrorCode::SemanticError, format!("{what} does not go with these types."))
        .found(found)
        .expected(expected)
}

pub(super) fn too_deep() -> AerError {
    AerError::new(ErrorCode::SemanticError, "The expression is nested too deeply.")
        .expected(format!("at most {MAX_DEPTH} levels"))
}

pub(super) fn too_large(nodes: u32) -> AerError {
    AerError::new(ErrorCode::SemanticError, "The expression is too large.")
        .found(format!("{nodes} operators and operands"))
        .expected(format!("at most {}", super::MAX_NODES))
}

/// Widths that cannot be worked with.
fn check_width(ty: Type, most: u32) -> Result<Type, AerError> {
    match ty {
        Type::Uint(width) | Type::Int(width) | Type::Angle(width) if width == 0 || width > most => {
            Err(AerError::new(ErrorCode::SemanticError, "This width of a number cannot be worked with.")
                .found(ty.to_string())
                .expected(format!("1 to {most} bits")))
        }
        Type::Float(width) if width != 32 && width != 64 => {
            Err(AerError::new(ErrorCode::SemanticError, "This width of a number cannot be worked with.")
                .found(ty.to_string())
                .expected("32 or 64 bits"))
        }
        _ => Ok(ty),
    }
}

/// Checks that a type can exist.
pub(super) fn check_type(ty: Type) -> Result<(), AerError> {
    check_width(ty, if matches!(ty, Type::Uint(_)) { MAX_BITS } else { MAX_WIDTH }).map(|_| ())
}

/// The type in which arithmetic on two numbers is done (C99's conversions).
fn common(left: Type, right: Type) -> Option<Type> {
    use Type::{Angle, Bool, Complex, Float, Int, Uint};
    Some(match (left, right) {
        (Complex, other) | (other, Complex) if !matches!(other, Angle(_)) => Complex,
        (Float(a), Float(b)) => Float(a.max(b)),
        // An angle among real numbers is one of them, in radians.
        (Float(a), _) | (_, Float(a)) => Float(a),
        (Angle(a), Angle(b)) => Angle(a.max(b)),
        (Angle(_) | Complex, _) | (_, Angle(_) | Complex) => return None,
        (Int(a), Int(b)) => Int(a.max(b)),
        (Uint(a), Uint(b)) => Uint(a.max(b)),
        (Int(signed), Uint(unsigned)) | (Uint(unsigned), Int(signed)) => {
            if signed > unsigned {
                Int(signed)
            } else {
                Uint(unsigned)
            }
        }
        (Bool, Bool) => Type::INT,
        (Bool, other) | (other, Bool) => other,
    })
}

pub(super) fn unary(op: UnaryOp, operand: Expr) -> Result<(Type, Expr), AerError> {
    let ty = operand.ty;
    let wrong = |expected| Err(mismatch(&format!("`{}`", op.symbol()), ty.to_string(), expected));
    match op {
        UnaryOp::Not => Ok((Type::Bool, operand.cast(Type::Bool)?)),
        UnaryOp::BitNot => match ty {
            Type::Bool => Ok((Type::Bool, operand)),
            Type::Uint(_) | Type::Angle(_) | Type::Int(_) => Ok((ty, operand)),
            _ => wrong("bool, bit, uint, int or angle"),
        },
        UnaryOp::Negate => match ty {
            Type::Bool => Ok((Type::INT, operand.cast(Type::INT)?)),
            _ => Ok((check_width(ty, MAX_WIDTH)?, operand)),
        },
    }
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Result<(Type, Expr, Expr), AerError> {
    use BinaryOp as Op;
    let (a, b) = (left.ty, right.ty);
    let wrong = |expected| Err(mismatch(&format!("`{}`", op.symbol()), format!("{a} and {b}"), expected));
    let both = |ty: Type, result: Type| Ok((result, left.clone().cast(ty)?, right.clone().cast(ty)?));
    match op {
        Op::And | Op::Or => both(Type::Bool, Type::Bool),
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            match common(a, b) {
                // 0 and 1 in the type of the other side.
                Some(Type::INT) if a == Type::Bool && b == Type::Bool => both(Type::Bool, Type::Bool),
                Some(Type::Complex) if !matches!(op, Op::Equal | Op::NotEqual) => {
                    wrong("numbers that can be ordered")
                }
                // A negative number must not wrap around to a bit string.
                Some(Type::Uint(width)) if width < MAX_WIDTH && (is_signed(a) || is_signed(b)) => {
                    both(Type::INT, Type::Bool)
                }
                Some(ty) => both(ty, Type::Bool),
                None if matches!(a, Type::Angle(_)) && b.is_integer() => both(a, Type::Bool),
                None if matches!(b, Type::Angle(_)) && a.is_integer() => both(b, Type::Bool),
                None => wrong("two values that can be compared"),
            }
        }
        Op::BitAnd | Op::BitOr | Op::BitXor => match (a, b) {
            (Type::Bool, Type::Bool) => Ok((Type::Bool, left, right)),
            (Type::Angle(w), Type::Angle(v)) => both(Type::Angle(w.max(v)), Type::Angle(w.max(v))),
            (Type::Uint(w), Type::Uint(v)) => both(Type::Uint(w.max(v)), Type::Uint(w.max(v))),
            // A whole number beside a bit string is one of its width.
            (Type::Uint(w), Type::Int(_) | Type::Bool) | (Type::Int(_) | Type::Bool, Type::Uint(w)) => {
                both(Type::Uint(w), Type::Uint(w))
            }
            _ if a.is_integer() && b.is_integer() => {
                let ty = common(a, b).unwrap_or(Type::INT);
                both(ty, ty)
            }
            _ => wrong("bits or integers"),
        },
        Op::ShiftLeft | Op::ShiftRight => {
            if !b.is_integer() {
                return wrong("a whole number on the right");
            }
            match a {
                Type::Uint(_) | Type::Angle(_) | Type::Int(_) => Ok((a, left, right.cast(Type::INT)?)),
                Type::Bool => Ok((Type::Uint(1), left.cast(Type::Uint(1))?, right.cast(Type::INT)?)),
                _ => wrong("bits or an integer on the left"),
            }
        }
        Op::Power => match (a, b) {
            _ if a.is_integer() && b.is_integer() && right.as_i64().is_none_or(|power| power >= 0) => {
                let ty = common(a, a).unwrap_or(Type::INT);
                let ty =
                    if right.as_i64().is_none() && is_signed(b) { ty } else { check_width(ty, MAX_WIDTH)? };
                Ok((ty, left.cast(ty)?, right.cast(Type::INT)?))
            }
            (Type::Complex, _) | (_, Type::Complex) => both(Type::Complex, Type::Complex),
            _ => both(Type::FLOAT, Type::FLOAT),
        },
        Op::Remainder => match common(a, b) {
            Some(ty) if ty.is_integer() => {
                let ty = check_width(ty, MAX_WIDTH)?;
                both(ty, ty)
            }
            Some(ty @ Type::Float(_)) => both(ty, ty),
            _ => wrong("numbers"),
        },
        // An angle times or over a whole number stays an angle, over an angle it is a whole number.
        Op::Multiply if matches!(a, Type::Angle(_)) && b.is_integer() => {
            Ok((a, left, right.cast(Type::INT)?))
        }
        Op::Multiply if matches!(b, Type::Angle(_)) && a.is_integer() => {
            Ok((b, right, left.cast(Type::INT)?))
        }
        Op::Divide if matches!(a, Type::Angle(_)) && b.is_integer() => Ok((a, left, right.cast(Type::INT)?)),
        Op::Divide if matches!((a, b), (Type::Angle(_), Type::Angle(_))) => {
            let ty = common(a, b).unwrap_or(a);
            both(ty, Type::Uint(ty.width()))
        }
        Op::Multiply if matches!((a, b), (Type::Angle(_), Type::Angle(_))) => {
            wrong("an angle and a whole number")
        }
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide => match common(a, b) {
            Some(ty) => {
                let ty = check_width(ty, MAX_WIDTH)?;
                both(ty, ty)
            }
            // A whole number beside an angle counts as radians.
            None if matches!(a, Type::Angle(_)) && b.is_integer() => both(a, a),
            None if matches!(b, Type::Angle(_)) && a.is_integer() => both(b, b),
            None => wrong("numbers"),
        },
    }
}

const fn is_signed(ty: Type) -> bool {
    matches!(ty, Type::Int(_))
}

pub(super) fn call(function: Function, arguments: Vec<Expr>) -> Result<(Type, Vec<Expr>), AerError> {
    if arguments.len() != function.arity() {
        return Err(AerError::new(
            ErrorCode::SemanticError,
            format!("`{}` got the wrong number of arguments.", function.name()),
        )
        .found(arguments.len().to_string())
        .expected(function.arity().to_string()));
    }
    let types: Vec<Type> = arguments.iter().map(|argument| argument.ty).collect();
    let wrong = |expected| {
        let found = types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        Err(mismatch(&format!("`{}`", function.name()), found, expected))
    };
    let all = |ty: Type, result: Type| -> Result<(Type, Vec<Expr>), AerError> {
        Ok((result, arguments.iter().map(|a| a.clone().cast(ty)).collect::<Result<_, _>>()?))
    };
    let first = types.first().copied().unwrap_or(Type::FLOAT);
    match function {
        Function::Abs | Function::Sign => match first {
            Type::Complex => all(Type::Complex, Type::FLOAT),
            ty if ty.is_integer() => all(Type::INT, Type::INT),
            _ => all(Type::FLOAT, Type::FLOAT),
        },
        Function::Real | Function::Imag => all(Type::Complex, Type::FLOAT),
        Function::Popcount => match first {
            Type::Bool => all(Type::Uint(1), Type::Uint(1)),
            Type::Uint(_) => all(first, Type::Uint(32)),
            Type::Int(width) => all(Type::Uint(width), Type::Uint(32)),
            _ => wrong("bits"),
        },
        Function::Rotl | Function::Rotr => match (first, types.get(1)) {
            (Type::Uint(_) | Type::Angle(_), Some(by)) if by.is_integer() => {
                let [value, by] =
                    <[Expr; 2]>::try_from(arguments).unwrap_or_else(|_| [Expr::int(0), Expr::int(0)]);
                Ok((first, vec![value, by.cast(Type::INT)?]))
            }
            _ => wrong("bits and a whole number"),
        },
        Function::Mod if types.iter().all(|ty| ty.is_integer()) => {
            let ty = common(first, *types.get(1).unwrap_or(&first)).unwrap_or(Type::INT);
            all(check_width(ty, MAX_WIDTH)?, ty)
        }
        Function::Exp | Function::Sqrt if first == Type::Complex => all(Type::Complex, Type::Complex),
        Function::Pow => {
            let [base, power] =
                <[Expr; 2]>::try_from(arguments).unwrap_or_else(|_| [Expr::int(0), Expr::int(0)]);
            let (ty, base, power) = binary(BinaryOp::Power, base, power)?;
            Ok((ty, vec![base, power]))
        }
        _ => all(Type::FLOAT, Type::FLOAT),
    }
}

pub(super) fn check_cast(from: Type, to: Type) -> Result<(), AerError> {
    check_type(to)?;
    let allowed = match (from, to) {
        (Type::Complex, Type::Complex) => true,
        (Type::Complex, _) | (Type::Angle(_), Type::Complex) => false,
        _ => true,
    };
    if allowed {
        return Ok(());
    }
    Err(AerError::new(ErrorCode::SemanticError, format!("A {from} cannot become a {to}.")))
}

impl UnaryOp {
    /// As `OpenQASM` 3 writes it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Negate => "-",
            Self::BitNot => "~",
            Self::Not => "!",
        }
    }
}
