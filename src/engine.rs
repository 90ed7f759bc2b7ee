//! Engines: the state of one simulation method behind one trait.
//!
//! An engine knows quantum operations only. Classical bits, conditions, shots and results belong to
//! [`crate::run`]. To add a method: a file here, a row in [`methods!`], and its [`Capabilities`].

mod dense;
pub mod density_matrix;
pub mod drawn;
pub mod extended_stabilizer;
pub mod gather;
pub mod matrix_product_state;
mod operator;
pub mod saved;
pub mod stabilizer;
pub mod statevector;
pub mod superop;
pub mod unitary;

use std::any::Any;

use serde_json::{Map, Value};

use crate::circuit::operation::SaveKind;
use crate::circuit::{Bits, Circuit, Instruction, Operation, Qubit};
use crate::error::{AerError, ErrorCode};
pub use crate::kernel::threads::Threads;
use crate::linalg::{Complex, Matrix};
use crate::rng::Draws;

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
    DensityMatrix = "density_matrix": "A mixed state, with noise as channels: 8 bytes times 4^n.";
    Stabilizer = "stabilizer": "A Clifford tableau: n^2 / 2 bytes, so 10,000 qubits are 50 MB.";
    MatrixProductState = "matrix_product_state": "A tensor for each qubit: 32 bytes times the square of the bond dimension each.";
    ExtendedStabilizer = "extended_stabilizer": "Clifford gates and a few others: 16 bytes times 2^t for t T gates, or a sampled sum of stabilizer states.";
    Unitary = "unitary": "The unitary matrix of a circuit: 16 bytes times 4^n.";
    Superop = "superop": "The superoperator of a circuit, noise included: 16 bytes times 16^n.";
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

    /// The outcome of the `index`-th shot.
    pub fn row(&self, index: usize) -> Bits {
        let (from, count) = (index * self.words_per_shot, self.words_per_shot);
        Bits::from_words(self.words.get(from..from + count).unwrap_or_default())
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

    /// Sets bits in the `word`-th word of each shot.
    #[inline(never)]
    pub fn set(&mut self, word: usize, bits: impl IntoIterator<Item = u64>) {
        let shots = self.words.chunks_exact_mut(self.words_per_shot.max(1));
        shots.filter_map(|shot| shot.get_mut(word)).zip(bits).for_each(|(word, bits)| *word |= bits);
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

/// What an engine is told when it is made: options, and what there is.
#[derive(Clone, Debug, PartialEq)]
pub struct EngineConfig {
    /// Amplitudes and probabilities below this become 0 when saved.
    pub zero_threshold: f64,
    /// The same for what a matrix product state saves.
    pub chop_threshold: f64,
    /// Bytes that a state may take; `None` for no limit. What is known beforehand was checked against it
    /// ([`Engine::required_bytes`]); a state that grows while it runs checks as it grows.
    pub memory_limit_bytes: Option<u64>,
    /// Most qubits of probabilities that a stabilizer state saves.
    pub stabilizer_max_snapshot_probabilities: u64,
    /// Options of the matrix product state.
    pub mps: MpsConfig,
    /// Options of the extended stabilizer.
    pub extended_stabilizer: ExtendedStabilizerConfig,
}

/// Options of the matrix product state.
#[derive(Clone, Debug, PartialEq)]
pub struct MpsConfig {
    /// Squared Schmidt coefficients whose sum may be discarded at each decomposition.
    pub truncation_threshold: f64,
    /// Most Schmidt coefficients that are kept.
    pub max_bond_dimension: Option<u64>,
    /// Whether probabilities are computed for sampling, and shots are not run one by one through the tensors.
    pub sample_by_probabilities: bool,
    /// Whether the result tells bond dimensions.
    pub log_data: bool,
    /// Whether qubits that meet do so at the place of the right one.
    pub swap_right: bool,
}

/// Options of the extended stabilizer.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtendedStabilizerConfig {
    /// How outcomes are drawn.
    pub sampling_method: ExtendedStabilizerSampling,
    /// Steps of the Monte Carlo method before a sample.
    pub metropolis_mixing_time: u64,
    /// Error of the approximation.
    pub approximation_error: f64,
    /// Samples of a norm estimation.
    pub norm_estimation_samples: u64,
    /// Repetitions of a norm estimation.
    pub norm_estimation_repetitions: u64,
}

/// How an extended stabilizer state is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedStabilizerSampling {
    /// A Monte Carlo walk of its own for each shot.
    ResampledMetropolis,
    /// One walk for all shots.
    Metropolis,
    /// Qubit by qubit, by estimates of norms.
    NormEstimation,
}

