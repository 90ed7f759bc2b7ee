//! Structured control flow, as Qiskit and OpenQASM 3 have it. A circuit holds it as blocks of instructions, so
//! that it can be drawn and written; [`lower`](super::lower) turns it into jumps before it runs.
//!
//! The instructions of a block use the qubits and bits of the whole circuit. The qubits of the control-flow
//! instruction itself are those that its blocks touch, ascending.

use super::Instruction;
use super::expression::Expr;
use crate::error::{AerError, ErrorCode};

/// Instructions in order.
pub type Block = Vec<Instruction>;

/// Deepest nesting of blocks.
pub const MAX_DEPTH: u32 = 256;

/// The error of blocks that are nested too deeply.
pub fn too_deep() -> AerError {
    AerError::new(ErrorCode::SemanticError, "Blocks are nested too deeply.")
        .expected(format!("at most {MAX_DEPTH} levels"))
}

/// The error of a `break` or `continue` that leaves more loops than there are.
pub fn outside_loop(flow: &ControlFlow, outer: u32, loops: u32) -> AerError {
    let message = format!("\"{}\" stands outside the loop that it is for.", flow.name());
    AerError::new(ErrorCode::SemanticError, message)
        .found(format!("{loops} loops around it"))
        .expected(format!("more than {outer}"))
}

/// Blocks and what leaves them.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlFlow {
    /// One of two blocks.
    IfElse {
        /// A truth value.
        condition: Expr,
        /// Where it is true.
        then: Block,
        /// Where it is false; may be empty.
        otherwise: Block,
    },
    /// A block again and again while the condition holds.
    While {
        /// A truth value, computed anew each time.
        condition: Expr,
        /// The block.
        body: Block,
    },
    /// A block for each of some values.
    For {
        /// The named parameter of the block that has the value, if any.
        parameter: Option<Box<str>>,
        /// The values in order.
        values: Vec<i64>,
        /// The block.
        body: Block,
    },
    /// The first case that has the value, or the default.
    Switch {
        /// An integer.
        target: Expr,
        /// Values and their block.
        cases: Vec<(Vec<i64>, Block)>,
        /// Where no case has the value; may be empty.
        default: Block,
    },
    /// Blocks one after the other; `Continue` goes to the next, `Break` behind the last. This is a loop whose
    /// rounds are known but differ, and with one block the body of a subroutine.
    Sequence(Vec<Block>),
    /// Leaves the innermost `While`, `For` or `Sequence`; with `outer` that many further ones as well.
    Break {
        /// How many enclosing ones besides the innermost.
        outer: u32,
    },
    /// Goes to the next round of the innermost `While`, `For` or `Sequence`, after leaving `outer` others.
    Continue {
        /// How many are left before.
        outer: u32,
    },
    /// Ends the shot.
    End,
}

impl ControlFlow {
    /// Qiskit's name of the instruction.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::IfElse { .. } => "if_else",
            Self::While { .. } => "while_loop",
            Self::For { .. } => "for_loop",
            Self::Switch { .. } => "switch_case",
            Self::Sequence(_) => "sequence",
            Self::Break { .. } => "break_loop",
            Self::Continue { .. } => "continue_loop",
            Self::End => "end",
        }
    }

    /// Its blocks, in order.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Self::IfElse { then, otherwise, .. } => vec![then, otherwise],
            Self::While { body, .. } | Self::For { body, .. } => vec![body],
            Self::Switch { cases, default, .. } => {
                cases.iter().map(|(_, block)| block).chain([default]).collect()
            }
            Self::Sequence(blocks) => blocks.iter().collect(),
            Self::Break { .. } | Self::Continue { .. } | Self::End => vec![],
        }
    }

    /// Its blocks, in order, to change.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Self::IfElse { then, otherwise, .. } => vec![then, otherwise],
            Self::While { body, .. } | Self::For { body, .. } => vec![body],
            Self::Switch { cases, default, .. } => {
                cases.iter_mut().map(|(_, block)| block).chain([default]).collect()
            }
            Self::Sequence(blocks) => blocks.iter_mut().collect(),
            Self::Break { .. } | Self::Continue { .. } | Self::End => vec![],
        }
    }
}
