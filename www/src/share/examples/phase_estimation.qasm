// Phase estimation: reads the phase of a gate as a binary fraction.
OPENQASM 3.0;
include "stdgates.inc";

const int bits = 4;
const float turn = 2 * pi / 3;  // a third of a turn: no fraction of 16, so the answer is not quite sharp

qubit[bits] count;
qubit state;
bit[bits] c;

// |1> keeps its state under p(turn) and takes the phase.
x state;
h count;

// Counting qubit k sees the gate 2^k times.
for int k in [0:bits - 1] {
  for int time in [1:2 ** k] {
    cp(turn) count[k], state;
  }
}

// The inverse Fourier transform makes a number of the phases.
swap count[0], count[3];
swap count[1], count[2];
for int i in [0:bits - 1] {
  for int j in [0:i - 1] {
    cp(-pi / 2 ** (i - j)) count[j], count[i];
  }
  h count[i];
}

// Most often 0101 = 5: 5/16 = 0.3125 is the nearest to 1/3.
c = measure count;
