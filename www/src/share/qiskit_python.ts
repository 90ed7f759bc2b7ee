// A program as a Python script for Qiskit that runs as it is: `qc.h(0)`, `qc.measure(…)`, then AerSimulator with the
// same settings. It is made from the circuit's OpenQASM 3, in which every statement stands on a line of its own and
// loops over known values are unrolled. What has no plain words in Python (variables, matrices, gates of one's own)
// makes the script load OpenQASM instead.

import type { QuantumCircuit } from 'aer-wasm';
import { GATES, noise_values } from '../run/noise';
import type { NoiseSettings, Settings } from '../state';

/** Gates of the table that Qiskit's circuits have under another name, or under none. */
const METHODS: Record<string, string | null> = {
  c3x: 'mcx', c4x: 'mcx', c3sqrtx: null, rc3x: 'rcccx', csxdg: null, mcx_gray: 'mcx', mcphase: 'mcp', u0: null, u1: 'p', cu1: 'cp',
  u2: null, u3: 'u', cu2: null, cu3: null, mcsx: null, mcsxdg: null, mcy: null, mcz: null, mcr: null, mcu1: 'mcp', mcu2: null,
  mcu3: null, mcu: null, mcswap: null, U: 'u', CX: 'cx', mcrx: null, mcry: null, mcrz: null,
};
const PLAIN = new Set(Object.values(GATES).flat().filter((name) => METHODS[name] !== null));

/** Names that a script of ours or Python itself has taken. */
const TAKEN = new Set(('False None True and as assert async await break class continue def del elif else except finally for from global if import '
  + 'in is lambda nonlocal not or pass raise return try while with pi qc backend result counts noise error print QuantumCircuit QuantumRegister '
  + 'ClassicalRegister AerSimulator NoiseModel ReadoutError depolarizing_error thermal_relaxation_error transpile expr').split(' '));

export function qiskit_python(circuit: QuantumCircuit, settings: Settings, title: string | null): string {
  const { imports, lines } = statements(circuit) ?? loaded(circuit);
  const noise = noise_lines(settings.noise);
  const options = [
    ...(settings.method === 'automatic' ? [] : [`method='${settings.method}'`]),
    ...(settings.precision === 'double' ? [] : [`precision='${settings.precision}'`]),
    ...(noise ? ['noise_model=noise'] : []),
  ];
  const run = ['transpile(qc, backend, optimization_level=0)', `shots=${settings.shots}`, ...(settings.seed === null ? [] : [`seed_simulator=${settings.seed}`])];
  const measured = / = measure /.test(circuit.to_qasm3());
  return [
    `# ${(title ?? 'A circuit').replaceAll(/\s+/g, ' ')}, written by the playground of aer-wasm. Needs qiskit and qiskit-aer.`,
    ...imports,
    'from qiskit_aer import AerSimulator',
    ...(noise?.imports ?? []),
    '',
    ...lines,
    ...(noise ? ['', ...noise.lines] : []),
    '',
    `backend = AerSimulator(${options.join(', ')})`,
    ...(measured ? [] : ['qc.measure_all()']),
    `result = backend.run(${run.join(', ')}).result()`,
    'print(result.get_counts())',
    '',
  ].join('\n');
}

interface Register {
  /** Its name in OpenQASM, in the circuit, and in the script. */
  qasm: string;
  name: string;
  python: string;
  size: number;
  kind: string;
}

interface Place {
  register: Register;
  index: number;
}

const COMPARISONS: Record<string, string> = {
  '==': 'equal', '!=': 'not_equal', '<': 'less', '<=': 'less_equal', '>': 'greater', '>=': 'greater_equal',
};

interface Script {
  imports: string[];
  lines: string[];
}

/** A script that loads the text: OpenQASM 2, which Qiskit reads by itself, where the circuit can be written so. */
function loaded(circuit: QuantumCircuit): Script {
  const text = (qasm: string) => `"""${qasm.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"')}"""`;
  try {
    const qasm = text(circuit.to_qasm2());
    return { imports: ['from qiskit import qasm2, transpile'], lines: [`qc = qasm2.loads(${qasm}, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)`] };
  } catch {
    return {
      imports: ['from qiskit import qasm3, transpile  # also needs qiskit-qasm3-import'],
      lines: [`qc = qasm3.loads(${text(circuit.to_qasm3())})`],
    };
  }
}

