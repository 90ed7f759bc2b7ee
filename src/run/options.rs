//! Options: one row each.
//!
//! Names, types and defaults are Aer's (`AerSimulator._default_options`, `src/framework/config.hpp` of
//! 0.14.2); [`check`] is strict, for options that a user gives, [`RunOptions::resolve`] reads layers of them.
//! An option whose default is `null` takes `null` for "not given". Options that name parts of Aer's machinery (fusion's
//! verbosity, blocking, branching, thresholds of parallelism) are taken and change nothing.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};

use crate::engine::{EngineConfig, ExtendedStabilizerSampling, Method, Precision};
use crate::error::{AerError, ErrorCode, nearest};
use crate::noise::NoiseModel;

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number from the first to the second.
    Integer(i64, u64),
    /// A finite number, at least this.
    Number(f64),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// `automatic` or the name of a method.
    Method,
    /// An object: names and values.
    Object,
    /// A noise model as JSON, which the session reads.
    NoiseModel,
    /// A thing of the caller's world (a function, an executor); the core never sees it.
    Host,
}

/// One row of the table.
#[derive(Debug)]
pub struct OptionSpec {
    /// The name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The default, as JSON.
    pub default: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

const ANY: u64 = u64::MAX;
/// Largest whole number that JavaScript holds exactly.
const MAX_SHOTS: u64 = 1 << 53;

macro_rules! options {
    ($($name:ident $kind:ident$(($($argument:expr),*))? = $default:literal $doc:literal;)*) => {
        /// Every option.
        pub static OPTIONS: &[OptionSpec] = &[$(OptionSpec {
            name: stringify!($name),
            kind: Kind::$kind$(($($argument),*))?,
            default: $default,
            doc: $doc,
        },)*];
    };
}

// name kind = default sentence
options! {
    shots Integer(0, MAX_SHOTS) = "1024" "How often the circuit is run.";
    method Method = "\"automatic\"" "The simulation method; `automatic` chooses one per circuit.";
    device Choice(&["CPU"]) = "\"CPU\"" "Where it is simulated.";
    precision Choice(&["double", "single"]) = "\"double\"" "Precision of the amplitudes; `single` takes half the memory.";
    seed_simulator Integer(0, ANY) = "null" "Base seed; experiment `i` uses this plus `2113 * i`. Random if not given.";
    memory Bool = "null" "Whether the result lists the memory of each shot.";
    max_runtime_s Number(0.0) = "null" "Seconds after which the job is stopped and ends in ERROR.";
    max_memory_mb Integer(-1, ANY) = "null" "Memory that a state may take, in MiB; 0 for what there is, -1 for no check.";
    enable_truncation Bool = "true" "Whether qubits that cannot reach a result are left out.";
    zero_threshold Number(0.0) = "1e-10" "Saved values below this become 0.";
    validation_threshold Number(0.0) = "null" "Tolerance of Aer's checks of matrices and states.";
    chop_threshold Number(0.0) = "1e-8" "Saved values of a matrix product state below this become 0.";
    max_parallel_threads Integer(0, ANY) = "null" "Most workers of a job, and most threads on a state; 0 for as many as there are.";
    max_parallel_experiments Integer(0, ANY) = "null" "Most circuits at a time, each in a worker; 0 for all.";
    max_parallel_shots Integer(0, ANY) = "null" "Most shots at a time, each in a worker, of a circuit that runs once per shot; 0 for all.";
    max_job_size Integer(1, ANY) = "null" "Circuits per sub-job.";
    max_shot_size Integer(1, ANY) = "null" "Shots per sub-job.";
    fusion_enable Bool = "true" "Whether gates are merged.";
    fusion_verbose Bool = "false" "Whether the result tells the merged gates.";
    fusion_max_qubit Integer(1, 64) = "null" "Most qubits of a merged gate.";
    fusion_threshold Integer(0, ANY) = "null" "Qubits from which gates are merged.";
    accept_distributed_results Bool = "null" "Whether the result of one process of several is taken.";
    shot_branching_enable Bool = "false" "Whether shots share a state until they differ.";
    shot_branching_sampling_enable Bool = "false" "Whether branched shots are sampled.";
    runtime_parameter_bind_enable Bool = "false" "Whether parameters are bound while running.";
    statevector_parallel_threshold Integer(1, ANY) = "14" "Qubits from which a statevector is worked on in parallel.";
    statevector_sample_measure_opt Integer(1, ANY) = "10" "Qubits from which sampling keeps an index.";
    stabilizer_max_snapshot_probabilities Integer(1, ANY) = "32" "Most qubits of probabilities that a stabilizer state saves.";
    extended_stabilizer_sampling_method Choice(&["resampled_metropolis", "metropolis", "norm_estimation"]) = "\"resampled_metropolis\"" "How an extended stabilizer state is sampled.";
    extended_stabilizer_metropolis_mixing_time Integer(0, ANY) = "5000" "Steps of the Monte Carlo method before a sample.";
    extended_stabilizer_approximation_error Number(0.0) = "0.05" "Error of the extended stabilizer's approximation.";
    extended_stabilizer_norm_estimation_samples Integer(1, ANY) = "100" "Samples of a norm estimation.";
    extended_stabilizer_norm_estimation_repetitions Integer(1, ANY) = "3" "Repetitions of a norm estimation.";
    extended_stabilizer_parallel_threshold Integer(1, ANY) = "100" "Terms from which an extended stabilizer is worked on in parallel.";
    extended_stabilizer_probabilities_snapshot_samples Integer(1, ANY) = "3000" "Samples for saved probabilities.";
    matrix_product_state_truncation_threshold Number(0.0) = "1e-16" "Squared Schmidt coefficients that may be discarded.";
    matrix_product_state_max_bond_dimension Integer(1, ANY) = "null" "Most Schmidt coefficients that are kept.";
    mps_sample_measure_algorithm Choice(&["mps_heuristic", "mps_probabilities", "mps_apply_measure"]) = "\"mps_heuristic\"" "How a matrix product state is sampled.";
    mps_log_data Bool = "false" "Whether the result tells bond dimensions.";
    mps_swap_direction Choice(&["mps_swap_left", "mps_swap_right"]) = "\"mps_swap_left\"" "Where qubits are moved to meet.";
    mps_parallel_threshold Integer(1, ANY) = "14" "Qubits from which a matrix product state is worked on in parallel.";
    mps_omp_threads Integer(1, ANY) = "1" "Threads of a matrix product state.";
    mps_lapack Bool = "false" "Whether singular values come from LAPACK.";
    inputs Object = "null" "Values for the `input`s of OpenQASM 3 programs, by name (not in Aer).";
    includes Object = "null" "The texts of files that OpenQASM programs include, by name (not in Aer).";
    executor Host = "null" "Where jobs run: an Executor.";
    signal Host = "null" "An AbortSignal that cancels the job.";
    on_progress Host = "null" "Called with what `progress()` gives.";
    noise_model NoiseModel = "null" "What goes wrong: a NoiseModel, or what its `to_dict()` gives.";
    parameter_binds Host = "null" "Values for the circuits' parameters, one object per circuit.";
}

impl OptionSpec {
    /// The row of a name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        OPTIONS.iter().find(|spec| spec.name == name)
    }

