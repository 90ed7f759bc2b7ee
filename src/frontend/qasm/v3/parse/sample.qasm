OPENQASM 3.1;
include "stdgates.inc";
pragma aer {"a": 1}
#pragma other // text
qubit[2] q; bit[2] c; qreg r[3]; creg d[2]; qubit s;
int[32] i = 0x1F; uint u; float[64] f = pi / 2; const float g = 2 ** -3; angle[20] a; bool b = true;
complex[float[64]] z = 1 + 2.5im; duration t = 100ns; stretch st;
array[int[8], 2, 3] arr = {{1, 2, 3}, {4, 5, 6}};
input float[64] theta; output bit[2] out;
h q[0]; cx q[0], q[1]; rz(pi/2) q; U(0, 0, pi) $0; gphase(pi/4); ctrl @ gphase(a) q[0];
inv @ pow(1/2) @ ctrl(2) @ negctrl @ x q[0], q[1], r[0], r[1];
c = measure q; measure q -> c; measure q; c[0] = measure q[0]; bit e = measure s;
if (c == 1) x q; else y q;
if (c[0] && !c[1]) { x q[0]; } else if (f < 2) { y q[0]; } else { z q[0]; }
for int k in [0:2:4] { x q[k]; } for uint k in {1, 2, 3} x q[k]; for bit k in c { break; continue; }
while (i < 5) { i += 1; i <<= 2; }
switch (i) { case 1, 2 { x s; } case 3 { } default { y s; } }
def sub(int[8] n, qubit[2] p, readonly array[int[8], #dim = 2] ar, mutable array[float, 3] br, creg cc[2]) -> bit[2] {
    return measure p;
}
gate my(p, l) v, w { U(p, 0, l) v; CX v, w; }
extern ext(int[8], float) -> int[8];
let al = q[0:1] ++ r[{0, 2}];
@annotation some text
barrier q, r; barrier; delay[100 ns] q; box[1µs] { nop q; nop; } reset q;
/* a comment */ cal { anything { } here } defcal x $0 { play(); } defcalgrammar "openpulse";
f = sin(g) + float(i) * durationof({ x s; }) / 1dt; sub(3, q, arr, arr, d); c = "01_10"; end;
