// Quantum Fourier transform: shows the period of a state.
OPENQASM 3.0;
include "stdgates.inc";

qubit[4] q;
bit[4] c;

// |1> + |5> + |9> + |13>: every fourth number, starting at 1.
x q[0];
h q[2];
h q[3];
barrier q;

// The transform: each qubit is turned by all that are below it.
for int i in [3:-1:0] {
  h q[i];
  for int j in [i - 1:-1:0] {
    cp(pi / 2 ** (i - j)) q[j], q[i];
  }
}
swap q[0], q[3];
swap q[1], q[2];

// Period 4 of 16 numbers: peaks at multiples of 16 / 4. Where the numbers start does not matter.
c = measure q;
