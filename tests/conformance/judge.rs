//! Comparison of a Result dict with what a case expects.
//!
//! Amplitudes must agree to 1e-7, phases included. Counts are tested against exact probabilities: impossible
//! outcomes fail, each likely outcome has a binomial tail above 1e-8, and chi-square over all of them a
//! p-value above 1e-7.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

const P_MIN: f64 = 1e-7;
const TOLERANCE: f64 = 1e-7;

type Verdict = Result<(), String>;

fn need(condition: bool, reason: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(reason()) }
}

/// A short form of a value for messages.
fn short(value: &Value) -> String {
    value.to_string().chars().take(160).collect()
}

/// Judges a whole result.
pub fn case(expect: &Value, result: &Value) -> Verdict {
    need(result.as_object().is_some_and(|result| !result.is_empty()), || "no result".into())?;
    let success = result["success"].as_bool();
    let status = result["status"].as_str().unwrap_or_default();
    let results = result["results"].as_array();
    let outcome = expect["outcome"].as_str().unwrap_or_default();
    if outcome == "error" {
        need(success == Some(false), || format!("success must be false, status {status:?}"))?;
        need(status.starts_with("ERROR: ") && status.len() > 7, || format!("status is {status:?}"))?;
        for experiment in results.into_iter().flatten() {
            need(experiment["success"] != true, || "an experiment of a failed job claims success".into())?;
            no_counts(experiment)?;
        }
        return Ok(());
    }
    let results = results.ok_or("results is no list")?;
    let expected = expect["experiments"].as_array().ok_or("bad case: no experiments")?;
    need(!results.is_empty() && results.len() == expected.len(), || {
        format!("{} experiments, expected {} (status {status:?})", results.len(), expected.len())
    })?;
    match outcome {
        "ok" => need(success == Some(true) && status == "COMPLETED", || format!("status is {status:?}"))?,
        "partial" => need(success == Some(false) && status.starts_with("PARTIAL COMPLETED"), || {
            format!("status is {status:?}")
        })?,
        other => return Err(format!("bad case: outcome {other:?}")),
    }
    for key in expect["require"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        need(result[key].as_str().is_some_and(|text| !text.is_empty()), || format!("{key} is missing"))?;
    }
    if let Some(id) = expect.get("qobj_id") {
        need(result["qobj_id"] == *id, || format!("qobj_id is {}", result["qobj_id"]))?;
    }
    for (i, (spec, got)) in expected.iter().zip(results).enumerate() {
        experiment(spec, got).map_err(|reason| format!("experiment {i}: {reason}"))?;
    }
    Ok(())
}

fn no_counts(experiment: &Value) -> Verdict {
    let empty = experiment["data"]["counts"].as_object().is_none_or(Map::is_empty);
    need(empty, || "a failed experiment carries counts".into())
}

fn experiment(spec: &Value, got: &Value) -> Verdict {
    let status = got["status"].as_str().unwrap_or_default();
    if spec["success"] != true {
        need(got["success"] == false && status.starts_with("ERROR"), || {
            format!("should have failed, status {status:?}")
        })?;
        return no_counts(got);
    }
    need(got["success"] == true && status == "DONE", || format!("status is {status:?}"))?;
    need(got["shots"] == spec["shots"], || format!("shots {}, expected {}", got["shots"], spec["shots"]))?;
    let shots = got["shots"].as_u64().ok_or("shots is no number")?;
    let data = got["data"].as_object().ok_or("no data")?;
    for (key, value) in spec["header"].as_object().into_iter().flatten() {
        need(same(&got["header"][key], value), || {
            format!("header.{key} is {}, expected {value}", got["header"][key])
        })?;
    }
    let mut checks = 0;
    for (label, expected) in spec["data"].as_object().into_iter().flatten() {
        let value = data.get(label).ok_or_else(|| format!("data.{label} is missing"))?;
        match expected["kind"].as_str() {
            Some("mix" | "conditional_mix") => {
                mixture(value, expected, label, &tally(data.get("counts").unwrap_or(&Value::Null))?)?;
            }
            _ => datum(value, expected, label, Some(shots))?,
        }
        checks += 1;
    }
    if let Some(expected) = spec.get("counts") {
        let tally = tally(data.get("counts").unwrap_or(&Value::Null))?;
        counts(&tally, expected, shots)?;
        checks += 1;
        if spec["memory"] == true {
            memory(data.get("memory").unwrap_or(&Value::Null), &tally, shots)?;
        } else {
            need(!data.contains_key("memory"), || "memory was not asked for".into())?;
        }
    }
    for key in spec["absent"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        need(!data.contains_key(key), || format!("data.{key} should not be there"))?;
        checks += 1;
    }
    for (key, value) in spec["metadata"].as_object().into_iter().flatten() {
        need(same(&got["metadata"][key], value), || {
            format!("metadata.{key} is {}, expected {value}", got["metadata"][key])
        })?;
        checks += 1;
    }
    if let Some(seed) = spec.get("seed") {
        need(got["seed_simulator"] == *seed, || format!("seed {}, expected {seed}", got["seed_simulator"]))?;
        checks += 1;
    }
    need(checks > 0 || spec["no_data"] == true, || "the case checks nothing".into())
}

