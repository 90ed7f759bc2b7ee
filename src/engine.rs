//! Engines: the state of one simulation method behind one trait.
//!
//! An engine knows quantum operations only. Classical bits, conditions, shots and results belong to
//! [`crate::run`]. To add a method: a file here, a row in [`methods!`], and its [`Capabilities`].

pub mod gather;
pub mod statevector;

use crate::circuit::{Bits, Operation, Qubit};
use crate::error::AerError;
pub use crate::kernel::threads::Threads;
use crate::rng::ShotRng;
use std::ops::Range;

/// Defines [`Method`]: one row per simulation method.
macro_rules! methods {
    ($($variant:ident = $name:literal : $doc:literal;)*) => {
        /// A simulation method.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Method { $(#[doc = $doc] $variant,)* }

        impl Method {
            /// Every method that can run, in Aer's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Aer's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// One sentence.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc),* }
            }
        }
    };
}

methods! {
    Statevector = "statevector": "Dense amplitudes of a pure state: 16 bytes times 2^n.";
}

/// Outcomes of shots, as words of bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Words of one outcome: bit `i` of it is bit `i % 64` of word `i / 64`.
    pub words_per_shot: usize,
    /// The outcomes, shot by shot.
    pub words: Vec<u64>,
}

impl Outcomes {
    /// Zeros for so many shots of so many bits.
    pub fn zeros(num_bits: usize, shots: usize) -> Self {
        let words_per_shot = num_bits.div_ceil(64).max(1);
        Self { words_per_shot, words: vec![0; words_per_shot * shots] }
    }

    /// Bit `bit` of the outcome of the `index`-th shot.
    pub fn get(&self, index: usize, bit: u32) -> bool {
        let word = self.words.get(index * self.words_per_shot + bit as usize / 64);
        word.is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Number of shots.
    pub fn len(&self) -> usize {
        self.words.len() / self.words_per_shot.max(1)
    }

    /// Whether there are no shots.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds a shot: its words, or as many as there is place for; those that lack are 0.
    pub fn push(&mut self, words: &[u64]) {
        let words = words.iter().copied().chain(std::iter::repeat(0));
        self.words.extend(words.take(self.words_per_shot));
    }

    /// The outcomes, shot by shot.
    pub fn iter(&self) -> impl Iterator<Item = Bits> {
        self.words.chunks_exact(self.words_per_shot.max(1)).map(Bits::from_words)
    }
}

/// How finely amplitudes are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// 64-bit numbers.
    #[default]
    Double,
    /// 32-bit numbers: half the memory.
    Single,
}

/// Least number of qubits of a state on which several threads work: below, telling them takes longer.
pub const SHARED_BITS: u32 = 18;

/// What an engine is told when it is made.
#[derive(Clone, Copy, Debug)]
pub struct EngineConfig {
    /// Amplitudes and probabilities below this become 0 when saved.
    pub zero_threshold: f64,
}

/// A value that a save instruction took.
#[derive(Clone, Debug, PartialEq)]
pub enum SavedValue {
    /// A real number.
    Real(f64),
    /// Real numbers.
    RealVector(Vec<f64>),
    /// Complex numbers, interleaved re, im.
    ComplexVector(Vec<f64>),
    /// Real numbers by hexadecimal basis state.
    RealDict(Vec<(String, f64)>),
    /// Complex numbers by hexadecimal basis state: key, real and imaginary part.
    ComplexDict(Vec<(String, f64, f64)>),
    /// Anything else, as JSON.
    Json(serde_json::Value),
    /// A complex matrix: number of columns, and entries row by row, interleaved re, im.
    ComplexMatrix {
        /// Number of columns.
        columns: usize,
        /// Entries, row by row, interleaved.
        entries: Vec<f64>,
    },
}

/// The state of one simulation method.
pub trait Engine: Sized {
    /// Which method this is.
    const METHOD: Method;

    /// Whether the engine can run the operation.
    fn supports(operation: &Operation) -> bool;

    /// Bytes that a state of `num_qubits` takes; saturates.
    fn required_bytes(num_qubits: u32) -> u64;

    /// The state |0…0⟩. Fails typed where memory is short; never traps.
    fn new(num_qubits: u32, config: EngineConfig) -> Result<Self, AerError>;

    /// Back to |0…0⟩ without new memory.
    fn reset_to_zero(&mut self);

    /// A copy of the state to go back to, if one is cheaper than making the state again. Nothing is put off.
    fn snapshot(&self) -> Option<Self> {
        None
    }

    /// Back to the state of a snapshot; gives the work it was.
    fn restore(&mut self, _snapshot: &Self) -> u64 {
        0
    }

    /// Multiplies the state by `e^{i phase}`.
    fn apply_global_phase(&mut self, phase: f64);

    /// Amplitudes that applying the operation will touch: the measure of work, for slices and progress.
    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64;

    /// Applies a gate, a matrix, a reset, an initialisation: everything but measure, save and classical steps.
    /// The operation is valid (`circuit::validate`) and supported.
    ///
    /// An engine may put it off, to fuse it with what follows: see [`Engine::pending`].
    fn apply(&mut self, operation: &Operation, qubits: &[Qubit], rng: &mut ShotRng) -> Result<(), AerError>;

    /// Number of operations that were put off. Only [`Engine::apply`] may be called before they are done.
    fn pending(&self) -> u64 {
        0
    }

    /// Whether what was put off must be done before the operation, a measurement or a save included.
    fn must_advance(&self, _operation: &Operation, _qubits: &[Qubit]) -> bool {
        self.pending() > 0
    }

    /// Does about `budget` of the work that was put off; gives the work it was.
    fn advance(&mut self, _budget: u64) -> Result<u64, AerError> {
        Ok(0)
    }

    /// Lends threads to the engine. Results are the same, bit by bit, for any number of them.
    fn lend_threads(&mut self, _threads: Threads) {}

    /// The most threads that have worked on the state at a time.
    fn threads_used(&self) -> u32 {
        1
    }

    /// Measures qubits, collapses the state and gives the outcome: bit `i` is `qubits[i]`.
    fn measure(&mut self, qubits: &[Qubit], rng: &mut ShotRng) -> Result<Bits, AerError>;

    /// Does about `budget` of the work that drawing from this state takes once, whatever is drawn; gives the work
    /// it was, and 0 when nothing is left. [`Engine::sample_measure`] does by itself what was not done.
    fn prepare_sampling(&mut self, _budget: u64) -> u64 {
        0
    }

    /// Draws outcomes for shots of one state without collapse. Bit `i` of an outcome is `qubits[i]`. The outcome
    /// of a shot depends on the state, the seed and the shot alone ([`crate::rng::DrawRng`]), however shots are divided.
    fn sample_measure(&mut self, qubits: &[Qubit], seed: u64, shots: Range<u64>) -> Outcomes;

    /// The value that a save instruction asks for.
    fn save(
        &self,
        save: &crate::circuit::operation::SaveKind,
        qubits: &[Qubit],
    ) -> Result<SavedValue, AerError>;
}
