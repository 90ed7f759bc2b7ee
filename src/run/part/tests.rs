use super::*;

#[test]
fn counts_are_added_and_sorted_and_memories_follow_each_other() {
    let data = |counts: &[(&str, u64)], memory: &[&str]| ExperimentData {
        counts: Some(counts.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()),
        memory: Some(memory.iter().map(|key| (*key).to_owned()).collect()),
        ..ExperimentData::default()
    };
    let parts = [
        data(&[("0xa", 1), ("0x10", 1)], &["0x10", "0xa"]),
        data(&[("0x2", 1), ("0xa", 2)], &["0xa", "0x2", "0xa"]),
    ];
    let merged = merge_shots(parts);
    assert_eq!(merged, data(&[("0x2", 1), ("0xa", 3), ("0x10", 1)], &["0x10", "0xa", "0xa", "0x2", "0xa"]));
    let order: Vec<&String> = merged.counts.as_ref().unwrap().keys().collect();
    assert_eq!(order, ["0x2", "0xa", "0x10"]);
    assert_eq!(merge_shots([]), ExperimentData::default());
}
