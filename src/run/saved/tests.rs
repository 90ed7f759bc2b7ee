use serde_json::{Value, json};

use super::*;
use crate::circuit::operation::SaveKind;
use crate::run::result::saved_json;

/// Two shots with memory 0 and one with memory 1, under one subtype.
fn collected(subtype: SaveSubtype, kind: SaveKind, values: [SavedValue; 3]) -> Value {
    let save = Save { kind, label: "a".into(), subtype };
    let mut collector = Collector::default();
    for (value, memory) in values.into_iter().zip([0, 1, 0]) {
        collector.add(&save, &Bits::from_u64(memory), value, 1);
    }
    saved_json(&collector.finish()["a"])
}

#[test]
fn every_subtype_combines_as_in_aer() {
    use SaveSubtype as S;
    for (subtype, expected) in [
        (S::Single, json!(5.0)),
        (S::List, json!([1.0, 3.0, 5.0])),
        (S::Accum, json!(9.0)),
        (S::Average, json!(3.0)),
        (S::CSingle, json!({"0x0": 5.0, "0x1": 3.0})),
        (S::CList, json!({"0x0": [1.0, 5.0], "0x1": [3.0]})),
        (S::CAccum, json!({"0x0": 6.0, "0x1": 3.0})),
        (S::CAverage, json!({"0x0": 3.0, "0x1": 3.0})),
    ] {
        let values = [1.0, 3.0, 5.0].map(SavedValue::Real);
        assert_eq!(collected(subtype, SaveKind::Probabilities, values), expected, "{subtype:?}");
    }
}

/// A key that some shots lack counts as 0 there.
#[test]
fn means_of_dictionaries_run_over_all_shots() {
    let dict = |entries: &[(&str, f64)]| {
        SavedValue::RealDict(entries.iter().map(|(key, x)| ((*key).to_owned(), *x)).collect())
    };
    let values = || {
        [dict(&[("0x0", 1.0)]), dict(&[("0x0", 0.25), ("0x3", 0.75)]), dict(&[("0x3", 0.75), ("0x2", 0.25)])]
    };
    let mean = collected(SaveSubtype::Average, SaveKind::ProbabilitiesDict, values());
    assert_eq!(mean, json!({"0x0": 1.25 / 3.0, "0x3": 0.5, "0x2": 0.25 / 3.0}));
    let sums = collected(SaveSubtype::CAccum, SaveKind::ProbabilitiesDict, values());
    assert_eq!(
        sums,
        json!({"0x0": {"0x0": 1.0, "0x3": 0.75, "0x2": 0.25}, "0x1": {"0x0": 0.25, "0x3": 0.75}})
    );
}

#[test]
fn vectors_and_matrices_add_up_entry_by_entry() {
    let matrix = |x: f64| SavedValue::ComplexMatrix { columns: 1, entries: vec![x, -x] };
    let mean = collected(SaveSubtype::Average, SaveKind::DensityMatrix, [1.0, 2.0, 6.0].map(matrix));
    assert_eq!(mean, json!([[[3.0, -3.0]]]));
    let vector = |x: f64| SavedValue::RealVector(vec![x, 2.0 * x]);
    let sum = collected(SaveSubtype::Accum, SaveKind::Probabilities, [1.0, 2.0, 6.0].map(vector));
    assert_eq!(sum, json!([9.0, 18.0]));
}
