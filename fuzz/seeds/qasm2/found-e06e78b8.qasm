// Teleportation: the state of `message` moves to `bob` by two classical bits.
// The last measurement undoes the preparation first, so `check` is always 0.
OPENQASM 2.0;
include "qelib1.inc";

qreg message[1];
qreg alice[2];
qreg bob[1];
creg phase[1];
creg flip[1];
creg check[1];

// Some state to send.
u3(0.3,0.2,0.1) message[0];

// A Bell pair, shared.
h alice[0];
cx alice[0],bob[0];
barrier message,alice,bob;

// Alice measures in the0] -> flip[0];

// ... and Bob corrects his qubit.
if(flip==1) x bob[0];
if(phase==1) z bob[0];

u3(-0.3,-0.1,-0.2) bob[0];
measure bob[0] -> check[0];
