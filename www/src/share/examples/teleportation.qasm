// Teleportation: the state of one qubit moves to another, by two classical bits.
OPENQASM 3.0;
include "stdgates.inc";

qubit message;
qubit alice;
qubit bob;
bit flip;
bit sign;
bit check;

// A state to send. Bob will undo these two gates, so `check` is 0 whenever he has got it.
ry(1.1) message;
rz(0.4) message;

// Alice and Bob share a Bell pair.
h alice;
cx alice, bob;
barrier message, alice, bob;

// Alice compares the message with her half. Both bits are random and tell nothing about the state.
cx message, alice;
h message;
flip = measure alice;
sign = measure message;

// Bob corrects his half by them.
if (flip) x bob;
if (sign) z bob;

// It is the message now.
rz(-0.4) bob;
ry(-1.1) bob;
check = measure bob;
