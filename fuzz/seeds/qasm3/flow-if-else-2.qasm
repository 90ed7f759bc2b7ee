OPENQASM 3.0;
include "stdgates.inc";
bit[1] c;
bit[1] o;
qubit[2] q;
ry(5.019217096) q[0];
c[0] = measure q[0];
if (c[0]) { ry(-4.602792618) q[1]; } else { ry(-4.159870357) q[1]; }
o[0] = measure q[1];
