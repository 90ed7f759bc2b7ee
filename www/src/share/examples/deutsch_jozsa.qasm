// Deutsch-Jozsa: is f constant, or 1 for exactly half of its inputs? One call of f tells.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] query;
qubit answer;
bit[3] c;

// f(x) = 1 if an odd number of bits is set: balanced. An empty body would be a constant f.
def f(qubit[3] a, qubit b) {
  cx a[0], b;
  cx a[1], b;
  cx a[2], b;
}

// `answer` in |-> turns the value of f into a sign.
x answer;
h answer;

h query;  // all inputs at once
f(query, answer);
h query;  // the signs interfere

// 000 if f is constant, anything else if it is balanced.
c = measure query;