/// Equality of JSON in which numbers are numbers: JavaScript writes `0.0` as `0`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

/// A hexadecimal key without leading zeros, except that Aer pads those above 64 bits.
fn hex_key(key: &str) -> Result<String, String> {
    let digits = key.strip_prefix("0x").unwrap_or_default();
    let valid = !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let plain = match digits.trim_start_matches('0') {
        "" => "0x0".to_owned(),
        rest => format!("0x{rest}"),
    };
    need(valid && (plain == key || key.len() > 18), || format!("bad key {key:?}"))?;
    Ok(plain)
}

fn tally(counts: &Value) -> Result<BTreeMap<String, u64>, String> {
    let counts =
        counts.as_object().filter(|counts| !counts.is_empty()).ok_or("counts are missing or empty")?;
    let mut tally = BTreeMap::new();
    for (key, value) in counts {
        let count = value.as_u64().filter(|count| *count > 0);
        let count = count.ok_or_else(|| format!("counts[{key}] is {value}"))?;
        need(tally.insert(hex_key(key)?, count).is_none(), || format!("two counts for {key}"))?;
    }
    Ok(tally)
}

fn memory(memory: &Value, tally: &BTreeMap<String, u64>, shots: u64) -> Verdict {
    let memory = memory.as_array().filter(|memory| memory.len() as u64 == shots);
    let memory = memory.ok_or_else(|| format!("memory does not list {shots} shots"))?;
    let mut own = BTreeMap::new();
    for entry in memory {
        *own.entry(hex_key(entry.as_str().unwrap_or_default())?).or_insert(0) += 1;
    }
    need(own == *tally, || "memory and counts disagree".into())
}

fn counts(tally: &BTreeMap<String, u64>, expected: &Value, shots: u64) -> Verdict {
    let sum: u64 = tally.values().sum();
    need(sum == shots, || format!("counts add up to {sum}, not {shots}"))?;
    if expected["test"] == "marginals" {
        return marginals(tally, expected, shots);
    }
    if expected["test"] == "tv" {
        return variation(tally, expected, shots);
    }
    need(expected.get("test").is_none(), || format!("unknown test {}", expected["test"]))?;
    chi_square(tally, &probabilities(&expected["probabilities"])?, shots)
}

fn probabilities(value: &Value) -> Result<BTreeMap<String, f64>, String> {
    let object = value.as_object().filter(|object| !object.is_empty()).ok_or("bad case: no probabilities")?;
    let read = |(key, p): (&String, &Value)| Some((key.clone(), p.as_f64()?));
    object.iter().map(read).collect::<Option<_>>().ok_or_else(|| "bad case: probabilities".into())
}

/// An approximate method: the total variation distance is bounded.
fn variation(tally: &BTreeMap<String, u64>, expected: &Value, shots: u64) -> Verdict {
    let most = expected["max_tv"].as_f64().ok_or("bad case: no max_tv")?;
    let mut left = probabilities(&expected["probabilities"])?;
    for (key, count) in tally {
        *left.entry(key.clone()).or_insert(0.0) -= *count as f64 / shots as f64;
    }
    let distance = left.values().map(|difference| difference.abs()).sum::<f64>() / 2.0;
    need(distance <= most, || format!("total variation {distance}, more than {most}"))
}

