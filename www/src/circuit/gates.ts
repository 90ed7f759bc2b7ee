// The palette: how the gates of the package are grouped, and what they are called with. Which there are says the package at
// run time (`basis_gates`); a test holds this table against it.

export interface GateRow {
  name: string;
  /** Names of the parameters, in order, as they are shown. */
  params: string[];
  /** Qubits that control; null: as many as one likes. */
  controls: number | null;
  targets: number;
}

export interface Group {
  title: string;
  gates: GateRow[];
}

const row = (name: string, params = '', controls: number | null = 0, targets = 1): GateRow => ({
  name, params: params === '' ? [] : params.split(' '), controls, targets,
});

/** What is no gate but an instruction of its own. A barrier is on as many qubits as one likes. */
export const INSTRUCTIONS = ['measure', 'reset', 'barrier'];

export const GROUPS: Group[] = [
  { title: 'One qubit', gates: ['h', 'x', 'y', 'z', 's', 'sdg', 't', 'tdg', 'sx', 'sxdg', 'id'].map((name) => row(name)) },
  {
    title: 'Rotations',
    gates: [
      row('rx', 'θ'), row('ry', 'θ'), row('rz', 'φ'), row('p', 'λ'), row('r', 'θ φ'), row('u', 'θ φ λ'), row('u1', 'λ'), row('u2', 'φ λ'),
      row('u3', 'θ φ λ'), row('U', 'θ φ λ'), row('u0', 'γ'),
    ],
  },
  {
    title: 'Two qubits',
    gates: [
      ...['cx', 'cy', 'cz', 'ch', 'cs', 'csdg', 'csx', 'csxdg', 'CX'].map((name) => row(name, '', 1)),
      row('cp', 'λ', 1), row('cu1', 'λ', 1), row('crx', 'θ', 1), row('cry', 'θ', 1), row('crz', 'θ', 1), row('cu2', 'φ λ', 1),
      row('cu3', 'θ φ λ', 1), row('cu', 'θ φ λ γ', 1),
      ...['swap', 'iswap', 'dcx', 'ecr'].map((name) => row(name, '', 0, 2)),
      ...['rxx', 'ryy', 'rzz', 'rzx'].map((name) => row(name, 'θ', 0, 2)),
    ],
  },
  {
    title: 'Three and more',
    gates: [
      row('ccx', '', 2), row('ccz', '', 2), row('cswap', '', 1, 2), row('rccx', '', 0, 3), row('rc3x', '', 0, 4), row('c3x', '', 3),
      row('c3sqrtx', '', 3), row('c4x', '', 4),
    ],
  },
  {
    title: 'Any number of controls',
    gates: [
      ...['mcx', 'mcx_gray', 'mcy', 'mcz', 'mcsx', 'mcsxdg'].map((name) => row(name, '', null)),
      row('mcp', 'λ', null), row('mcphase', 'λ', null), row('mcu1', 'λ', null), row('mcr', 'θ φ', null), row('mcrx', 'θ', null),
      row('mcry', 'θ', null), row('mcrz', 'θ', null), row('mcu2', 'φ λ', null), row('mcu3', 'θ φ λ', null), row('mcu', 'θ φ λ γ', null),
      row('mcswap', '', null, 2),
    ],
  },
];

/** What stands in the palette before it is asked for more. */
export const COMMON = [
  'h', 'x', 'y', 'z', 's', 't', 'rx', 'ry', 'rz', 'p', 'cx', 'cz', 'swap', 'ccx', 'measure', 'reset', 'barrier',
];

const ROWS = new Map(GROUPS.flatMap(({ gates }) => gates).map((gate) => [gate.name, gate]));

export const gate_row = (name: string): GateRow | undefined => ROWS.get(name);

/** How many qubits it acts on; null: as many as one likes. */
export function num_qubits_of(name: string): number | null {
  const gate = gate_row(name);
  if (gate) return gate.controls === null ? null : gate.controls + gate.targets;
  return name === 'barrier' ? null : 1;
}
