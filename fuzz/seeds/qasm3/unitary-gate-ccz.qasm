OPENQASM 3.0;
include "stdgates.inc";
gate ccz _gate_q_0, _gate_q_1, _gate_q_2 {
  h _gate_q_2;
  ccx _gate_q_0, _gate_q_1, _gate_q_2;
  h _gate_q_2;
}
qubit[3] q;
U(-0.777503837, -5.36195325, 1.944286593) q[0];
U(-2.844993748, -2.049040428, -1.359516639) q[1];
U(3.660552704, 3.785778757, -5.402656061) q[2];
cx q[1], q[2];
ccz q[1], q[0], q[2];
