OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
bit[1] o;
qubit[3] q;
ry(2.521085041) q[0];
ry(2.246500683) q[1];
c[0] = measure q[0];
c[1] = measure q[1];
switch (c) { case 0 { ry(1.030396267) q[2]; } case 2 { ry(-2.510894105) q[2]; } default { ry(-1.771495752) q[2]; } }
o[0] = measure q[2];
