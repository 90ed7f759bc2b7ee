OPENQASM 3.0;
include "stdgates.inc";
gate sxdg _gate_q_0 {
  s _gate_q_0;
  h _gate_q_0;
  s _gate_q_0;
}
qubit[3] q;
x q[0];
z q[1];
s q[2];
cz q[0], q[1];
z q[0];
sxdg q[1];
sx q[2];
swap q[1], q[2];
ccx q[2], q[1], q[0];
