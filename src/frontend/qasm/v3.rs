//! OpenQASM 3 (arXiv:2104.14722; the live specification at version 3.1).
//!
//! [`parse`] turns the text into the tree of [`syntax`], one statement of the top level at a time, and goes on
//! behind an error so that several are told at once. [`analyse`] is the rest: it gives names their meaning,
//! checks types and *executes what is known*: constants, classical variables that no measurement has touched,
//! loops over known ranges, subroutine calls. What depends on a measurement becomes classical expressions,
//! stores and control flow of the [`Circuit`]. So a program without feedback comes out as a plain list of
//! gates, and one with feedback runs without an interpreter.
//!
//! A classical variable is *known* (its value stands in the analyser) or *stored* (it stands in the register).
//! Before a block that runs only if something measured says so, or again and again, every variable that the
//! block assigns becomes stored, and stays so.

mod analyse;
mod parse;
pub mod syntax;
pub mod write;

use crate::circuit::{Circuit, Gate};
use crate::error::AerError;
use crate::frontend::LoadOptions;

/// Gates that `stdgates.inc` also has by a second name.
const OLD_NAMES: [(&str, Gate); 2] = [("phase", Gate::P), ("cphase", Gate::Cp)];

/// Reads a program.
pub fn load(source: &str, options: LoadOptions) -> Result<Circuit, AerError> {
    analyse::circuit(source, options)
}