    /// The default.
    pub fn default_value(&self) -> Value {
        serde_json::from_str(self.default).unwrap_or_default()
    }

    /// Whether only the caller's side handles it.
    pub fn is_host(&self) -> bool {
        self.kind == Kind::Host
    }

    /// Checks a value.
    pub fn check(&self, value: &Value) -> Result<(), AerError> {
        if value.is_null() && self.default == "null" {
            return Ok(());
        }
        let expected = match self.kind {
            Kind::Bool if value.is_boolean() => return Ok(()),
            Kind::Bool => "true or false".to_owned(),
            Kind::Integer(least, most) => {
                if whole(value).is_some_and(|n| n >= i128::from(least) && n <= i128::from(most)) {
                    return Ok(());
                }
                match most {
                    ANY => format!("a whole number, at least {least}"),
                    most => format!("a whole number from {least} to {most}"),
                }
            }
            Kind::Number(least) => {
                if value.as_f64().is_some_and(|x| x >= least && x.is_finite()) {
                    return Ok(());
                }
                format!("a number, at least {least}")
            }
            Kind::Choice(choices) => {
                if value.as_str().is_some_and(|text| choices.contains(&text)) {
                    return Ok(());
                }
                choices.iter().map(|choice| format!("\"{choice}\"")).collect::<Vec<_>>().join(" or ")
            }
            Kind::Method => match value.as_str() {
                Some(name) => return method(name).map(|_| ()),
                None => "the name of a method".to_owned(),
            },
            Kind::Object | Kind::NoiseModel if value.is_object() => return Ok(()),
            Kind::Object => "an object".to_owned(),
            Kind::NoiseModel => "a NoiseModel, or what its to_dict() gives".to_owned(),
            Kind::Host => return Ok(()),
        };
        Err(AerError::new(
            ErrorCode::InvalidOption,
            format!("Option \"{}\" has an invalid value.", self.name),
        )
        .found(value.to_string())
        .expected(expected))
    }
}

