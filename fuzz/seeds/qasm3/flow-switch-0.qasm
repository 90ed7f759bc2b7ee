OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
bit[1] o;
qubit[3] q;
ry(-6.084577458) q[0];
ry(4.6149455) q[1];
c[0] = measure q[0];
c[1] = measure q[1];
switch (c) { case 0 { ry(-1.43928972) q[2]; } case 2 { ry(5.29204609) q[2]; } default { ry(0.718730107) q[2]; } }
o[0] = measure q[2];
