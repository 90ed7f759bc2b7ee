OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
bit[1] o;
qubit[3] q;
ry(3.600568226) q[0];
ry(-2.403912105) q[1];
c[0] = measure q[0];
c[1] = measure q[1];
switch (c) { case 0 { ry(-1.928820115) q[2]; } case 2 { ry(3.741524034) q[2]; } default { ry(3.24308718) q[2]; } }
o[0] = measure q[2];
