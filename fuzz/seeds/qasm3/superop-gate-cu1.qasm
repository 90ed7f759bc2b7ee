OPENQASM 3.0;
include "stdgates.inc";
gate cu1_0(_gate_p_0) _gate_q_0, _gate_q_1 {
  u1(1.6036185465) _gate_q_0;
  cx _gate_q_0, _gate_q_1;
  u1(-1.6036185465) _gate_q_1;
  cx _gate_q_0, _gate_q_1;
  u1(1.6036185465) _gate_q_1;
}
qubit[2] q;
U(3.046991597, -4.577472112, -6.003522475) q[0];
U(-3.971664405, -1.524390455, 5.746461388) q[1];
cx q[1], q[0];
cu1_0(3.207237093) q[0], q[1];
