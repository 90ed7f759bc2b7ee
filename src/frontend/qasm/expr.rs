//! Formulas of gate parameters.
//!
//! Precedence climbing: `+ -` below `* /` below the signs below `^`, which associates to the right, so
//! `-2^2` is −4, as in Qiskit. A formula comes out in reverse Polish notation; what is constant is folded
//! while it is read, so a formula without parameters is a single number. Several formulas in a row make one
//! list of terms that leaves as many values. Every number on the way must be finite.

use super::cursor::{Cursor, near_hint, quoted};
use super::lex::{Span, TokenKind};
use crate::error::{AerError, ErrorCode};

/// How deep parentheses, signs and powers may nest: keeps the parser's stack small on any input.
pub const MAX_DEPTH: u32 = 256;

/// One term of a formula in reverse Polish notation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Term {
    /// A number.
    Number(f64),
    /// A parameter of the gate that is being defined, by its index.
    Parameter(u32),
    /// A sign change.
    Negate,
    /// A function of the last value.
    Call(Function),
    /// An operator on the last two values.
    Infix(Infix),
}

macro_rules! functions {
    ($($variant:ident $name:literal $apply:path;)*) => {
        /// A function of formulas.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Function {
            /// All names.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// The function of this name.
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            fn apply(self, x: f64) -> f64 {
                match self { $(Self::$variant => $apply(x)),* }
            }
        }
    };
}

functions! {
    Sin "sin" libm::sin;
    Cos "cos" libm::cos;
    Tan "tan" libm::tan;
    Exp "exp" libm::exp;
    Ln "ln" libm::log;
    Sqrt "sqrt" f64::sqrt;
    Asin "asin" libm::asin;
    Acos "acos" libm::acos;
    Atan "atan" libm::atan;
}

macro_rules! infix {
    ($($variant:ident $token:ident $symbol:literal $left:literal $right:literal $apply:expr;)*) => {
        /// An operator between two values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Infix {
            $(#[doc = concat!("`", $symbol, "`")] $variant,)*
        }

        impl Infix {
            /// The operator of a token, and how strongly it binds to the left and to the right.
            fn by_token(token: TokenKind) -> Option<(Self, u8, u8)> {
                match token { $(TokenKind::$token => Some((Self::$variant, $left, $right)),)* _ => None }
            }

            fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol),* }
            }

            fn apply(self, left: f64, right: f64) -> f64 {
                let apply: fn(f64, f64) -> f64 = match self { $(Self::$variant => $apply),* };
                apply(left, right)
            }
        }
    };
}

/// How strongly a sign binds.
const SIGN: u8 = 5;

infix! {
    Add Plus "+" 1 2 |a, b| a + b;
    Subtract Minus "-" 1 2 |a, b| a - b;
    Multiply Star "*" 3 4 |a, b| a * b;
    Divide Slash "/" 3 4 |a, b| a / b;
    Power Caret "^" 8 7 libm::pow;
}

/// Reads one formula and appends its terms. `parameter` gives the index of a name in scope.
pub fn parse(
    cursor: &mut Cursor,
    parameter: &dyn Fn(&str) -> Option<u32>,
    terms: &mut Vec<Term>,
) -> Result<(), AerError> {
    Parser { cursor, parameter, terms, depth: 0 }.formula(0)
}

/// Computes the values of terms and appends them to `values`; the parameters are the values from `arguments`
/// on. The error has no place yet.
pub fn evaluate(terms: &[Term], arguments: usize, values: &mut Vec<f64>) -> Result<(), AerError> {
    // The parser made the terms, so nothing is ever missing; NaN is what would be refused.
    let pop = |values: &mut Vec<f64>| values.pop().unwrap_or(f64::NAN);
    for term in terms {
        let value = match *term {
            Term::Number(number) => number,
            Term::Parameter(index) => values.get(arguments + index as usize).copied().unwrap_or(f64::NAN),
            Term::Negate => -pop(values),
            Term::Call(function) => call(function, pop(values))?,
            Term::Infix(operator) => {
                let right = pop(values);
                infix(operator, pop(values), right)?
            }
        };
        values.push(value);
    }
    Ok(())
}

fn call(function: Function, x: f64) -> Result<f64, AerError> {
    finite(function.apply(x), || format!("{}({x})", function.name()))
}

fn infix(operator: Infix, left: f64, right: f64) -> Result<f64, AerError> {
    if operator == Infix::Divide && right == 0.0 {
        return Err(AerError::new(ErrorCode::InvalidParameter, "Division by zero."));
    }
    finite(operator.apply(left, right), || format!("{left} {} {right}", operator.symbol()))
}