/// Too many outcomes to list: parities of some bits.
fn marginals(tally: &BTreeMap<String, u64>, expected: &Value, shots: u64) -> Verdict {
    // Bits of any width, four to a digit, the least significant digit first.
    let value = |hex: &str| -> Result<Vec<u32>, String> {
        let digits = hex.trim_start_matches("0x").chars().rev().map(|digit| digit.to_digit(16));
        digits.collect::<Option<_>>().ok_or_else(|| format!("{hex} is not hexadecimal"))
    };
    let width = expected["width"].as_u64().ok_or("bad case: no width")?;
    let marginals =
        expected["marginals"].as_array().filter(|m| !m.is_empty()).ok_or("bad case: no marginals")?;
    for marginal in marginals {
        let mask = value(marginal["mask"].as_str().unwrap_or_default())?;
        let p = marginal["p_odd"].as_f64().ok_or("bad case: no p_odd")?;
        let mut odd = 0;
        for (key, count) in tally {
            let bits = value(key)?;
            let highest = bits.iter().rposition(|digit| *digit != 0);
            let length = highest.map_or(0, |i| 4 * i as u64 + 32 - u64::from(bits[i].leading_zeros()));
            let beyond = length > width;
            need(!beyond, || format!("{key} is wider than {width} bits"))?;
            odd +=
                count * u64::from(bits.iter().zip(&mask).map(|(a, b)| (a & b).count_ones()).sum::<u32>() % 2);
        }
        need(binomial_tail(shots, p, odd) > P_MIN / 10.0, || {
            format!("parity of {}: {odd} of {shots}", marginal["mask"])
        })?;
    }
    let distinct = expected["min_distinct"].as_u64().unwrap_or(0);
    need(tally.len() as u64 >= distinct, || format!("only {} outcomes", tally.len()))
}

fn chi_square(tally: &BTreeMap<String, u64>, probabilities: &BTreeMap<String, f64>, shots: u64) -> Verdict {
    let n = shots as f64;
    let seen = |key: &str| tally.get(key).copied().unwrap_or(0);
    for (key, count) in tally {
        let p = probabilities.get(key).copied().unwrap_or(0.0);
        need(p > 1e-12, || format!("impossible outcome {key} seen {count} times"))?;
    }
    let (mut rest_p, mut rest, mut statistic, mut freedom) = (1.0, shots, 0.0, -1.0);
    for (key, p) in probabilities.iter().filter(|(_, p)| n * **p >= 5.0) {
        let count = seen(key);
        need(binomial_tail(shots, *p, count) > P_MIN / 10.0, || {
            format!("outcome {key} seen {count} times of {shots}, expected {:.1}", n * p)
        })?;
        rest_p -= p;
        rest -= count;
        statistic += (count as f64 - n * p).powi(2) / (n * p);
        freedom += 1.0;
    }
    let rest_p = f64::max(rest_p, 0.0);
    if n * rest_p >= 5.0 {
        statistic += (rest as f64 - n * rest_p).powi(2) / (n * rest_p);
        freedom += 1.0;
    } else {
        // Probabilities are given to 12 digits.
        let rest_p = if rest_p > 1e-10 { rest_p } else { 0.0 };
        need(binomial_tail(shots, rest_p, rest) > P_MIN / 10.0, || {
            format!("{rest} shots on rare outcomes, expected {:.2}", n * rest_p)
        })?;
    }
    if freedom > 0.0 {
        let p_value = gamma_q(freedom / 2.0, statistic / 2.0);
        need(p_value > P_MIN, || {
            format!("chi-square {statistic:.1} for {freedom} degrees: p {p_value:.1e}")
        })?;
    }
    Ok(())
}

/// ln Γ(x) for x > 0 (Lanczos).
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let series =
        COEFFICIENTS[1..].iter().zip(1..).fold(COEFFICIENTS[0], |sum, (c, i)| sum + c / (x + f64::from(i)));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// Twice the probability of an outcome at least as far from the mean on the same side.