impl Default for EngineConfig {
    /// Aer's defaults, and no limit.
    fn default() -> Self {
        Self {
            zero_threshold: 1e-10,
            chop_threshold: 1e-8,
            memory_limit_bytes: None,
            stabilizer_max_snapshot_probabilities: 32,
            mps: MpsConfig {
                truncation_threshold: 1e-16,
                max_bond_dimension: None,
                sample_by_probabilities: false,
                log_data: false,
                swap_right: false,
            },
            extended_stabilizer: ExtendedStabilizerConfig {
                sampling_method: ExtendedStabilizerSampling::ResampledMetropolis,
                metropolis_mixing_time: 5000,
                approximation_error: 0.05,
                norm_estimation_samples: 100,
                norm_estimation_repetitions: 3,
            },
        }
    }
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
///
/// What is random is decided outside: an engine says how probable outcomes are, or draws them from numbers that it
/// is given for many shots at once, and is then told which one it was. So shots with the same outcomes share a state.
pub trait Engine: Any {
    /// Whether [`Engine::apply`] does resets, initialisations, Kraus operators and quantum errors as channels, so that
    /// nothing of them is drawn. Otherwise their qubits are projected before, and what is drawn is applied.
    fn has_channels() -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Whether the engine can run the instruction. One that [`Engine::has_channels`] leaves to others is asked for too:
    /// a quantum error is supported if the instructions of all its branches are ([`supports_branches`]).
    fn supports(step: &Instruction) -> bool
    where
        Self: Sized;

