//! Checks of expressions that may come from a text, and not from the constructors.

use super::{Expr, ExprKind, MAX_DEPTH, Slot, SlotIndex, Type, Value, types};
use crate::error::{AerError, ErrorCode};

fn invalid(message: &str) -> AerError {
    AerError::new(ErrorCode::SemanticError, message)
}

/// The expression as the constructors make it, for a register of `num_register_bits`.
pub(super) fn rebuild(expression: &Expr, num_register_bits: u32, depth: u32) -> Result<Expr, AerError> {
    if depth >= MAX_DEPTH {
        return Err(types::too_deep());
    }
    let ty = expression.ty;
    ty.check()?;
    let again = |operand: &Expr| rebuild(operand, num_register_bits, depth + 1);
    let rebuilt = match &expression.kind {
        ExprKind::Constant(value) => constant(value, ty)?,
        ExprKind::Read(slot) => Expr::read(rebuild_slot(slot, num_register_bits, depth)?),
        ExprKind::Parameter(name) if name.is_empty() => return Err(invalid("A parameter has no name.")),
        ExprKind::Parameter(name) => Expr::parameter(name),
        ExprKind::Unary(op, operand) => Expr::unary(*op, again(operand)?)?,
        ExprKind::Binary(op, operands) => Expr::binary(*op, again(&operands.0)?, again(&operands.1)?)?,
        ExprKind::Call(function, arguments) => {
            Expr::call(*function, arguments.iter().map(again).collect::<Result<_, _>>()?)?
        }
        ExprKind::Cast(operand) => again(operand)?.cast(ty)?,
    };
    if rebuilt.ty == ty {
        return Ok(rebuilt);
    }
    Err(invalid("An expression does not have the type that it claims.")
        .found(ty.to_string())
        .expected(rebuilt.ty.to_string()))
}

/// A value that its type can have: it survives the way into the register and back.
fn constant(value: &Value, ty: Type) -> Result<Expr, AerError> {
    let fits = match (value, ty) {
        (Value::Bool(_), Type::Bool) => true,
        (Value::Uint(bits), Type::Uint(width) | Type::Angle(width)) => {
            bits.highest().is_none_or(|top| top < width)
        }
        (Value::Int(_), Type::Int(_))
        | (Value::Float(_), Type::Float(_))
        | (Value::Complex(..), Type::Complex) => Value::from_bits(&value.to_bits(ty), ty) == *value,
        _ => false,
    };
    let finite = match value {
        Value::Float(value) => value.is_finite(),
        Value::Complex(re, im) => re.is_finite() && im.is_finite(),
        _ => true,
    };
    if fits && finite {
        return Ok(Expr::constant(value.clone(), ty));
    }
    Err(invalid("A constant does not fit its type.").found(value.to_string()).expected(ty.to_string()))
}

pub(super) fn rebuild_slot(slot: &Slot, num_register_bits: u32, depth: u32) -> Result<Slot, AerError> {
    slot.ty.check()?;
    if slot.range_end() > num_register_bits {
        return Err(AerError::new(
            ErrorCode::ClbitOutOfRange,
            "A classical value lies outside the register.",
        )
        .found(format!("bits up to {}", slot.range_end()))
        .expected(format!("at most {num_register_bits} register bits")));
    }
    let Some(index) = &slot.index else { return Ok(slot.clone()) };
    let element = rebuild(&index.element, num_register_bits, depth + 1)?;
    if !element.ty.is_integer() || index.count == 0 {
        return Err(invalid("A place in the register has no valid index.")
            .found(format!("{} of {}", element.ty, index.count))
            .expected("an integer, and elements"));
    }
    Ok(Slot { index: Some(Box::new(SlotIndex { element, ..(**index).clone() })), ..slot.clone() })
}
