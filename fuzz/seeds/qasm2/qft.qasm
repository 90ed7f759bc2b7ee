// The quantum Fourier transform of three qubits and its inverse: the number that goes in comes out.
OPENQASM 2.0;
include "qelib1.inc";

gate qft a,b,c {
  h c;
  cu1(pi/2) b,c;
  cu1(pi/4) a,c;
  h b;
  cu1(pi/2) a,b;
  h a;
  swap a,c;
}

gate inverse_qft a,b,c {
  swap a,c;
  h a;
  cu1(-pi/2) a,b;
  h b;
  cu1(-pi/4) a,c;
  cu1(-pi/2) b,c;
  h c;
}

qreg q[3];
creg c[3];

// The number 5.
x q[0];
x q[2];

qft q[0],q[1],q[2];
barrier q;
inverse_qft q[0],q[1],q[2];
measure q -> c;