    /// Bytes that a state of `num_qubits` takes for the circuit, at most where that is known; saturates.
    fn required_bytes(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> u64
    where
        Self: Sized;

    /// The state |0…0⟩ of `num_qubits` for the circuit, whose instructions all are supported. Fails typed where
    /// memory is short; never traps.
    fn new(circuit: &Circuit, num_qubits: u32, config: &EngineConfig) -> Result<Self, AerError>
    where
        Self: Sized;

    /// Back to |0…0⟩ without new memory.
    fn reset_to_zero(&mut self);

    /// A copy, when nothing is put off. Fails typed where memory is short.
    fn try_clone(&self) -> Result<Self, AerError>
    where
        Self: Sized;

    /// Becomes a copy of another state of the same circuit, where nothing is put off, with as little new memory as
    /// can be.
    fn copy_from(&mut self, other: &Self) -> Result<(), AerError>
    where
        Self: Sized,
    {
        *self = other.try_clone()?;
        Ok(())
    }

    /// Bytes that the state takes now.
    fn bytes(&self) -> u64;

    /// Multiplies the state by `e^{i phase}`.
    fn apply_global_phase(&mut self, phase: f64);

    /// Amplitudes that applying the operation will touch: the measure of work, for slices and progress.
    fn work(&self, operation: &Operation, qubits: &[Qubit]) -> u64;

    /// Applies a gate, a matrix, a preparation: everything but measure, save, classical steps, and without
    /// [`Engine::has_channels`] Kraus operators and quantum errors. The operation is valid (`circuit::validate`) and
    /// supported. Unless the engine has [`Engine::has_channels`], the qubits of a reset, and of an initialisation that
    /// is not of all qubits, are in a basis state ([`Engine::project`]).
    ///
    /// An engine may put it off, to fuse it with what follows: see [`Engine::pending`].
    fn apply(&mut self, operation: &Operation, qubits: &[Qubit]) -> Result<(), AerError>;

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

    /// Does about `budget` of the work that drawing from this state takes once, whatever is drawn; gives the work
    /// it was, and 0 when nothing is left. [`Engine::sample_measure`] does by itself what was not done.
    fn prepare_sampling(&mut self, _budget: u64) -> u64 {
        0
    }

    /// Work that each shot adds to [`Engine::sample_measure`] of these qubits, besides what is done for any shot; it
    /// bounds the shots that are drawn at a time. 0 is next to nothing.
    fn draw_work(&self, _qubits: &[Qubit]) -> u64 {
        0
    }

    /// Draws an outcome for each shot of `draws` without collapse. Bit `i` of an outcome is `qubits[i]`. The outcome
    /// of a shot depends on the state and the numbers of that shot alone, however shots are divided.
    fn sample_measure(&mut self, qubits: &[Qubit], draws: &mut dyn Draws) -> Result<Outcomes, AerError>;

    /// Collapses the state to an outcome that [`Engine::sample_measure`] gave for these qubits, and normalises it.
    fn project(&mut self, qubits: &[Qubit], outcome: &Bits) -> Result<(), AerError>;

    /// The probability `tr(K ρ K†)` of each Kraus operator.
    fn kraus_probabilities(
        &mut self,
        _operators: &[Matrix],
        _qubits: &[Qubit],
    ) -> Result<Vec<f64>, AerError> {
        Err(not_applied("kraus"))
    }

    /// Applies a matrix that is not unitary: a Kraus operator over the root of its probability, so that the state
    /// stays normalised.
    fn apply_kraus_operator(&mut self, _operator: &Matrix, _qubits: &[Qubit]) -> Result<(), AerError> {
        Err(not_applied("kraus"))
    }

    /// The value that a save instruction asks for.
    fn save(&mut self, save: &SaveKind, qubits: &[Qubit]) -> Result<SavedValue, AerError>;

    /// What the metadata of the result tell of this method.
    fn metadata(&self) -> Map<String, Value> {
        Map::new()
    }
}

/// A state whose method is not known to the compiler, so that what runs circuits is compiled once.
pub type AnyEngine = Box<dyn Engine>;

/// How states of a method are made and copied.
#[derive(Clone, Copy)]
pub struct Maker {
    /// [`Engine::new`].
    pub new: fn(&Circuit, u32, &EngineConfig) -> Result<AnyEngine, AerError>,
    /// [`Engine::try_clone`].
    pub try_clone: fn(&dyn Engine) -> Result<AnyEngine, AerError>,
    /// [`Engine::copy_from`], of a state to the first one.
    pub copy_from: fn(&mut dyn Engine, &dyn Engine) -> Result<(), AerError>,
}

impl Maker {
    /// The maker of a method's states.
    pub fn of<E: Engine>() -> Self {
        fn read<E: Engine>(engine: &dyn Engine) -> Result<&E, AerError> {
            (engine as &dyn Any).downcast_ref().ok_or_else(|| not_applied("copy"))
        }
        Self {
            new: |circuit, num_qubits, config| Ok(Box::new(E::new(circuit, num_qubits, config)?)),
            try_clone: |engine| Ok(Box::new(read::<E>(engine)?.try_clone()?)),
            copy_from: |copy, engine| {
                let copy: &mut dyn Any = copy;
                copy.downcast_mut::<E>().ok_or_else(|| not_applied("copy"))?.copy_from(read(engine)?)
            },
        }
    }
}

/// The error of an instruction that should not have come to an engine.
pub fn not_applied(name: &str) -> AerError {
    AerError::new(ErrorCode::Internal, format!("\"{name}\" is not for an engine to apply."))
}

/// Whether all that a quantum error may do passes a test.
pub fn supports_branches(operation: &Operation, supports: impl Fn(&Instruction) -> bool) -> bool {
    match operation {
        Operation::QuantumError(error) => {
            error.branches.iter().flat_map(|branch| &branch.instructions).all(supports)
        }
        _ => false,
    }
}

/// The probability `tr(K ρ K†)` of each Kraus operator on qubits whose reduced density matrix is `density`, row by row.
pub fn kraus_probabilities(operators: &[Matrix], density: &[Complex]) -> Vec<f64> {
    let probability = |operator: &Matrix| -> f64 {
        let size = operator.columns();
        let rows = operator.entries().chunks_exact(size);
        let row = |row: &[Complex]| -> f64 {
            let product = |column: usize| -> Complex {
                row.iter().enumerate().map(|(i, entry)| entry * density[i * size + column]).sum()
            };
            row.iter().enumerate().map(|(column, entry)| (product(column) * entry.conj()).re).sum()
        };
        rows.map(row).sum()
    };
    operators.iter().map(probability).collect()
}
