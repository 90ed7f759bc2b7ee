//! The one error type of the crate.
//!
//! An [`AerError`] carries a stable [`ErrorCode`], a sentence, the [`Place`] where it happened, what was
//! found, what was expected and a hint. Codes are one row each in [`error_codes!`]; the JavaScript error
//! classes, the documentation and the tests read that table.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

/// Defines [`ErrorCode`]: one row per code, `Variant = "STABLE_STRING": "what it means"`.
macro_rules! error_codes {
    ($($variant:ident = $text:literal : $doc:literal;)*) => {
        /// Stable machine-readable reason of an [`AerError`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ErrorCode {
            $(#[doc = $doc] #[serde(rename = $text)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable string that JavaScript sees as `error.code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What the code means, in one sentence.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $doc),* }
            }
        }
    };
}

error_codes! {
    // Job layer.
    JobAlreadySubmitted = "JOB_ALREADY_SUBMITTED": "`submit()` was called a second time.";
    JobNotSubmitted = "JOB_NOT_SUBMITTED": "The method needs a job that has been submitted.";
    NotImplemented = "NOT_IMPLEMENTED": "An abstract method of `BaseJob` was called.";
    JobTimeout = "JOB_TIMEOUT": "The wait ended before the job did; the job goes on.";
    JobCancelled = "JOB_CANCELLED": "The job was cancelled.";
    MaxRuntimeExceeded = "MAX_RUNTIME_EXCEEDED": "The job ran longer than its `max_runtime_s` and was stopped.";
    WorkerLost = "WORKER_LOST": "The worker that ran the job trapped, ran out of memory or was killed.";
    ProtocolMismatch = "PROTOCOL_MISMATCH": "Front and worker come from different versions of the package.";
    FunctionFailed = "FUNCTION_FAILED": "The job's own function threw.";
    InvalidResult = "INVALID_RESULT": "A job function or an executor gave something that is not a Result.";
    ExecutorShutDown = "EXECUTOR_SHUT_DOWN": "The executor takes no more jobs.";
    ExecutorFailed = "EXECUTOR_FAILED": "The executor threw, or broke its interface.";
    SimulationFailed = "SIMULATION_FAILED": "More than one experiment failed, for different reasons.";
    // Arguments and options.
    InvalidArgument = "INVALID_ARGUMENT": "An argument has the wrong type or value.";
    UnknownOption = "UNKNOWN_OPTION": "No option of this name exists.";
    InvalidOption = "INVALID_OPTION": "An option has the wrong type or value.";
    UnknownBackend = "UNKNOWN_BACKEND": "No backend of this name exists.";
    UnsupportedMethod = "UNSUPPORTED_METHOD": "The simulation method is not available.";
    // Programs.
    SyntaxError = "SYNTAX_ERROR": "The text does not follow its grammar.";
    SemanticError = "SEMANTIC_ERROR": "The text follows its grammar but means nothing valid.";
    UnsupportedFormat = "UNSUPPORTED_FORMAT": "The input is in no format that can be read.";
    InvalidQobj = "INVALID_QOBJ": "The Qobj lacks a field or has one of the wrong type.";
    InvalidNoiseModel = "INVALID_NOISE_MODEL": "A noise model lacks a field or has one of the wrong type.";
    NoExperiments = "NO_EXPERIMENTS": "There is nothing to run.";
    UnknownGate = "UNKNOWN_GATE": "No gate or instruction of this name exists.";
    ParameterCount = "PARAMETER_COUNT": "A gate got the wrong number of parameters.";
    InvalidParameter = "INVALID_PARAMETER": "A parameter is not finite, or of the wrong type or value.";
    QubitCount = "QUBIT_COUNT": "An instruction got the wrong number of qubits.";
    QubitOutOfRange = "QUBIT_OUT_OF_RANGE": "A qubit index is not below the number of qubits.";
    ClbitOutOfRange = "CLBIT_OUT_OF_RANGE": "A classical bit index is not below the number of bits.";
    DuplicateQubit = "DUPLICATE_QUBIT": "An instruction names a qubit twice.";
    InvalidMatrix = "INVALID_MATRIX": "A matrix has the wrong size or is not unitary.";
    InvalidState = "INVALID_STATE": "A state has the wrong size or is not normalised.";
    InvalidConditional = "INVALID_CONDITIONAL": "The instruction cannot be conditional, or its condition is broken.";
    DuplicateKey = "DUPLICATE_KEY": "Two save instructions of one circuit share a label.";
    UnsupportedInstruction = "UNSUPPORTED_INSTRUCTION": "The method cannot run the instruction.";
    // Resources.
    InsufficientMemory = "INSUFFICIENT_MEMORY": "The circuit needs more memory than there is.";
    Internal = "INTERNAL": "A defect of aer-wasm; please report it.";
}

/// Where an error happened; every part is optional. Lines and columns count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the experiment (circuit) within the job.
    pub experiment: Option<usize>,
    /// Index of the instruction within its circuit.
    pub instruction: Option<usize>,
    /// Name of the instruction.
    pub name: Option<String>,
    /// Line in the source text.
    pub line: Option<u32>,
    /// Column in the line, in characters.
    pub column: Option<u32>,
    /// The included file, if the text is not the program itself.
    pub file: Option<String>,
}

/// An error with its code, its place and what to do about it: [`Details`], boxed so that a `Result` is small.
///
/// What makes and words errors is kept out of line: there are hundreds of places that do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AerError(Box<Details>);

