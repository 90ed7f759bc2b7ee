// Noise study: what is left of a GHZ state when every gate is a little wrong.
OPENQASM 3.0;
include "stdgates.inc";

qubit[5] q;
bit[5] c;

h q[0];
for int i in [0:3] {
  cx q[i], q[i + 1];
}

// Without noise 00000 and 11111 only. Each CNOT adds to what is wrong; more of them make it worse.
c = measure q;
