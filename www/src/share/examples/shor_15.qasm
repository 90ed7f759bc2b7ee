// Shor's algorithm for 15: finds the period of 7^x mod 15, and by it the factors.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] count;
qubit[4] work;
bit[3] c;

h count;
x work[0];  // the number 1
barrier count, work;

// count[0]: times 7 mod 15. Turning the four bits is times 8, inverting them is 15 minus that.
cswap count[0], work[2], work[3];
cswap count[0], work[1], work[2];
cswap count[0], work[0], work[1];
for int i in [0:3] { cx count[0], work[i]; }

// count[1]: times 7^2 = 4.
cswap count[1], work[0], work[2];
cswap count[1], work[1], work[3];

// count[2]: times 7^4 = 1, so nothing.
barrier count, work;

// The inverse Fourier transform.
swap count[0], count[2];
h count[0];
cp(-pi / 2) count[0], count[1];
h count[1];
cp(-pi / 4) count[0], count[2];
cp(-pi / 2) count[1], count[2];
h count[2];

// 0, 2, 4 and 6 of 8 are fractions of a period of 4; 7^2 = 4 then gives the factors 4 - 1 and 4 + 1.
c = measure count;
