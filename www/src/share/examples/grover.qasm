// Grover's search: finds the marked one of 8 values with 2 looks instead of about 4.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] q;
bit[3] c;

// The oracle turns the sign of |101>, and of nothing else.
def oracle(qubit[3] a) {
  x a[1];
  ccz a[0], a[1], a[2];
  x a[1];
}

// Reflects every amplitude about their mean, which makes the marked one grow.
def diffusion(qubit[3] a) {
  h a;
  x a;
  ccz a[0], a[1], a[2];
  x a;
  h a;
}

h q;
for uint round in [1:2] {
  oracle(q);
  diffusion(q);
}

// sin^2(5 arcsin(1/sqrt(8))) = 94.5 %. A third round would make it worse.
c = measure q;
