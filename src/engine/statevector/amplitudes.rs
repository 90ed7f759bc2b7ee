//! The memory of a dense state.

use crate::error::{AerError, ErrorCode};
use crate::linalg::Complex;

/// The `2^n` amplitudes of a state; bit `q` of an index is qubit `q`.
///
/// Real and imaginary parts are apart, so that loops load neighbours without shuffling, and so that 27 qubits
/// fit where an allocation must stay below 2 GiB (wasm32).
#[derive(Debug, PartialEq)]
pub struct Amplitudes {
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Amplitudes {
    /// Bytes of one amplitude.
    pub const BYTES: u64 = 16;

    /// Bytes of `2^num_bits` amplitudes; saturates.
    pub fn required_bytes(num_bits: u32) -> u64 {
        1u64.checked_shl(num_bits).map_or(u64::MAX, |len| len.saturating_mul(Self::BYTES))
    }

    /// The amplitudes of |0…0⟩, `2^num_bits` of them. Where memory is short, fails with
    /// [`ErrorCode::InsufficientMemory`].
    pub fn zero_state(num_bits: u32) -> Result<Self, AerError> {
        let short = || insufficient_memory(Self::required_bytes(num_bits));
        let len = 1usize.checked_shl(num_bits).ok_or_else(short)?;
        let mut amplitudes = Self { re: Vec::new(), im: Vec::new() };
        // Both before either is written: a state that does not fit should not touch a page.
        for part in [&mut amplitudes.re, &mut amplitudes.im] {
            part.try_reserve_exact(len).map_err(|_| short())?;
        }
        amplitudes.re.resize(len, 0.0);
        amplitudes.im.resize(len, 0.0);
        amplitudes.re[0] = 1.0;
        Ok(amplitudes)
    }

    /// Back to |0…0⟩.
    pub fn set_zero_state(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
        self.re[0] = 1.0;
    }

    /// Number of amplitudes.
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.re.len()
    }

    /// Real and imaginary parts.
    pub fn parts(&self) -> (&[f64], &[f64]) {
        (&self.re, &self.im)
    }

    /// Real and imaginary parts, for kernels.
    pub fn parts_mut(&mut self) -> (&mut [f64], &mut [f64]) {
        (&mut self.re, &mut self.im)
    }

    /// Sets the amplitude of an index below [`Amplitudes::len`].
    pub fn set(&mut self, index: usize, amplitude: Complex) {
        (self.re[index], self.im[index]) = (amplitude.re, amplitude.im);
    }

    /// A copy as re, im, re, im, …, in which parts below the threshold are 0. Fails typed where memory is
    /// short.
    pub fn to_interleaved(&self, zero_threshold: f64) -> Result<Vec<f64>, AerError> {
        let chop = |x: &f64| if x.abs() < zero_threshold { 0.0 } else { *x };
        let mut flat = Vec::new();
        let len = self.len().saturating_mul(2);
        flat.try_reserve_exact(len).map_err(|_| insufficient_memory(8 * len as u64))?;
        flat.extend(self.re.iter().zip(&self.im).flat_map(|(x, y)| [chop(x), chop(y)]));
        Ok(flat)
    }
}

/// The error of an allocation that failed.
pub(super) fn insufficient_memory(bytes: u64) -> AerError {
    AerError::new(ErrorCode::InsufficientMemory, "There is not enough memory for the state.")
        .found(format!("a need of {bytes} bytes"))
        .hint("Use fewer qubits: each one less halves the memory.")
}
