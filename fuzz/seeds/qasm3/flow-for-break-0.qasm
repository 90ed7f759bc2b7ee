OPENQASM 3.0;
include "stdgates.inc";
bit[1] c;
bit[1] o;
qubit[2] q;
h q[1];
for int i in [0:1] { ry(1.097971) q[0]; c[0] = measure q[0]; if (c[0]) { break; } t q[1]; }
h q[1];
o[0] = measure q[1];