fn binomial_tail(n: u64, p: f64, k: u64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return f64::from(k == if p <= 0.0 { 0 } else { n });
    }
    let ln_pmf = |i: u64| {
        let (n, i) = (n as f64, i as f64);
        ln_gamma(n + 1.0) - ln_gamma(i + 1.0) - ln_gamma(n - i + 1.0) + i * p.ln() + (n - i) * (-p).ln_1p()
    };
    let mut sum = 0.0;
    let outward: Box<dyn Iterator<Item = u64>> =
        if k as f64 >= n as f64 * p { Box::new(k..=n) } else { Box::new((0..=k).rev()) };
    for i in outward {
        let term = ln_pmf(i).exp();
        sum += term;
        if term < sum * 1e-12 {
            break;
        }
    }
    f64::min(1.0, 2.0 * sum)
}

/// The upper regularised incomplete gamma function Q(a, x), by series or continued fraction.
fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (-x + a * x.ln() - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-15 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return f64::max(0.0, 1.0 - sum * scale);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut h = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-14 {
            break;
        }
    }
    scale * h
}

/// A Pauli string with a sign: bits of X, bits of Z, whether it is negative. `Y` is both.
type PauliString = (u128, u128, bool);

/// The Pauli strings of a list of texts, all of one length.
fn generators(value: &Value) -> Option<Vec<PauliString>> {
    let mut length = None;
    let read = |text: &Value| {
        let text = text.as_str()?;
        let letters = text.trim_start_matches(['+', '-']);
        let same = *length.get_or_insert(letters.len()) == letters.len();
        let (mut x, mut z) = (0, 0);
        for (bit, letter) in letters.chars().rev().enumerate() {
            x |= u128::from("XY".contains(letter)) << bit;
            z |= u128::from("ZY".contains(letter)) << bit;
        }
        (same && letters.chars().all(|letter| "IXYZ".contains(letter))).then_some((
            x,
            z,
            text.starts_with('-'),
        ))
    };
    let list: Option<Vec<PauliString>> = value.as_array()?.iter().map(read).collect();
    list.filter(|list| list.len() == length.unwrap_or(0))
}

/// The product of two strings that commute.
fn product(a: PauliString, b: PauliString) -> PauliString {
    // A string is i^|x & z| X^x Z^z; exponents of i are counted in fours.
    let own = |p: PauliString| (p.0 & p.1).count_ones() + 2 * u32::from(p.2);
    let (x, z) = (a.0 ^ b.0, a.1 ^ b.1);
    let exponent = own(a) + own(b) + 2 * (a.1 & b.0).count_ones() + 3 * (x & z).count_ones();
    (x, z, exponent % 4 == 2)
}

/// The reduced row echelon form of independent generators: the same for each choice of them.
fn canonical(mut rows: Vec<PauliString>) -> Option<Vec<PauliString>> {
    let mut done: Vec<PauliString> = Vec::new();
    for bit in 0..256 {
        let has =
            |row: &PauliString| if bit < 128 { row.0 >> bit & 1 == 1 } else { row.1 >> (bit - 128) & 1 == 1 };
        let Some(place) = rows.iter().position(has) else { continue };
        let pivot = rows.remove(place);
        for row in rows.iter_mut().chain(&mut done).filter(|row| has(row)) {
            *row = product(*row, pivot);
        }
        done.push(pivot);
    }
    rows.is_empty().then_some(done)
}

