OPENQASM 3;
include "stdgates.inc";
bit[1] c;
qubit[2] q;
c[0] = measure q[0];
if (c == 1) { }
t q[1];
