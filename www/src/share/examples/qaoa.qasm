// QAOA: cuts the corners of a square into two groups so that as many edges as can be lie between them.
OPENQASM 3.0;
include "stdgates.inc";

qubit[4] q;
bit[4] c;

// Angles of two layers, found by a classical optimiser.
const array[float, 2] gamma = {pi / 2, pi / 4};
const array[float, 2] beta = {3 * pi / 8, pi / 4};

h q;  // every way to cut
for int layer in [0:1] {
  // Each edge turns the phase of the cuts that it lies in.
  for int i in [0:3] {
    rzz(gamma[layer]) q[i], q[(i + 1) % 4];
  }
  // The mixer moves between cuts.
  rx(2 * beta[layer]) q;
}

// 0101 and 1010 cut all four edges.
c = measure q;
