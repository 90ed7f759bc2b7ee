// Bernstein-Vazirani: which bits does f(x) = s.x (mod 2) look at? One call of f tells all of s.
OPENQASM 2.0;
include "qelib1.inc";

qreg query[5];
qreg answer[1];
creg c[5];

// `answer` in |-> turns the value of f into a sign.
x answer[0];
h answer[0];

h query;
barrier query, answer;

// f for s = 10110: a CNOT from each bit of `query` that is set in s.
cx query[1], answer[0];
cx query[2], answer[0];
cx query[4], answer[0];

barrier query, answer;
h query;

measure query -> c;
