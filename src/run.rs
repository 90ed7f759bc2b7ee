//! Running circuits: options, choice of method, plan, and the resumable [`Run`].
//!
//! A [`Run`] owns its circuits, the engine of the current one, a cursor and the results so far. It is driven
//! by [`Run::step`] with a budget of work (amplitudes touched), so the caller decides how often it looks up:
//! the worker between slices, a native test never. The unit of interruption is one operation.

pub mod capabilities;
mod execution;
mod frames;
pub mod options;
mod parallel;
pub mod part;
pub mod plan;
pub mod result;
mod saved;
mod select;
pub mod step;
mod tally;

pub use crate::engine::Threads;
pub use options::RunOptions;
pub use part::{Part, Place, Shots};
pub use result::{Counts, ExperimentData, ExperimentResult, SavedData, Summary};
pub use step::{Progress, ProgressUnit, Run, Step};
