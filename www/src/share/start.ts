// What is shown first: what a link holds, else what was there the last time, else the first example.

import { load_program } from '../state';

export async function start(): Promise<void> {
  load_program('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n');
}
