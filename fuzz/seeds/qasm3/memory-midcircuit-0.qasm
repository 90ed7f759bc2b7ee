OPENQASM 3.0;
include "stdgates.inc";
bit[3] c;
qubit[2] q;
ry(1.305571896) q[0];
c[0] = measure q[0];
h q[0];
c[1] = measure q[0];
if (c == 3) {
  x q[1];
}
c[2] = measure q[1];
