//! Circuits as text, in the style of Qiskit's `draw('text')`.

use crate::circuit::Circuit;

/// How a drawing is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawOptions {
    /// Columns after which the drawing goes on below; `None` never.
    pub fold: Option<usize>,
    /// Whether the last qubit stands on top.
    pub reverse_bits: bool,
    /// Whether barriers are drawn.
    pub plot_barriers: bool,
    /// Whether each classical register is one line.
    pub cregbundle: bool,
}

impl Default for DrawOptions {
    fn default() -> Self {
        Self { fold: Some(100), reverse_bits: false, plot_barriers: true, cregbundle: true }
    }
}

/// The drawing, lines separated by `\n`.
pub fn text(circuit: &Circuit, _options: DrawOptions) -> String {
    circuit.name.clone()
}
