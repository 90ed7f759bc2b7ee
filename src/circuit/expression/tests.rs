use super::*;

fn int(value: i64) -> Expr {
    Expr::int(value)
}

fn uint(value: u64, width: u32) -> Expr {
    Expr::uint(Bits::from_u64(value), width)
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::binary(op, left, right).unwrap()
}

/// Values by hand, and by C99 where it has them.
#[test]
fn constants_are_folded_by_the_rules_of_c99() {
    use BinaryOp as Op;
    for (expression, expected) in [
        (binary(Op::Divide, int(-7), int(2)), int(-3)),
        (binary(Op::Remainder, int(-7), int(2)), int(-1)),
        (binary(Op::Divide, int(1), Expr::float(2.0)), Expr::float(0.5)),
        (binary(Op::Add, uint(250, 8), uint(10, 8)), uint(4, 8)),
        (binary(Op::Subtract, uint(1, 8), uint(2, 8)), uint(255, 8)),
        (binary(Op::Power, int(2), int(10)), int(1024)),
        (binary(Op::Power, int(2), int(-1)), Expr::float(0.5)),
        (binary(Op::ShiftLeft, uint(0b1011, 4), int(1)), uint(0b0110, 4)),
        (binary(Op::ShiftRight, int(-8), int(1)), int(-4)),
        (binary(Op::Less, int(-1), uint(1, 8)), Expr::bool(true)),
        (binary(Op::Equal, uint(3, 2), int(3)), Expr::bool(true)),
        (binary(Op::And, int(2), Expr::bool(true)), Expr::bool(true)),
        (Expr::unary(UnaryOp::BitNot, uint(0b0101, 4)).unwrap(), uint(0b1010, 4)),
        (Expr::unary(UnaryOp::Negate, int(5)).unwrap(), int(-5)),
        (Expr::call(Function::Rotl, vec![uint(0b1001, 4), int(1)]).unwrap(), uint(0b0011, 4)),
        (Expr::call(Function::Rotr, vec![uint(0b1001, 4), int(1)]).unwrap(), uint(0b1100, 4)),
        (Expr::call(Function::Popcount, vec![uint(0b1011, 4)]).unwrap(), uint(3, 32)),
        (int(300).cast(Type::Uint(8)).unwrap(), uint(44, 8)),
        (int(-1).cast(Type::Int(8)).unwrap().cast(Type::INT).unwrap(), int(-1)),
        (Expr::float(-2.7).cast(Type::INT).unwrap(), int(-2)),
    ] {
        assert_eq!(expression, expected);
    }
}

#[test]
fn angles_wrap_around_and_keep_their_bits() {
    use std::f64::consts::PI;
    let angle = |radians: f64, width| Expr::float(radians).cast(Type::Angle(width)).unwrap();
    assert_eq!(angle(PI, 4).value(), Some(&Value::Uint(Bits::from_u64(8))));
    assert_eq!(angle(-PI / 2.0, 4).value(), Some(&Value::Uint(Bits::from_u64(12))));
    assert_eq!(angle(2.0 * PI, 4).as_f64(), Some(0.0));
    let sum = binary(BinaryOp::Add, angle(PI, 64), angle(1.5 * PI, 64));
    assert!((sum.as_f64().unwrap() - PI / 2.0).abs() < 1e-15);
    let half = binary(BinaryOp::Divide, angle(PI, 64), int(2));
    assert!((half.as_f64().unwrap() - PI / 2.0).abs() < 1e-15);
    assert_eq!(binary(BinaryOp::Divide, angle(PI, 8), angle(PI / 4.0, 8)), uint(4, 8));
}

