//! `parameterizations`: a table of values for each experiment, which becomes one circuit per value.
//!
//! `config.parameterizations` has one list per experiment, of `[[instruction, parameter], [value, …]]`; all
//! lists of values of an experiment are equally long. The place `[-1, x]` is the global phase. An empty list
//! leaves the experiment as it is.

use serde_json::{Map, Value};

use super::read::{found, invalid, number};
use crate::circuit::lower::MAX_INSTRUCTIONS;
use crate::circuit::{Circuit, Operation};
use crate::error::{AerError, ErrorCode};

/// The tables of a Qobj.
pub struct Parameterizations {
    /// One per experiment, or none at all.
    tables: Vec<Value>,
    /// Instructions that all circuits made so far have.
    instructions: usize,
}

/// Where a value goes.
#[derive(Clone, Copy)]
enum Place {
    GlobalPhase,
    Parameter { instruction: usize, parameter: usize },
}

fn wrong(value: &Value, expected: &str) -> AerError {
    invalid("Invalid \"parameterizations\".").found(found(Some(value))).expected(expected)
}

impl Parameterizations {
    /// Takes the tables out of the job's config. An error here is one of the whole text.
    pub fn take(config: &mut Map<String, Value>, experiments: usize) -> Result<Self, AerError> {
        let tables = match config.shift_remove("parameterizations") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(tables)) => tables,
            Some(other) => return Err(wrong(&other, "a list for each experiment")),
        };
        if !tables.is_empty() && tables.len() != experiments {
            return Err(invalid("Invalid \"parameterizations\".")
                .found(format!("{} lists", tables.len()))
                .expected(format!("{experiments}, one for each experiment")));
        }
        Ok(Self { tables, instructions: 0 })
    }

    /// The circuits of experiment `index`.
    pub fn bind(&mut self, index: usize, circuit: Circuit) -> Result<Vec<Circuit>, AerError> {
        let table = match self.tables.get_mut(index).map(Value::take) {
            None => return Ok(vec![circuit]),
            Some(Value::Array(table)) if table.is_empty() => return Ok(vec![circuit]),
            Some(Value::Array(table)) => table,
            Some(other) => return Err(wrong(&other, "a list of [[instruction, parameter], [value, …]]")),
        };
        let columns: Vec<(Place, &[Value])> =
            table.iter().map(|row| column(row, &circuit)).collect::<Result<_, _>>()?;
        let count = columns.first().map_or(0, |(_, values)| values.len());
        if let Some((_, values)) = columns.iter().find(|(_, values)| values.len() != count || count == 0) {
            return Err(invalid("The lists of values of an experiment are not equally long, or empty.")
                .found(format!("{} and {count} values", values.len()))
                .expected("as many values for each parameter, at least 1"));
        }
        // What a circuit takes besides its instructions counts as one.
        let more = count.saturating_mul(circuit.instructions.len() + 1);
        self.instructions = self.instructions.saturating_add(more);
        if self.instructions > MAX_INSTRUCTIONS {
            return Err(AerError::new(
                ErrorCode::InsufficientMemory,
                "The circuits of \"parameterizations\" have too many instructions.",
            )
            .found(self.instructions.to_string())
            .expected(format!("at most {MAX_INSTRUCTIONS} in all"))
            .hint("Bind fewer values in one job."));
        }
        (0..count).map(|row| bound(&circuit, &columns, row)).collect()
    }
}

/// `[[instruction, parameter], [value, …]]`.
fn column<'a>(row: &'a Value, circuit: &Circuit) -> Result<(Place, &'a [Value]), AerError> {
    let read = || {
        let [place, values] = row.as_array()?.as_slice() else { return None };
        let [instruction, parameter] = place.as_array()?.as_slice() else { return None };
        Some((instruction.as_i64()?, parameter.as_i64()?, values.as_array()?))
    };
    let (instruction, parameter, values) =
        read().ok_or_else(|| wrong(row, "[[instruction, parameter], [value, …]]"))?;
    if instruction == -1 {
        return Ok((Place::GlobalPhase, values));
    }
    let step = usize::try_from(instruction).ok().and_then(|i| Some((i, circuit.instructions.get(i)?)));
    let Some((instruction, step)) = step else {
        return Err(invalid("A place in \"parameterizations\" is no instruction.")
            .found(format!("instruction {instruction}"))
            .expected(format!("-1, or below {}", circuit.instructions.len())));
    };
    let count = match &step.operation {
        Operation::Gate(_, parameters) => parameters.len(),
        _ => 0,
    };
    match usize::try_from(parameter) {
        Ok(parameter) if parameter < count => Ok((Place::Parameter { instruction, parameter }, values)),
        _ => Err(invalid("A place in \"parameterizations\" is no parameter.")
            .found(format!("parameter {parameter}"))
            .expected(format!("below {count}"))
            .at_instruction(instruction, step.operation.name())),
    }
}

fn bound(circuit: &Circuit, columns: &[(Place, &[Value])], row: usize) -> Result<Circuit, AerError> {
    let mut circuit = circuit.clone();
    for (place, values) in columns {
        let Some(value) = values.get(row) else { continue };
        let value = number(value, "a bound parameter")?;
        match *place {
            Place::GlobalPhase => circuit.global_phase = value,
            Place::Parameter { instruction, parameter } => {
                let operation = circuit.instructions.get_mut(instruction).map(|step| &mut step.operation);
                if let Some(Operation::Gate(_, parameters)) = operation
                    && let Some(parameter) = parameters.get_mut(parameter)
                {
                    *parameter = value;
                }
            }
        }
    }
    Ok(circuit)
}