/// Judges one saved value.
pub fn datum(got: &Value, spec: &Value, what: &str, shots: Option<u64>) -> Verdict {
    let tolerance = spec["atol"].as_f64().unwrap_or(TOLERANCE);
    match spec["kind"].as_str().unwrap_or_default() {
        "complex" => close(got, &spec["value"], tolerance, what),
        "one_of" => {
            let options = spec["options"].as_array().ok_or("bad case: no options")?;
            let matches = options.iter().any(|option| datum(got, option, what, None).is_ok());
            need(matches, || format!("{what}: none of the possible values"))
        }
        "conditional" => {
            let got = got.as_object().filter(|got| !got.is_empty());
            let got = got.ok_or_else(|| format!("{what}: not keyed by memory"))?;
            let possible = spec["value"].as_object().ok_or("bad case: no values")?;
            for key in got.keys() {
                need(possible.contains_key(&hex_key(key)?), || format!("{what}: impossible memory {key}"))?;
            }
            for (key, spec) in possible {
                match got.get(key) {
                    Some(value) => datum(value, spec, what, None)?,
                    None => need(spec["optional"] == true, || format!("{what}: nothing for memory {key}"))?,
                }
            }
            Ok(())
        }
        "list" => {
            let got = got.as_array().ok_or_else(|| format!("{what}: no list"))?;
            let length = spec["length"].as_u64().or(shots);
            need(!got.is_empty() && length.is_none_or(|length| got.len() as u64 == length), || {
                format!("{what}: {} entries", got.len())
            })?;
            let options = spec["options"].as_array().ok_or("bad case: no options")?;
            let mut tally = BTreeMap::new();
            for entry in got {
                let matching =
                    options.iter().position(|option| datum(entry, &option["spec"], what, None).is_ok());
                let matching = matching.ok_or_else(|| format!("{what}: {} is impossible", short(entry)))?;
                *tally.entry(matching.to_string()).or_insert(0) += 1;
            }
            let probabilities: Option<BTreeMap<String, f64>> = options
                .iter()
                .enumerate()
                .map(|(i, option)| Some((i.to_string(), option["p"].as_f64()?)))
                .collect();
            probabilities.map_or(Ok(()), |p| chi_square(&tally, &p, got.len() as u64))
        }
        "real" => close_real(got, &spec["value"], tolerance, what),
        "real_dict" | "complex_dict" => close_dict(got, &spec["value"], tolerance, what),
        "fidelity" => {
            let (got, expected) = (amplitudes(got)?, amplitudes(&spec["value"])?);
            need(got.len() == expected.len(), || format!("{what}: {} amplitudes", got.len()))?;
            let norm = |state: &[(f64, f64)]| state.iter().map(|(x, y)| x * x + y * y).sum::<f64>();
            let (re, im) = got
                .iter()
                .zip(&expected)
                .fold((0.0, 0.0), |(re, im), ((a, b), (x, y))| (re + a * x + b * y, im + a * y - b * x));
            let norms = (norm(&got), norm(&expected));
            let least = spec["min"].as_f64().ok_or("bad case: no min")?;
            let fidelity = (re * re + im * im) / (norms.0 * norms.1);
            let size = norms.0 / norms.1;
            need(size > 0.5 && size < 2.0 && fidelity >= least, || format!("{what}: fidelity {fidelity}"))
        }
        "stabilizer" => {
            let got = got.get("stabilizer").unwrap_or(got);
            let group = |value: &Value| generators(value).and_then(canonical);
            let expected = group(&spec["value"]).ok_or("bad case: no generators")?;
            need(group(got).is_some_and(|got| got == expected), || {
                format!("{what}: another stabilizer group")
            })
        }
        "clifford" => ["stabilizer", "destabilizer"].into_iter().try_for_each(|part| {
            let expected = generators(&spec["value"][part]).ok_or("bad case: no generators")?;
            need(generators(&got[part]).is_some_and(|got| got == expected), || {
                format!("{what}: another {part}")
            })
        }),
        "mps" => {
            let state = contracted(got).ok_or_else(|| format!("{what}: no [[tensors], [lambdas]]"))?;
            let spec = json!({ "kind": "fidelity", "value": spec["value"], "min": 1.0 - 1e-7 });
            datum(&state, &spec, what, shots)
        }
        "conditional_list" => {
            let got = got.as_object().filter(|got| !got.is_empty());
            let got = got.ok_or_else(|| format!("{what}: not keyed by memory"))?;
            let possible = spec["value"].as_object().ok_or("bad case: no values")?;
            let (mut tally, mut probabilities) = (BTreeMap::new(), BTreeMap::new());
            for (key, option) in possible {
                probabilities.insert(key.clone(), option["p"].as_f64().ok_or("bad case: no p")?);
            }
            for (key, list) in got {
                let key = hex_key(key)?;
                let list = list.as_array().filter(|list| !list.is_empty());
                let list = list.ok_or_else(|| format!("{what}[{key}]: no list"))?;
                let option = possible.get(&key).ok_or_else(|| format!("{what}: impossible memory {key}"))?;
                list.iter().try_for_each(|entry| datum(entry, &option["spec"], what, None))?;
                tally.insert(key, list.len() as u64);
            }
            let sum = tally.values().sum::<u64>();
            let length = spec["length"].as_u64().or(shots);
            need(length.is_none_or(|length| sum == length), || format!("{what}: {sum} entries"))?;
            chi_square(&tally, &probabilities, sum)
        }
        other => Err(format!("bad case: kind {other:?}")),
    }
}

