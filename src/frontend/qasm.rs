//! OpenQASM text.
//!
//! [`lex`] cuts the text into tokens with spans, for versions 2 and 3 alike; [`cursor`] looks one token ahead
//! and words the errors, to which [`diagnostic`] gives line, column and snippet; [`expr`] reads formulas;
//! [`v2`] reads the statements of OpenQASM 2 and lowers them to a [`Circuit`] as it goes, without a tree.

pub mod cursor;
pub mod diagnostic;
pub mod expr;
pub mod lex;
pub mod v2;
pub mod v3;

use crate::circuit::Circuit;
use crate::error::AerError;
use crate::frontend::LoadOptions;

/// The major version that the text declares, if it declares one. Looks at the first two tokens only.
pub fn version(text: &str) -> Option<u32> {
    let mut lexer = lex::Lexer::new(text);
    let (keyword, number) = (lexer.next_token(), lexer.next_token());
    if keyword.span.text(text) != "OPENQASM" {
        return None;
    }
    matches!(number.kind, lex::TokenKind::Integer | lex::TokenKind::Real)
        .then(|| number.span.text(text).split('.').next()?.parse().ok())?
}

/// Whether the first statement that only one version has is one of OpenQASM 3, where the version line may be
/// missing.
pub fn shows_version_3(text: &str) -> bool {
    let mut lexer = lex::Lexer::new(text);
    let mut begins = true;
    loop {
        let token = lexer.next_token();
        let word = token.span.text(text);
        match token.kind {
            lex::TokenKind::End => return false,
            lex::TokenKind::Text if word == "\"qelib1.inc\"" => return false,
            lex::TokenKind::Text | lex::TokenKind::HardwareQubit | lex::TokenKind::At => return true,
            lex::TokenKind::Identifier if !word.is_ascii() => return true,
            lex::TokenKind::Identifier if begins => match word {
                "qreg" | "creg" | "opaque" => return false,
                _ if VERSION_3.contains(&word) => return true,
                _ => {}
            },
            _ => {}
        }
        begins = matches!(
            token.kind,
            lex::TokenKind::Semicolon | lex::TokenKind::LeftBrace | lex::TokenKind::RightBrace
        );
    }
}

/// First words of statements that OpenQASM 2 does not have.
const VERSION_3: [&str; 27] = [
    "angle",
    "array",
    "bit",
    "bool",
    "box",
    "cal",
    "complex",
    "const",
    "ctrl",
    "def",
    "defcal",
    "defcalgrammar",
    "delay",
    "duration",
    "extern",
    "float",
    "for",
    "gphase",
    "input",
    "int",
    "let",
    "negctrl",
    "output",
    "qubit",
    "stretch",
    "uint",
    "while",
];

/// Reads OpenQASM 2 (arXiv:1707.03429, and what Qiskit accepts beyond it; see [`v2`]).
pub fn load_v2_with(text: &str, options: LoadOptions) -> Result<Circuit, AerError> {
    v2::load(text, options)
}

/// Reads OpenQASM 3 (arXiv:2104.14722 and the live specification at version 3.1; see [`v3`]).
pub fn load_v3_with(text: &str, options: LoadOptions) -> Result<Circuit, AerError> {
    v3::load(text, options)
}

pub use v2::write::write as to_qasm2;
pub use v3::write::write as to_qasm3;

/// Reads OpenQASM 2 that needs nothing else.
pub fn load_v2(text: &str) -> Result<Circuit, AerError> {
    load_v2_with(text, LoadOptions::default())
}

/// Reads OpenQASM 3 that needs nothing else.
pub fn load_v3(text: &str) -> Result<Circuit, AerError> {
    load_v3_with(text, LoadOptions::default())
}

#[cfg(test)]
mod tests;
