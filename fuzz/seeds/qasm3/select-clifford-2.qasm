OPENQASM 3.0;
include "stdgates.inc";
gate sxdg _gate_q_0 {
  s _gate_q_0;
  h _gate_q_0;
  s _gate_q_0;
}
bit[4] c;
qubit[4] q;
x q[0];
x q[1];
z q[2];
y q[3];
cy q[3], q[2];
swap q[1], q[0];
sxdg q[0];
h q[1];
sxdg q[2];
sdg q[3];
cx q[0], q[2];
cy q[3], q[1];
c[0] = measure q[0];
c[1] = measure q[1];
c[2] = measure q[2];
c[3] = measure q[3];
