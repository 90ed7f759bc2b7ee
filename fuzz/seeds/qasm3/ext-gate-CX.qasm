OPENQASM 3.0;
include "stdgates.inc";
gate sxdg _gate_q_0 {
  s _gate_q_0;
  h _gate_q_0;
  s _gate_q_0;
}
qubit[3] q;
sxdg q[0];
z q[1];
y q[2];
cx q[1], q[2];
sxdg q[0];
sdg q[1];
h q[2];
cx q[1], q[2];
cx q[0], q[2];
