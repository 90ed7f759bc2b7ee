//! Random matrices come from `ChaCha8` with the seeds in the text.

use super::*;
use crate::kernel::svd::tests::{Random, adjoint, distance, naive};

/// Seed 4.
#[test]
fn products_agree_with_the_definition() {
    let mut random = Random::new(4);
    for _ in 0..300 {
        let (rows, inner, columns) = (random.size(40), random.size(40), random.size(40));
        let (a, b) = (random.matrix(rows, inner), random.matrix(inner, columns));
        let expected = naive(&a, inner, &b, columns);
        let (a_adjoint, b_adjoint) = (adjoint(&a, inner), adjoint(&b, columns));
        let (a, b) = (Operand::new(&a, inner), Operand::new(&b, columns));
        let lefts = [a, Operand::new(&a_adjoint, rows).adjoint()];
        let rights = [b, Operand::new(&b_adjoint, inner).adjoint()];
        for (left, right) in lefts.into_iter().flat_map(|a| rights.map(|b| (a, b))) {
            assert!(distance(&product(left, right).unwrap(), &expected) < 1e-13);
        }
    }
    let a = [Complex::ONE; 6];
    assert_eq!(product(Operand::new(&a, 2), Operand::new(&a, 2)).unwrap_err().code, ErrorCode::Internal);
}
