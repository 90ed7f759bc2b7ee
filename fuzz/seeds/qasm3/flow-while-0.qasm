OPENQASM 3.0;
include "stdgates.inc";
bit[1] c;
bit[1] o;
qubit[2] q;
ry(5.109914895) q[0];
c[0] = measure q[0];
while (c[0]) { ry(0.4) q[1]; ry(1.492295) q[0]; c[0] = measure q[0]; }
o[0] = measure q[1];
