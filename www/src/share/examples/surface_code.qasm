// Surface code of distance 3: nine qubits hold one, and eight others find out where an error struck.
OPENQASM 3.0;
include "stdgates.inc";

qubit[9] data;     // 0 1 2 / 3 4 5 / 6 7 8
qubit[4] x_check;
qubit[4] z_check;
qubit reader;
bit[4] z_syndrome; // where X errors are seen
bit[4] x_syndrome; // where Z errors are seen
bit logical;

// The logical 0: the sum of all that the X checks make of |000000000>.
h data[0]; h data[2]; h data[6]; h data[8];
cx data[0], data[1];
cx data[2], data[1]; cx data[2], data[4]; cx data[2], data[5];
cx data[6], data[3]; cx data[6], data[4]; cx data[6], data[7];
cx data[8], data[7];
barrier data, x_check, z_check;

// The error. Try another qubit, or z in the place of x.
x data[4];
barrier data, x_check, z_check;

// One round. Each Z check is the parity of its data qubits ...
cx data[0], z_check[0]; cx data[1], z_check[0]; cx data[3], z_check[0]; cx data[4], z_check[0];
cx data[4], z_check[1]; cx data[5], z_check[1]; cx data[7], z_check[1]; cx data[8], z_check[1];
cx data[2], z_check[2]; cx data[5], z_check[2];
cx data[3], z_check[3]; cx data[6], z_check[3];
z_syndrome = measure z_check;

// ... and each X check the same for signs.
h x_check;
cx x_check[0], data[1]; cx x_check[0], data[2]; cx x_check[0], data[4]; cx x_check[0], data[5];
cx x_check[1], data[3]; cx x_check[1], data[4]; cx x_check[1], data[6]; cx x_check[1], data[7];
cx x_check[2], data[0]; cx x_check[2], data[1];
cx x_check[3], data[7]; cx x_check[3], data[8];
h x_check;
x_syndrome = measure x_check;

// The Z checks that fail point at the qubit.
if (z_syndrome == 1) x data[1];
if (z_syndrome == 2) x data[7];
if (z_syndrome == 3) x data[4];
if (z_syndrome == 4) x data[2];
if (z_syndrome == 6) x data[5];
if (z_syndrome == 8) x data[6];
if (z_syndrome == 9) x data[3];

// The logical qubit is the parity of a row, and 0 again.
cx data[0], reader; cx data[1], reader; cx data[2], reader;
logical = measure reader;
