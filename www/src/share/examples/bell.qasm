// Bell state: two qubits that always agree.
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] q;
bit[2] c;

h q[0];         // q[0] is 0 and 1 in equal parts
cx q[0], q[1];  // q[1] follows it: (|00> + |11>) / sqrt(2)

c = measure q;