/// Means and sums over shots: exact, as the counts of the same result say how often each value came.
pub fn mixture(got: &Value, spec: &Value, what: &str, tally: &BTreeMap<String, u64>) -> Verdict {
    let values = spec["values"].as_object().ok_or("bad case: no values")?;
    let normalized = spec["normalized"].as_bool().ok_or("bad case: normalized")?;
    let tolerance = spec["atol"].as_f64().unwrap_or(TOLERANCE);
    let shots = tally.values().sum::<u64>() as f64;
    let mut parts = Vec::new();
    for (key, count) in tally {
        let value = values.get(key).ok_or_else(|| format!("{what}: impossible memory {key}"))?;
        parts.push((key, value, *count as f64));
    }
    let expect = |value: Value, weight: f64| -> Value {
        serde_json::json!({ "kind": spec["of"], "value": value, "atol": tolerance * f64::max(weight, 1.0) })
    };
    if spec["kind"] == "mix" {
        let by = if normalized { shots } else { 1.0 };
        let sum = parts.iter().fold(Value::Null, |sum, (_, value, count)| plus(&sum, value, count / by));
        return datum(got, &expect(sum, shots / by), what, None);
    }
    let got = got.as_object().ok_or_else(|| format!("{what}: not keyed by memory"))?;
    need(got.len() == parts.len(), || format!("{what}: {} values of the memory", got.len()))?;
    for (key, value, count) in parts {
        let weight = if normalized { 1.0 } else { count };
        let got = got.get(key).ok_or_else(|| format!("{what}: nothing for memory {key}"))?;
        datum(got, &expect(plus(&Value::Null, value, weight), weight), &format!("{what}[{key}]"), None)?;
    }
    Ok(())
}

/// `sum + weight * value`, entry by entry; what is not there yet counts as 0.
fn plus(sum: &Value, value: &Value, weight: f64) -> Value {
    match value {
        Value::Array(entries) => {
            let at = |i: usize| sum.get(i).unwrap_or(&Value::Null);
            entries.iter().enumerate().map(|(i, value)| plus(at(i), value, weight)).collect()
        }
        Value::Object(entries) => {
            let mut total = sum.as_object().cloned().unwrap_or_default();
            for (key, value) in entries {
                let before = total.get(key).cloned().unwrap_or_default();
                total.insert(key.clone(), plus(&before, value, weight));
            }
            total.into()
        }
        _ => (sum.as_f64().unwrap_or(0.0) + weight * value.as_f64().unwrap_or(f64::NAN)).into(),
    }
}

/// The amplitudes of `[[[A0, A1] of each qubit], [lambdas of each bond]]`, as pairs.
fn contracted(mps: &Value) -> Option<Value> {
    let [tensors, bonds] = mps.as_array()?.as_slice() else { return None };
    let (tensors, bonds) = (tensors.as_array()?, bonds.as_array()?);
    if tensors.is_empty() || bonds.len() + 1 != tensors.len() {
        return None;
    }
    // A row for each basis state so far; the first qubit is the least significant bit.
    let mut rows = vec![vec![(1.0, 0.0)]];
    for (place, pair) in tensors.iter().enumerate() {
        let weights: Vec<f64> = match place.checked_sub(1) {
            None => vec![1.0],
            Some(bond) => bonds[bond].as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?,
        };
        let mut next = Vec::new();
        for matrix in pair.as_array().filter(|pair| pair.len() == 2)? {
            let matrix: Vec<Vec<(f64, f64)>> =
                matrix.as_array()?.iter().map(|row| amplitudes(row).ok()).collect::<Option<_>>()?;
            let columns = matrix.first()?.len();
            if matrix.iter().any(|row| row.len() != columns) {
                return None;
            }
            for row in &rows {
                if row.len() != matrix.len() || row.len() != weights.len() {
                    return None;
                }
                let mut sum = vec![(0.0, 0.0); columns];
                for (((x, y), weight), entries) in row.iter().zip(&weights).zip(&matrix) {
                    for ((re, im), (a, b)) in sum.iter_mut().zip(entries) {
                        *re += weight * (x * a - y * b);
                        *im += weight * (x * b + y * a);
                    }
                }
                next.push(sum);
            }
        }
        rows = next;
    }
    let last = |row: &Vec<(f64, f64)>| match row.as_slice() {
        [(re, im)] => Some(json!([re, im])),
        _ => None,
    };
    rows.iter().map(last).collect()
}