/// A whole number, also where it came as 1024.0.
fn whole(value: &Value) -> Option<i128> {
    let integer = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    let exact = |x: &f64| x.fract() == 0.0 && x.abs() <= MAX_SHOTS as f64;
    integer.or_else(|| value.as_f64().filter(exact).map(|x| x as i128))
}

/// The method of a name; `None` for `automatic`.
fn method(name: &str) -> Result<Option<Method>, AerError> {
    if name == "automatic" {
        return Ok(None);
    }
    Method::ALL.iter().copied().find(|method| method.name() == name).map(Some).ok_or_else(|| {
        let available: Vec<String> = std::iter::once("automatic")
            .chain(Method::ALL.iter().map(|method| method.name()))
            .map(|name| format!("'{name}'"))
            .collect();
        AerError::new(
            ErrorCode::UnsupportedMethod,
            format!("Invalid simulation method {name}. Available methods are: ({}).", available.join(", ")),
        )
    })
}

/// The row of a name that a user gave, or an error with the nearest known name.
pub fn spec(name: &str) -> Result<&'static OptionSpec, AerError> {
    OptionSpec::by_name(name).ok_or_else(|| {
        let error = AerError::new(ErrorCode::UnknownOption, format!("Invalid option {name}."));
        match nearest(name, OPTIONS.iter().map(|spec| spec.name)) {
            Some(known) => error.hint(format!("Did you mean \"{known}\"?")),
            None => error,
        }
    })
}

/// Checks options that a user gave: every name known, every value good.
pub fn check(options: &Map<String, Value>) -> Result<(), AerError> {
    options.iter().try_for_each(|(name, value)| spec(name)?.check(value))
}

/// Every option with its default: a fresh backend's `options`.
pub fn as_json() -> Map<String, Value> {
    OPTIONS.iter().map(|spec| (spec.name.to_owned(), spec.default_value())).collect()
}

/// What a run needs to know, read from the options.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOptions {
    /// How often each circuit is run.
    pub shots: u64,
    /// The method; `None` chooses one per circuit.
    pub method: Option<Method>,
    /// How finely amplitudes are kept.
    pub precision: Precision,
    /// The base seed, if one was given.
    pub seed_simulator: Option<u64>,
    /// The base seed if none was given; the caller draws it at random.
    pub fallback_seed: u64,
    /// Whether results list the memory of each shot.
    pub memory: bool,
    /// Seconds after which the caller stops the run.
    pub max_runtime_s: Option<f64>,
    /// MiB that a state may take: `None` or 0 for `memory_limit_bytes`, -1 for no limit.
    pub max_memory_mb: Option<i64>,
    /// Most workers that run the job; 0 for as many as there are.
    pub max_parallel_threads: u64,
    /// Most experiments at a time; 0 for as many as there are workers.
    pub max_parallel_experiments: u64,
    /// Most shots of an experiment at a time; 0 for as many as there are workers.
    pub max_parallel_shots: u64,
    /// The noise of each experiment; those beyond the list have none.
    pub noise: Vec<Option<Arc<NoiseModel>>>,
    /// What the host has, in bytes.
    pub memory_limit_bytes: u64,
    /// Whether qubits that cannot reach a result are left out.
    pub enable_truncation: bool,
    /// Options of engines.
    pub engine: EngineConfig,
    /// Whether gates may be merged.
    pub fusion_enable: bool,
    /// Qubits from which they may; `None` for Aer's default.
    pub fusion_threshold: Option<u64>,
    /// Most qubits of a merged gate; `None` for Aer's default.
    pub fusion_max_qubit: Option<u64>,
}

/// The address space of wasm32, for a host that does not say what it has.
const DEFAULT_MEMORY_LIMIT_BYTES: u64 = 4 << 30;

