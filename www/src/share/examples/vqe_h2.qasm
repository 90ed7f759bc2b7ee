// VQE for the hydrogen molecule: a circuit with one angle, at the angle that makes the energy least.
OPENQASM 3.0;
include "stdgates.inc";

// Two qubits hold the molecule at 0.735 angstrom (STO-3G orbitals, parity mapping). Its energy in hartree is
//   -1.052373 + 0.397937 Z0 - 0.397937 Z1 - 0.011280 Z0 Z1 + 0.180931 X0 X1
// to which 0.719969 comes for the two nuclei.
const float theta = -0.223537;  // try others: the energy only grows

qubit[2] q;
bit[2] c;

x q[0];          // |01>, the Hartree-Fock state
ry(theta) q[1];  // with a little of |10>
cx q[1], q[0];

c = measure q;
