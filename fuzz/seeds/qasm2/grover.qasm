// Grover's search for 101 among eight entries: two rounds find it with probability 121/128.
OPENQASM 2.0;
include "qelib1.inc";

// A phase of -1 for 111.
gate flip_ones a,b,c { h c; ccx a,b,c; h c; }

// A phase of -1 for 101, which is 111 once b is turned.
gate oracle a,b,c { x b; flip_ones a,b,c; x b; }

// Reflection about the mean.
gate diffusion a,b,c {
  h a; h b; h c;
  x a; x b; x c;
  flip_ones a,b,c;
  x a; x b; x c;
  h a; h b; h c;
}

qreg q[3];
creg c[3];

h q;
oracle q[0],q[1],q[2];
diffusion q[0],q[1],q[2];
oracle q[0],q[1],q[2];
diffusion q[0],q[1],q[2];
measure q -> c;
