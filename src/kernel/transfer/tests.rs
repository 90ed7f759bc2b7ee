use super::*;

/// The matrix by its definition: an entry where row and column agree on the other bits.
fn expected(vector: &[f64], bits: &[u32], matrix: &[f64]) -> Vec<f64> {
    let (fixed, size) = (mask(bits), 1 << bits.len());
    let entry = |row: usize, column: usize| {
        let agree = row & !fixed == column & !fixed;
        if agree { matrix[extract(row, bits) * size + extract(column, bits)] } else { 0.0 }
    };
    let row = |row: usize| (0..vector.len()).map(|column| entry(row, column) * vector[column]).sum();
    (0..vector.len()).map(row).collect()
}

/// Numbers without a pattern.
fn numbers(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64 - 0.5
    };
    (0..len).map(|_| next()).collect()
}

fn check<T: Real>(tolerance: f64) {
    let places: [&[u32]; 9] =
        [&[0, 3], &[1, 4], &[2, 5], &[5, 0], &[0, 1], &[3, 2], &[0, 1, 3, 4], &[5, 2, 4, 1], &[2, 3, 4, 5]];
    for (case, bits) in places.into_iter().enumerate() {
        let size = 1 << bits.len();
        let mut matrix = numbers(size * size, case as u64);
        // Some rows that do nothing, some entries that are 0.
        for row in (0..size).filter(|row| row % 3 == 0) {
            (0..size).for_each(|column| matrix[row * size + column] = f64::from(u8::from(row == column)));
        }
        (0..size * size).filter(|i| i % 5 == 2).for_each(|i| matrix[i] = 0.0);
        let start = numbers(64, 99);
        let mut vector: Vec<T> = start.iter().map(|x| T::from_f64(*x)).collect();
        let transfer = Transfer::<T>::new(vector.len(), bits, &matrix);
        // In uneven pieces.
        let mut first = 0;
        while first < transfer.columns() {
            transfer.apply(&mut vector, first, 3);
            first += 3;
        }
        for (found, expected) in vector.iter().zip(expected(&start, bits, &matrix)) {
            assert!((found.to_f64() - expected).abs() < tolerance, "{bits:?}: {found:?} for {expected}");
        }
    }
}

#[test]
fn a_matrix_does_what_its_definition_says() {
    check::<f64>(1e-13);
    check::<f32>(1e-5);
}