/// What an [`AerError`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Flat", into = "Flat")]
pub struct Details {
    /// Stable reason.
    pub code: ErrorCode,
    /// One sentence, without the place.
    pub message: String,
    /// Where it happened.
    pub place: Place,
    /// What was found.
    pub found: Option<String>,
    /// What was expected instead.
    pub expected: Option<String>,
    /// What the user can do.
    pub hint: Option<String>,
    /// The offending line of the source with a caret below it, ready to print.
    pub snippet: Option<String>,
    /// Further errors of the same text, each with its own place; they have none of their own.
    pub diagnostics: Vec<AerError>,
}

/// [`Details`] as they travel: one object, which serde's `flatten` would take far more code to read.
#[derive(Serialize, Deserialize)]
struct Flat {
    code: ErrorCode,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    experiment: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    instruction: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    instruction_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    snippet: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    diagnostics: Vec<AerError>,
}

impl From<Flat> for Details {
    fn from(flat: Flat) -> Self {
        let Flat {
            code, message, experiment, instruction, instruction_name: name, line, column, file, ..
        } = flat;
        let place = Place { experiment, instruction, name, line, column, file };
        let Flat { found, expected, hint, snippet, diagnostics, .. } = flat;
        Self { code, message, place, found, expected, hint, snippet, diagnostics }
    }
}

impl From<Details> for Flat {
    fn from(details: Details) -> Self {
        let Details { code, message, place, found, expected, hint, snippet, diagnostics } = details;
        let Place { experiment, instruction, name: instruction_name, line, column, file } = place;
        Self {
            code,
            message,
            experiment,
            instruction,
            instruction_name,
            line,
            column,
            file,
            found,
            expected,
            hint,
            snippet,
            diagnostics,
        }
    }
}

impl AerError {
    /// An error with a code and a sentence; the rest is added by the methods below.
    #[cold]
    #[inline(never)]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            code,
            message: message.into(),
            place: Place::default(),
            found: None,
            expected: None,
            hint: None,
            snippet: None,
            diagnostics: Vec::new(),
        }))
    }

    /// One error of several that were found in one text: the first, with the others in it. `None` if there are
    /// none.
    pub fn all(errors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        for mut error in errors {
            let inner = std::mem::take(&mut error.diagnostics);
            first.diagnostics.push(error);
            first.diagnostics.extend(inner);
        }
        Some(first)
    }

    /// Says another sentence.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Says what was found.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Says what was expected.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what the user can do.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the instruction; an instruction already named stays.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn at_instruction(mut self, index: usize, name: &str) -> Self {
        self.place.instruction.get_or_insert(index);
        self.place.name.get_or_insert_with(|| name.to_owned());
        self
    }

    /// Names the experiment; an experiment already named stays.
    #[must_use]
    pub fn at_experiment(mut self, index: usize) -> Self {
        self.place.experiment.get_or_insert(index);
        self
    }

    /// Names line and column (from 1) and keeps the line's text with a caret under the column.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn at_line(mut self, line: u32, column: u32, text: &str) -> Self {
        self.place.line = Some(line);
        self.place.column = Some(column);
        let caret_at: String = text
            .chars()
            .take(column.saturating_sub(1) as usize)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let margin = line.to_string();
        let blank = " ".repeat(margin.len());
        self.snippet = Some(format!("{margin} | {text}\n{blank} | {caret_at}^"));
        self
    }
}

impl fmt::Display for AerError {
    /// The whole story: place, sentence, found, expected, hint, source line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        if let Some(file) = &place.file {
            write!(f, "{file}, ")?;
        }
        if let (Some(line), Some(column)) = (place.line, place.column) {
            write!(f, "line {line}, column {column}: ")?;
        } else if let Some(index) = place.instruction {
            match &place.name {
                Some(name) => write!(f, "instruction {index} \"{name}\": ")?,
                None => write!(f, "instruction {index}: ")?,
            }
        }
        f.write_str(&self.message)?;
        match (&self.found, &self.expected) {
            (Some(found), Some(expected)) => write!(f, " Found {found}, expected {expected}.")?,
            (Some(found), None) => write!(f, " Found {found}.")?,
            (None, Some(expected)) => write!(f, " Expected {expected}.")?,
            (None, None) => {}
        }
        if let Some(hint) = &self.hint {
            write!(f, " {hint}")?;
        }
        if let Some(snippet) = &self.snippet {
            write!(f, "\n{snippet}")?;
        }
        for further in &self.diagnostics {
            write!(f, "\n{further}")?;
        }
        Ok(())
    }
}

impl std::error::Error for AerError {}

impl Deref for AerError {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for AerError {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// The known name nearest to a misspelt one (Levenshtein), if any is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_screaming_snake() {
        let mut seen = std::collections::HashSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.as_str()), "{} stands twice", code.as_str());
            assert!(code.as_str().chars().all(|c| c.is_ascii_uppercase() || c == '_'));
        }
    }

    #[test]
    fn display_tells_place_found_expected_and_line() {
        let error = AerError::new(ErrorCode::SyntaxError, "Unexpected token.")
            .found("`]`")
            .expected("`;`")
            .at_line(3, 5, "h q[0]]");
        assert_eq!(
            error.to_string(),
            "line 3, column 5: Unexpected token. Found `]`, expected `;`.\n3 | h q[0]]\n  |     ^"
        );
    }

    #[test]
    fn nearest_finds_misspelt_names_and_leaves_strangers() {
        assert_eq!(nearest("shotss", ["seed", "shots"]), Some("shots"));
        assert_eq!(nearest("zzzzzz", ["seed", "shots"]), None);
    }
}