fn finite(value: f64, formula: impl Fn() -> String) -> Result<f64, AerError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(AerError::new(ErrorCode::InvalidParameter, format!("`{}` is not a finite real number.", formula())))
}

/// A decimal integer as OpenQASM 2 writes it: without underscores and leading zeros.
pub fn is_plain_integer(text: &str) -> bool {
    !text.contains('_') && (text == "0" || !text.starts_with('0'))
}

struct Parser<'p, 'a> {
    cursor: &'p mut Cursor<'a>,
    parameter: &'p dyn Fn(&str) -> Option<u32>,
    terms: &'p mut Vec<Term>,
    depth: u32,
}

impl Parser<'_, '_> {
    /// Reads what binds at least as strongly as `weakest`.
    fn formula(&mut self, weakest: u8) -> Result<(), AerError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let span = self.cursor.token().span;
            let error = AerError::new(ErrorCode::SyntaxError, "The formula is nested too deeply.")
                .expected(format!("at most {MAX_DEPTH} levels"));
            return Err(self.cursor.locate(error, span));
        }
        self.operand()?;
        while let Some((operator, left, right)) = Infix::by_token(self.cursor.kind()) {
            if left < weakest {
                break;
            }
            let span = self.cursor.advance().span;
            self.formula(right)?;
            self.push_infix(operator, span)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn operand(&mut self) -> Result<(), AerError> {
        const WANTED: &str = "a number, a parameter, a function or `(`";
        let token = self.cursor.token();
        let text = self.cursor.text();
        match token.kind {
            TokenKind::Plus => {
                self.cursor.advance();
                self.formula(SIGN)
            }
            TokenKind::Minus => {
                self.cursor.advance();
                self.formula(SIGN)?;
                self.push_negation();
                Ok(())
            }
            TokenKind::LeftParenthesis => self.parenthesis(),
            TokenKind::Integer if !is_plain_integer(text) => {
                Err(self.cursor.unexpected("a number without leading zeros or underscores"))
            }
            TokenKind::Integer | TokenKind::Real => {
                // Only an underscore (OpenQASM 3) makes this fail.
                let number: f64 = text.parse().map_err(|_| self.cursor.unexpected("a number"))?;
                let number = finite(number, || text.chars().take(40).collect());
                let number = number.map_err(|e| self.cursor.locate(e, token.span))?;
                self.push_number(number);
                Ok(())
            }
            TokenKind::Identifier => {
                if let Some(index) = (self.parameter)(text) {
                    self.cursor.advance();
                    self.terms.push(Term::Parameter(index));
                    return Ok(());
                }
                if text == "pi" {
                    self.push_number(std::f64::consts::PI);
                    return Ok(());
                }
                let Some(function) = Function::by_name(text) else {
                    return Err(self.unknown_name(text, token.span));
                };
                self.cursor.advance();
                self.parenthesis()?;
                self.push_call(function, token.span)
            }
            _ => Err(self.cursor.unexpected(WANTED)),
        }
    }

    fn parenthesis(&mut self) -> Result<(), AerError> {
        self.cursor.expect(TokenKind::LeftParenthesis, "`(`")?;
        self.formula(0)?;
        self.cursor.expect(TokenKind::RightParenthesis, "an operator or `)`")?;
        Ok(())
    }

    fn push_number(&mut self, number: f64) {
        self.cursor.advance();
        self.terms.push(Term::Number(number));
    }

    // A number at the end of the terms is the whole last operand, so folding looks no further.

    fn push_negation(&mut self) {
        match self.terms.last_mut() {
            Some(Term::Number(x)) => *x = -*x,
            _ => self.terms.push(Term::Negate),
        }
    }

    fn push_call(&mut self, function: Function, span: Span) -> Result<(), AerError> {
        match self.terms.last_mut() {
            Some(Term::Number(x)) => *x = call(function, *x).map_err(|e| self.cursor.locate(e, span))?,
            _ => self.terms.push(Term::Call(function)),
        }
        Ok(())
    }

    fn push_infix(&mut self, operator: Infix, span: Span) -> Result<(), AerError> {
        if let [.., Term::Number(left), Term::Number(right)] = self.terms.as_slice() {
            let value = infix(operator, *left, *right).map_err(|e| self.cursor.locate(e, span))?;
            self.terms.truncate(self.terms.len() - 2);
            self.terms.push(Term::Number(value));
        } else {
            self.terms.push(Term::Infix(operator));
        }
        Ok(())
    }

    fn unknown_name(&self, name: &str, span: Span) -> AerError {
        let message = format!("{} is no parameter, constant or function here.", quoted(name));
        let error = self.cursor.error(ErrorCode::SemanticError, span, message);
        near_hint(error, name, Function::NAMES.iter().copied().chain(["pi"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(source: &str) -> Result<f64, AerError> {
        let mut terms = Vec::new();
        parse(&mut Cursor::new(source), &|_| None, &mut terms)?;
        assert_eq!(terms.len(), 1, "not folded: {terms:?}");
        let mut values = Vec::new();
        evaluate(&terms, 0, &mut values)?;
        Ok(values[0])
    }

    /// Values as Qiskit 2.6 gives them for `rx(...)`, and by hand.
    #[test]
    fn values_as_qiskit_gives_them() {
        use std::f64::consts::PI;
        for (source, expected) in [
            ("-2^2", -4.0),
            ("2^3^2", 512.0),
            ("2^-1", 0.5),
            ("2^-1*4", 2.0),
            ("1-2-3/2/2*-3+ +1", 2.25),
            ("--1", 1.0),
            ("-(1+2)*3", -9.0),
            ("8/4/2", 1.0),
            ("pi/2", PI / 2.0),
            ("3*pi", 3.0 * PI),
            ("sin(pi/2)+cos(0)", 2.0),
            ("ln(exp(2))", 2.0),
            ("sqrt(16)^2", 16.0),
            ("tan(0)", 0.0),
            ("asin(0.5)", PI / 6.0),
            ("acos(1)+atan(0)", 0.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1.e3", 1000.0),
            ("1.5E+3", 1500.0),
            ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
        ] {
            let found = value(source).unwrap();
            assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{source}: {found}");
        }
    }

    #[test]
    fn what_is_not_finite_is_refused_where_it_stands() {
        for (source, column) in [
            ("1/0", 2),
            ("1 + 2/(1-1)", 6),
            ("ln(0)", 1),
            ("2*sqrt(-1)", 3),
            ("asin(2)", 1),
            ("0^-1", 2),
            ("(-8)^(1/3)", 5),
            ("1e400", 1),
            ("exp(1000)", 1),
            ("1e300*1e300", 6),
        ] {
            let error = value(source).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidParameter, "{source}");
            assert_eq!(error.place.column, Some(column), "{source}");
        }
    }

    #[test]
    fn syntax_errors_tell_their_column() {
        for (source, code, column) in [
            ("", ErrorCode::SyntaxError, 1),
            ("1+", ErrorCode::SyntaxError, 3),
            ("(1", ErrorCode::SyntaxError, 3),
            ("sin 1", ErrorCode::SyntaxError, 5),
            ("007", ErrorCode::SyntaxError, 1),
            ("1_0", ErrorCode::SyntaxError, 1),
            ("1_0.5", ErrorCode::SyntaxError, 1),
            ("2*x", ErrorCode::SemanticError, 3),
            ("1ab", ErrorCode::SyntaxError, 1),
            ("0x10", ErrorCode::SyntaxError, 1),
        ] {
            let error = value(source).unwrap_err();
            assert_eq!((error.code, error.place.column), (code, Some(column)), "{source}");
        }
    }

    #[test]
    fn depth_is_bounded_and_length_is_not() {
        for deep in ["(".repeat(100_000), "-".repeat(100_000), "2^".repeat(100_000), "sin(".repeat(100_000)] {
            assert_eq!(value(&deep).unwrap_err().code, ErrorCode::SyntaxError);
        }
        assert_eq!(value(&format!("{}1{}", "(".repeat(200), ")".repeat(200))), Ok(1.0));
        assert_eq!(value(&format!("0{}", "+1".repeat(100_000))), Ok(100_000.0));
    }

    #[test]
    fn parameters_stay_until_they_are_known() {
        let mut terms = Vec::new();
        let scope = |name: &str| ["a", "b"].iter().position(|known| *known == name).map(|i| i as u32);
        parse(&mut Cursor::new("(a+2*3)/-sin(b)"), &scope, &mut terms).unwrap();
        let mut values = vec![9.0, 1.0, 0.5];
        evaluate(&terms, 1, &mut values).unwrap();
        assert_eq!(values[..3], [9.0, 1.0, 0.5]);
        assert!((values[3] - -7.0 / 0.5f64.sin()).abs() < 1e-15);
        values[2] = 0.0;
        assert_eq!(evaluate(&terms, 1, &mut values).unwrap_err().code, ErrorCode::InvalidParameter);
    }
}
