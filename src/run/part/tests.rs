use super::*;

#[test]
fn counts_are_added_and_sorted_and_memories_follow_each_other() {
    let outcomes = |words: &[u64]| Outcomes { words_per_shot: 1, words: words.to_vec() };
    let data = |keys: &[u64], shots: &[u64], memory: &[u64]| ExperimentData {
        counts: Some(Counts { memories: outcomes(keys), shots: shots.to_vec() }),
        memory: Some(outcomes(memory)),
        ..ExperimentData::default()
    };
    let parts = [data(&[10, 16], &[1, 1], &[16, 10]), data(&[2, 10], &[1, 2], &[10, 2, 10])];
    assert_eq!(merge_shots(parts), data(&[2, 10, 16], &[1, 3, 1], &[16, 10, 10, 2, 10]));
    assert_eq!(merge_shots([]), ExperimentData::default());
}

#[test]
fn a_part_whose_memories_need_fewer_words_fits_to_the_others() {
    let outcomes = |words_per_shot, words: &[u64]| Outcomes { words_per_shot, words: words.to_vec() };
    let memory = |outcomes| ExperimentData { memory: Some(outcomes), ..ExperimentData::default() };
    let merged = merge_shots([memory(outcomes(1, &[7])), memory(outcomes(2, &[1, 2]))]);
    assert_eq!(merged, memory(outcomes(2, &[7, 0, 1, 2])));
}