impl Default for RunOptions {
    /// The defaults of the table, which is read once.
    fn default() -> Self {
        static DEFAULTS: OnceLock<RunOptions> = OnceLock::new();
        let read = || {
            let blank = Self {
                shots: 0,
                method: None,
                precision: Precision::Double,
                seed_simulator: None,
                fallback_seed: 0,
                memory: false,
                max_runtime_s: None,
                max_memory_mb: None,
                max_parallel_threads: 0,
                max_parallel_experiments: 0,
                max_parallel_shots: 0,
                noise: Vec::new(),
                memory_limit_bytes: DEFAULT_MEMORY_LIMIT_BYTES,
                enable_truncation: false,
                engine: EngineConfig::default(),
                fusion_enable: false,
                fusion_threshold: None,
                fusion_max_qubit: None,
            };
            // The table's own defaults are valid (a test says so).
            blank.clone().with(&as_json()).unwrap_or(blank)
        };
        DEFAULTS.get_or_init(read).clone()
    }
}

impl RunOptions {
    /// Reads layers of options, weakest first: the backend's, a Qobj's `config`, those given to `run`. Unknown
    /// names are ignored here, as in a Qobj; known ones must have good values. `null` leaves a weaker layer's.
    pub fn resolve(layers: &[&Map<String, Value>]) -> Result<Self, AerError> {
        layers.iter().try_fold(Self::default(), |options, layer| options.with(layer))
    }

    /// These options with a stronger layer over them, such as an experiment's own `config`.
    pub fn with(mut self, layer: &Map<String, Value>) -> Result<Self, AerError> {
        for (name, value) in layer {
            let Some(spec) = OptionSpec::by_name(name).filter(|_| !value.is_null()) else { continue };
            spec.check(value)?;
            let integer = || whole(value).unwrap_or_default();
            let number = || value.as_f64().unwrap_or_default();
            match spec.name {
                "shots" => self.shots = integer() as u64,
                "method" => self.method = method(value.as_str().unwrap_or_default())?,
                "seed_simulator" => self.seed_simulator = Some(integer() as u64),
                "precision" if value == "single" => self.precision = Precision::Single,
                "precision" => self.precision = Precision::Double,
                "memory" => self.memory = value.as_bool().unwrap_or_default(),
                "max_runtime_s" => self.max_runtime_s = value.as_f64(),
                "max_memory_mb" => self.max_memory_mb = i64::try_from(integer()).ok(),
                "max_parallel_threads" => self.max_parallel_threads = integer() as u64,
                "max_parallel_experiments" => self.max_parallel_experiments = integer() as u64,
                "max_parallel_shots" => self.max_parallel_shots = integer() as u64,
                "enable_truncation" => self.enable_truncation = value.as_bool().unwrap_or_default(),
                "fusion_enable" => self.fusion_enable = value.as_bool().unwrap_or_default(),
                "fusion_threshold" => self.fusion_threshold = u64::try_from(integer()).ok(),
                "fusion_max_qubit" => self.fusion_max_qubit = u64::try_from(integer()).ok(),
                "zero_threshold" => self.engine.zero_threshold = number(),
                "chop_threshold" => self.engine.chop_threshold = number(),
                "stabilizer_max_snapshot_probabilities" => {
                    self.engine.stabilizer_max_snapshot_probabilities = integer() as u64;
                }
                "matrix_product_state_truncation_threshold" => {
                    self.engine.mps.truncation_threshold = number();
                }
                "matrix_product_state_max_bond_dimension" => {
                    self.engine.mps.max_bond_dimension = u64::try_from(integer()).ok();
                }
                "mps_sample_measure_algorithm" => {
                    self.engine.mps.sample_by_probabilities = value == "mps_probabilities";
                }
                "mps_log_data" => self.engine.mps.log_data = value.as_bool().unwrap_or_default(),
                "mps_swap_direction" => self.engine.mps.swap_right = value == "mps_swap_right",
                "extended_stabilizer_sampling_method" => {
                    self.engine.extended_stabilizer.sampling_method = match value.as_str() {
                        Some("metropolis") => ExtendedStabilizerSampling::Metropolis,
                        Some("norm_estimation") => ExtendedStabilizerSampling::NormEstimation,
                        _ => ExtendedStabilizerSampling::ResampledMetropolis,
                    };
                }
                "extended_stabilizer_metropolis_mixing_time" => {
                    self.engine.extended_stabilizer.metropolis_mixing_time = integer() as u64;
                }
                "extended_stabilizer_approximation_error" => {
                    self.engine.extended_stabilizer.approximation_error = number();
                }
                "extended_stabilizer_norm_estimation_samples" => {
                    self.engine.extended_stabilizer.norm_estimation_samples = integer() as u64;
                }
                "extended_stabilizer_norm_estimation_repetitions" => {
                    self.engine.extended_stabilizer.norm_estimation_repetitions = integer() as u64;
                }
                _ => {}
            }
        }
        Ok(self)
    }

