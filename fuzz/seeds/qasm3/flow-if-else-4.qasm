OPENQASM 3.0;
include "stdgates.inc";
bit[1] c;
bit[1] o;
qubit[2] q;
ry(4.494562298) q[0];
c[0] = measure q[0];
if (c[0]) { ry(-5.486623664) q[1]; } else { ry(0.03618616) q[1]; }
o[0] = measure q[1];