/** The circuit as statements; null where something has no words. */
function statements(circuit: QuantumCircuit): Script | null {
  const qasm = circuit.to_qasm3();
  const declared = (kind: string) => [...qasm.matchAll(new RegExp(`^${kind}\\[\\d+\\] (\\S+);$`, 'gm'))].map(([, name]) => name);
  // In OpenQASM a register may have another name, where its own is not allowed there.
  const registers = (kind: string, all: readonly { name: string; size: number }[]): Register[] | null => {
    const names = declared(kind);
    if (names.length !== all.length) return null;
    return all.map(({ name, size }, at) => ({ qasm: names[at], name, python: TAKEN.has(name) ? `${name}_` : name, size, kind }));
  };
  const [qregs, cregs] = [registers('qubit', circuit.qregs), registers('bit', circuit.cregs)];
  if (!qregs || !cregs) return null;
  const all = [...qregs, ...cregs];
  const width = (some: Register[]) => some.reduce((sum, { size }) => sum + size, 0);
  if (width(qregs) !== circuit.num_qubits || width(cregs) !== circuit.num_clbits) return null;
  if (new Set(all.map(({ python }) => python)).size !== all.length || all.some(({ python }) => !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(python))) return null;
  // One register of each kind, or none, under the names that Qiskit gives itself: then bits go by number.
  const numbered = qregs.length <= 1 && cregs.length <= 1 && (qregs[0]?.name ?? 'q') === 'q' && (cregs[0]?.name ?? 'c') === 'c';

  const place = (operand: string): Place | null => {
    const [, name, index] = /^([^\s[\]]+)\[(\d+)\]$/.exec(operand.trim()) ?? [];
    const register = all.find(({ qasm }) => qasm === name);
    return register ? { register, index: Number(index) } : null;
  };
  const bit = ({ register, index }: Place) => (numbered ? `${index}` : `${register.python}[${index}]`);
  /** Some bits as one argument: a register where they are all of it. */
  const bits = (places: Place[]): string => {
    if (places.length === 1) return bit(places[0]);
    const whole = (numbered ? [] : all).find(({ size }) => size === places.length);
    return whole && places.every(({ register, index }, at) => register === whole && index === at) ? whole.python : `[${places.map(bit).join(', ')}]`;
  };
  // A condition asks a register or a bit by itself, also where bits go by number.
  const creg = (name: string) => {
    const register = cregs.find(({ qasm }) => qasm === name);
    return register ? (numbered ? 'qc.cregs[0]' : register.python) : null;
  };
  const clbit = (name: string, index: string) => (creg(name) && numbered ? `qc.clbits[${index}]` : creg(name) && `${creg(name)}[${index}]`);
  let expressions = false;
  const asks = (text: string): string | null => {
    const [, no, bit_name, index] = /^(!?)([^\s[\]!]+)\[(\d+)\]$/.exec(text) ?? [];
    if (index !== undefined) return clbit(bit_name, index) && (no ? `expr.logic_not(${clbit(bit_name, index)})` : clbit(bit_name, index));
    const [, name, operator, value] = /^([^\s[\]!]+) (==|!=|<|<=|>|>=) (\d+)$/.exec(text) ?? [];
    return name !== undefined && creg(name) ? `expr.${COMPARISONS[operator]}(${creg(name)}, ${value})` : null;
  };
  const condition = (text: string): string | null => {
    const [, no, bit_name, index] = /^(!?)([^\s[\]!]+)\[(\d+)\]$/.exec(text) ?? [];
    if (index !== undefined) return clbit(bit_name, index) && `(${clbit(bit_name, index)}, ${no ? 0 : 1})`;
    const [, single, first, last, wanted] = /^([^\s[\]!]+)\[(\d+):(\d+)\] == ([01])$/.exec(text) ?? [];
    if (single !== undefined && first === last) return clbit(single, first) && `(${clbit(single, first)}, ${wanted})`;
    const [, name, value] = /^([^\s[\]!]+) == (\d+)$/.exec(text) ?? [];
    if (name !== undefined) return creg(name) && `(${creg(name)}, ${value})`;
    const joint = [' && ', ' || '].filter((sign) => text.includes(sign));
    const parts = text.split(joint[0] ?? ' && ').map(asks);
    if (joint.length > 1 || parts.includes(null)) return null;
    expressions = true;
    return parts.reduce((left, right) => `expr.${joint[0] === ' || ' ? 'logic_or' : 'logic_and'}(${left}, ${right})`);
  };

  const lines: string[] = [];
  let depth = 0;
  let empty = false;
  /** The line of the last `if` of each depth. */
  const opened: number[] = [];
  let measures: [Place, Place][] = [];
  const say = (line: string) => {
    lines.push(`${'    '.repeat(depth)}${line}`);
    empty = false;
  };
  const open = (line: string) => {
    say(line);
    [depth, empty] = [depth + 1, true];
  };
  const flush = () => {
    // One statement for all that are measured in a row; where whole registers are, one for each.
    const registers = new Set(measures.map(([, clbit]) => clbit.register));
    const groups = numbered ? [measures] : [...registers].map((register) => measures.filter(([, clbit]) => clbit.register === register));
    for (const group of groups.filter(({ length }) => length > 0))
      say(`qc.measure(${bits(group.map(([qubit]) => qubit))}, ${bits(group.map(([, clbit]) => clbit))})`);
    measures = [];
  };
  const close = () => {
    if (empty) say('pass');
    depth--;
  };

  if (numbered) say(`qc = QuantumCircuit(${[circuit.num_qubits, ...(circuit.num_clbits ? [circuit.num_clbits] : [])].join(', ')})`);
  else {
    for (const { kind, python, name, size } of all) say(`${python} = ${kind === 'qubit' ? 'QuantumRegister' : 'ClassicalRegister'}(${size}, '${name}')`);
    say(`qc = QuantumCircuit(${all.map(({ python }) => python).join(', ')})`);
  }

  let formulas = false;
  let inside_definition = 0;
  for (const line of qasm.split('\n').map((line) => line.trim())) {
    if (line === '') continue;
    // Definitions of gates that Qiskit has are not needed; a call of any other ends this.
    if (inside_definition > 0 || /^gate\s/.test(line)) {
      inside_definition += line.split('{').length - line.split('}').length;
      continue;
    }
    if (/^(OPENQASM|include|qubit|bit)\b/.test(line)) continue;

    const [, target, source] = /^(\S+) = measure ([^;]+);$/.exec(line) ?? [];
    if (target !== undefined) {
      const [qubit, clbit] = [place(source), place(target)];
      if (!qubit || !clbit) return null;
      measures.push([qubit, clbit]);
      continue;
    }
    flush();

    const [, opening, asked] = /^(if|while) \((.*)\) \{$/.exec(line) ?? [];
    if (opening !== undefined) {
      const python = condition(asked);
      if (python === null) return null;
      opened[depth] = lines.length;
      open(`with qc.${opening === 'if' ? 'if_test' : 'while_loop'}(${python}):`);
      continue;
    }
    const [, chosen] = /^switch \((\S+)\) \{$/.exec(line) ?? [];
    if (chosen !== undefined) {
      const target = creg(chosen);
      if (target === null) return null;
      open(`with qc.switch(${target}) as case_${depth || ''}:`);
      continue;
    }
    const [, values] = /^(?:case ([\d, ]+)|default) \{$/.exec(line) ?? [];
    if (values !== undefined || line === 'default {') {
      const name = `case_${depth - 1 || ''}`;
      open(`with ${name}(${values ?? `${name}.DEFAULT`}):`);
      continue;
    }
    if (line === '} else {') {
      close();
      // Only now is it known that the `if` needs a name for this.
      lines[opened[depth]] = lines[opened[depth]].replace(/:$/, ` as else_${depth || ''}:`);
      open(`with else_${depth || ''}:`);
      continue;
    }
    if (line === '}') {
      close();
      continue;
    }

    // X with controls without a name of its own.
    const [, called, parameters, operands] = /^([A-Za-z_]\w*)(?:\((.*)\))? ([^()]+);$/.exec(line.replace(/^ctrl\(\d+\) @ x /, 'mcx ')) ?? [];
    if (called === undefined) {
      const [, phase] = /^gphase\((.*)\);$/.exec(line) ?? [];
      if (phase === undefined || depth > 0 || !/^[\d.eE+*/() pi-]+$/.test(phase)) return null;
      say(`qc.global_phase += ${phase}`);
      formulas ||= phase.includes('pi');
      continue;
    }
    const named = operands.split(',').map(place);
    if (named.includes(null)) return null;
    const places = named as Place[];
    if (called === 'barrier') {
      // Runs of bits of one register, each shorter where it is all of it.
      const runs = places.reduce<Place[][]>((runs, next) => {
        if (runs.at(-1)?.at(-1)?.register === next.register) runs.at(-1)!.push(next);
        else runs.push([next]);
        return runs;
      }, []);
      say(`qc.barrier(${places.length === circuit.num_qubits ? '' : runs.map(bits).join(', ')})`);
      continue;
    }
    if (called === 'reset') {
      say(`qc.reset(${bits(places)})`);
      continue;
    }
    // Any number of controls: mcx_5 is mcx on five qubits.
    const name = called.replace(/_\d+$/, '');
    const method = METHODS[name] ?? name;
    const many = method === 'mcx' || method === 'mcp';
    if (METHODS[name] === null || !(many || PLAIN.has(name))) return null;
    if (parameters !== undefined && !/^[\d.eE+*/(), pi-]+$/.test(parameters)) return null;
    formulas ||= parameters?.includes('pi') ?? false;
    const qubits = many ? [`[${places.slice(0, -1).map(bit).join(', ')}]`, bit(places.at(-1)!)] : places.map(bit);
    say(`qc.${method}(${[...(parameters === undefined ? [] : [parameters]), ...qubits].join(', ')})`);
  }
  flush();

  return {
    imports: [
      ...(formulas ? ['from math import pi', ''] : []),
      numbered ? 'from qiskit import QuantumCircuit, transpile' : 'from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile',
      ...(expressions ? ['from qiskit.circuit.classical import expr'] : []),
    ],
    lines,
  };
}

/** The noise of the run as Python; null where there is none. */
function noise_lines(noise: NoiseSettings): Script | null {
  if (noise.preset === 'ideal') return null;
  const values = noise_values(noise);
  const gates = Object.entries(GATES).map(([qubits, names]) => `    ${qubits}: '${names.join(' ')}'.split(),`);
  const wrong = values.readout_error / 100;
  const [import_name, error] = {
    depolarizing: ['depolarizing_error', [
      `    error = depolarizing_error(${values.error_1q / 100} if num_qubits == 1 else ${values.error_2q / 100}, num_qubits)`,
    ]],
    thermal: ['thermal_relaxation_error', [
      `    time = ${values.time_1q_ns / 1000} if num_qubits == 1 else ${values.time_2q_ns / 1000}  # microseconds, as T1 and T2`,
      `    one = thermal_relaxation_error(${values.t1_us}, ${values.t2_us}, time, ${values.excited_population / 100})`,
      '    error = one',
      '    for _ in range(num_qubits - 1):',
      '        error = error.tensor(one)',
    ]],
  }[noise.preset] as [string, string[]];
  return {
    imports: [`from qiskit_aer.noise import NoiseModel, ReadoutError, ${import_name}`],
    lines: [
      'noise = NoiseModel()',
      'gates = {',
      ...gates,
      '}',
      'for num_qubits, names in gates.items():',
      ...error,
      '    noise.add_all_qubit_quantum_error(error, names)',
      `noise.add_all_qubit_readout_error(ReadoutError([[${1 - wrong}, ${wrong}], [${wrong}, ${1 - wrong}]]))`,
    ],
  };
}