    /// The base seed.
    pub fn seed(&self) -> u64 {
        self.seed_simulator.unwrap_or(self.fallback_seed)
    }

    /// Aer's metadata of fusion. The thresholds are those of a statevector; nothing is merged yet.
    pub fn fusion_json(&self) -> Value {
        if !self.fusion_enable {
            return json!({ "enabled": false });
        }
        json!({
            "enabled": true,
            "applied": false,
            "threshold": self.fusion_threshold.unwrap_or(14),
            "max_fused_qubits": self.fusion_max_qubit.unwrap_or(5),
        })
    }

    /// Bytes that the states of all workers of a job may take together. A device that can hold one large state
    /// need not hold several.
    pub fn parallel_memory_bytes(&self) -> u64 {
        match self.max_memory_mb {
            None | Some(0) => self.memory_limit_bytes / 2,
            _ => self.max_memory_bytes().unwrap_or(u64::MAX),
        }
    }

    /// Bytes that a state may take; `None` for no limit.
    pub fn max_memory_bytes(&self) -> Option<u64> {
        match self.max_memory_mb {
            None | Some(0) => Some(self.memory_limit_bytes),
            Some(mebibytes) => {
                u64::try_from(mebibytes).ok().map(|mebibytes| mebibytes.saturating_mul(1 << 20))
            }
        }
    }

    /// The most threads on one state.
    pub fn max_threads(&self) -> u32 {
        match self.max_parallel_threads {
            0 => u32::MAX,
            most => u32::try_from(most).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn names_are_unique_and_defaults_are_valid() {
        let mut seen = std::collections::HashSet::new();
        for spec in OPTIONS {
            assert!(seen.insert(spec.name), "{} stands twice", spec.name);
            let default: Value = serde_json::from_str(spec.default).unwrap();
            spec.check(&default).unwrap();
        }
        check(&as_json()).unwrap();
        let defaults = RunOptions::default();
        assert_eq!((defaults.shots, defaults.method, defaults.enable_truncation), (1024, None, true));
        assert_eq!(defaults.max_memory_bytes(), Some(4 << 30));
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        let error = check(&map(json!({"shot": 5}))).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnknownOption);
        assert_eq!(error.hint.as_deref(), Some("Did you mean \"shots\"?"));
    }

    #[test]
    fn values_of_the_wrong_type_or_range_are_refused() {
        for wrong in [
            json!({"shots": -1}),
            json!({"shots": 2.5}),
            json!({"shots": "many"}),
            json!({"shots": true}),
            json!({"shots": 1e300}),
            json!({"memory": 1}),
            json!({"seed_simulator": -3}),
            json!({"max_memory_mb": -2}),
            json!({"zero_threshold": -1.0}),
            json!({"precision": "half"}),
            json!({"device": "GPU"}),
            json!({"method": 3}),
            json!({"method": null}),
            json!({"inputs": [1]}),
            json!({"noise_model": 3}),
        ] {
            let error = check(&map(wrong.clone())).expect_err(&wrong.to_string());
            assert_eq!(error.code, ErrorCode::InvalidOption, "{wrong}");
            assert!(error.found.is_some() && error.expected.is_some(), "{wrong}");
        }
        let error = check(&map(json!({"method": "foo"}))).unwrap_err();
        assert_eq!(error.code, ErrorCode::UnsupportedMethod);
        assert!(
            error.message.starts_with("Invalid simulation method foo. Available methods are: ('automatic', ")
        );
    }

    #[test]
    fn layers_override_from_weak_to_strong() {
        let backend = map(json!({"shots": 10, "seed_simulator": 1, "memory": true}));
        let qobj = map(json!({"shots": 20, "seed_simulator": 2, "n_qubits": 3, "whatever": []}));
        let run = map(json!({"shots": 30.0, "seed_simulator": null, "max_memory_mb": -1}));
        let options = RunOptions::resolve(&[&backend, &qobj, &run]).unwrap();
        assert_eq!((options.shots, options.seed(), options.memory), (30, 2, true));
        assert_eq!(options.max_memory_bytes(), None);
        assert!(options.clone().with(&map(json!({"shots": "x"}))).is_err());
        assert_eq!(options.with(&map(json!({"shots": 7}))).unwrap().shots, 7);
    }
}