fn amplitudes(value: &Value) -> Result<Vec<(f64, f64)>, String> {
    let list = value.as_array().ok_or("no list of amplitudes")?;
    // A matrix, row by row.
    if list.first().is_some_and(|row| amplitudes(row).is_ok()) {
        return Ok(list.iter().map(amplitudes).collect::<Result<Vec<_>, _>>()?.concat());
    }
    list.iter().map(|value| complex(value).ok_or_else(|| format!("{value} is no amplitude"))).collect()
}

/// Arrays of any depth whose innermost entries are real numbers, or complex ones that are real.
fn close_real(got: &Value, expected: &Value, tolerance: f64, what: &str) -> Verdict {
    if let Some(x) = expected.as_f64() {
        let real = got.as_f64().or_else(|| complex(got).filter(|(_, im)| im.abs() < 1e-9).map(|(re, _)| re));
        let near = real.is_some_and(|y| (x - y).abs() <= tolerance);
        return need(near, || format!("{what}: {}, expected {expected}", short(got)));
    }
    entries(got, expected, what, |got, expected, what| close_real(got, expected, tolerance, what))
}

/// Objects keyed by basis states, in which 0 need not stand.
fn close_dict(got: &Value, expected: &Value, tolerance: f64, what: &str) -> Verdict {
    let got = got.as_object().ok_or_else(|| format!("{what}: no object"))?;
    let expected = expected.as_object().ok_or("bad case: no values")?;
    let got: BTreeMap<String, &Value> =
        got.iter().map(|(key, value)| Ok((hex_key(key)?, value))).collect::<Result<_, String>>()?;
    let number = |value: Option<&Value>| match value {
        None => Some((0.0, 0.0)),
        Some(value) => value.as_f64().map(|x| (x, 0.0)).or_else(|| complex(value)),
    };
    for key in got.keys().chain(expected.keys()) {
        let pair = number(got.get(key).copied()).zip(number(expected.get(key)));
        let near = pair.is_some_and(|((a, b), (x, y))| (a - x).hypot(b - y) <= tolerance);
        need(near, || format!("{what}[{key}]: {:?}, expected {:?}", got.get(key), expected.get(key)))?;
    }
    Ok(())
}

/// Arrays of any depth whose innermost entries are `[re, im]`.
fn close(got: &Value, expected: &Value, tolerance: f64, what: &str) -> Verdict {
    if let Some((re, im)) = complex(expected) {
        let near = complex(got).is_some_and(|(a, b)| (a - re).hypot(b - im) <= tolerance);
        return need(near, || format!("{what}: {}, expected {expected}", short(got)));
    }
    entries(got, expected, what, |got, expected, what| close(got, expected, tolerance, what))
}

/// Compares arrays of the same length entry by entry.
fn entries(
    got: &Value,
    expected: &Value,
    what: &str,
    compare: impl Fn(&Value, &Value, &str) -> Verdict,
) -> Verdict {
    let (Some(got), Some(expected)) = (got.as_array(), expected.as_array()) else {
        return Err(format!("{what}: {} is no array", short(got)));
    };
    need(got.len() == expected.len(), || {
        format!("{what}: {} entries, expected {}", got.len(), expected.len())
    })?;
    got.iter()
        .zip(expected)
        .enumerate()
        .try_for_each(|(i, (got, expected))| compare(got, expected, &format!("{what}[{i}]")))
}

fn complex(value: &Value) -> Option<(f64, f64)> {
    match value.as_array()?.as_slice() {
        [re, im] => re.as_f64().zip(im.as_f64()),
        _ => None,
    }
}