#[test]
fn the_register_is_read_by_type_and_index() {
    let mut register = Bits::zeros(200);
    register.write(3, 8, &Bits::from_u64(0xA5));
    let byte = Expr::read(Slot::new(3, Type::Uint(8)));
    assert_eq!(byte.evaluate(&register), Ok(Value::Uint(Bits::from_u64(0xA5))));
    let signed = Expr::read(Slot::new(3, Type::Int(8)));
    assert_eq!(signed.evaluate(&register), Ok(Value::Int(0xA5 - 256)));
    let nth = |element: i64| {
        let element = binary(BinaryOp::Add, int(element), Expr::read(Slot::new(150, Type::Bool)));
        let index = Some(Box::new(SlotIndex { element, count: 8, stride: 1 }));
        Expr::read(Slot { first: 3, ty: Type::Bool, index }).evaluate(&register)
    };
    assert_eq!(nth(0), Ok(Value::Bool(true)));
    assert_eq!(nth(1), Ok(Value::Bool(false)));
    assert_eq!(nth(-1), Ok(Value::Bool(true)));
    assert_eq!(nth(8).unwrap_err().code, ErrorCode::ClbitOutOfRange);
    assert_eq!(byte.end(), 11);
}

#[test]
fn every_value_survives_its_bits() {
    for (value, ty) in [
        (Value::Bool(true), Type::Bool),
        (Value::Int(-3), Type::Int(7)),
        (Value::Uint(Bits::from_hex("0x123456789abcdef0123456789").unwrap()), Type::Uint(100)),
        (Value::Float(-0.1), Type::FLOAT),
        (Value::Float(0.5), Type::Float(32)),
        (Value::Complex(0.1, -7.5), Type::Complex),
    ] {
        assert_eq!(evaluate::from_bits(&evaluate::to_bits(&value, ty), ty), value);
        let text = serde_json::to_string(&Expr::constant(value.clone(), ty)).unwrap();
        let read: Expr = serde_json::from_str(&text).unwrap();
        assert_eq!(read, Expr::constant(value, ty), "{text}");
    }
}

#[test]
fn parameters_are_bound_and_then_folded() {
    let theta = Expr::parameter("theta");
    let half = binary(BinaryOp::Divide, theta.clone(), int(2));
    let sum = binary(BinaryOp::Add, half, Expr::parameter("phi"));
    assert_eq!(sum.parameters(), ["theta", "phi"]);
    let partly = sum.substitute(&|name| (name == "theta").then(|| Expr::float(3.0))).unwrap();
    assert_eq!(partly.parameters(), ["phi"]);
    let bound = partly.substitute(&|_| Some(Expr::float(1.0))).unwrap();
    assert_eq!(bound.as_f64(), Some(2.5));
    assert!(sum.evaluate(&Bits::default()).is_err());
}

#[test]
fn what_has_no_value_is_an_error() {
    use BinaryOp as Op;
    for (op, left, right) in [
        (Op::Divide, int(1), int(0)),
        (Op::Remainder, int(1), int(0)),
        (Op::Divide, Expr::float(1.0), int(0)),
        (Op::Multiply, Expr::float(1e300), Expr::float(1e300)),
        (Op::ShiftLeft, uint(1, 4), int(-1)),
        (Op::Less, Expr::constant(Value::Complex(0.0, 1.0), Type::Complex), int(1)),
        (Op::BitAnd, Expr::float(1.0), int(1)),
    ] {
        assert!(Expr::binary(op, left.clone(), right.clone()).is_err(), "{left:?} {op:?} {right:?}");
    }
    assert!(Expr::call(Function::Sqrt, vec![int(-1)]).is_err());
    assert!(Expr::call(Function::Sin, vec![]).is_err());
    assert!(int(1).cast(Type::Int(65)).is_err());
    let mut deep = Expr::parameter("x");
    let deepened = (0..1000).try_for_each(|_| {
        deep = Expr::unary(UnaryOp::Negate, deep.clone())?;
        Ok::<_, AerError>(())
    });
    assert!(deepened.is_err());
    let mut large = Expr::parameter("x");
    let doubled = (0..100).try_for_each(|_| {
        large = Expr::binary(Op::Add, large.clone(), large.clone())?;
        Ok::<_, AerError>(())
    });
    assert!(doubled.is_err_and(|error| error.message.contains("too large")));
}
