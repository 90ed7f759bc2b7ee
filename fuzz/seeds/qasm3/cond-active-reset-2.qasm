OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
qubit[1] q;
ry(-4.693729019) q[0];
c[0] = measure q[0];
if (c == 1) {
  x q[0];
}
c[1] = measure q[0];
