// The playground: a text, a job, its life, its counts. It uses nothing but the package's public API.

import { AerSimulator, JOB_FINAL_STATES } from '../dist/index.mjs';

const EXAMPLES = ['bell', 'ghz', 'grover', 'qft', 'teleport'];
const MOST_BARS = 64;

const at = (id) => document.getElementById(id);
const [form, example, qasm, shots, seed] = ['form', 'example', 'qasm', 'shots', 'seed'].map(at);
const [run, cancel, status, detail, progress] = ['run', 'cancel', 'status', 'detail', 'progress'].map(at);
const [error, note, histogram, more] = ['error', 'note', 'histogram', 'more'].map(at);

const backend = new AerSimulator();
let job = null;

example.append(...EXAMPLES.map((name) => new Option(name, name)));
example.addEventListener('change', () => load(example.value));
qasm.addEventListener('input', clear_error);
cancel.addEventListener('click', () => job?.cancel());
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!job) start();
});
await load(EXAMPLES[0]);

async function load(name) {
  const response = await fetch(new URL(`../examples/${name}.qasm`, import.meta.url));
  qasm.value = await response.text();
  clear_error();
}

/** Runs what is in the text area, and shows it until it has ended. */
async function start() {
  clear_error();
  note.textContent = '';
  more.hidden = true;
  histogram.replaceChildren();
  show_progress(0);
  run.disabled = true;
  try {
    job = await backend.run(qasm.value, {
      shots: shots.valueAsNumber,
      seed_simulator: seed.value === '' ? undefined : seed.valueAsNumber,
      on_progress: ({ fraction }) => show_progress(fraction),
    });
    cancel.disabled = false;
    await watch();
    show_result(await job.result());
  } catch (thrown) {
    show_error(thrown);
  } finally {
    job = null;
    run.disabled = false;
    cancel.disabled = true;
  }
}

/** Shows each status that can be seen, and how far the job is. */
async function watch() {
  for (;;) {
    const now = await job.status();
    const { fraction, elapsed_s } = await job.progress();
    if (status.textContent !== now) status.textContent = now;
    show_progress(fraction);
    detail.textContent = `${elapsed_s.toFixed(elapsed_s < 1 ? 3 : 1)} s`;
    if (JOB_FINAL_STATES.includes(now)) return;
    await new Promise((resume) => setTimeout(resume, 30));
  }
}

function show_progress(fraction) {
  progress.value = fraction;
}

function show_result(result) {
  const [{ data, seed_simulator, metadata }] = result.results;
  note.textContent = `${metadata.num_qubits} qubits, method ${metadata.method}, seed ${seed_simulator}`;
  if (!data.counts) {
    note.textContent += '. Nothing was measured.';
    return;
  }
  const counts = Object.entries(result.get_counts());
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const most = counts.reduce((max, [, count]) => Math.max(max, count), 0);
  // The most frequent are shown, in the order of their bits.
  const shown = counts.sort(([, a], [, b]) => b - a).slice(0, MOST_BARS).sort(([a], [b]) => (a < b ? -1 : 1));
  histogram.replaceChildren(...shown.map(([bits, count]) => bar(bits, count, count / most, count / total)));
  const rest = counts.length - shown.length;
  more.hidden = rest === 0;
  more.textContent = `and ${rest} less frequent outcomes`;
}

/** One row: bits, a bar as long as its share of the longest, the count. */
function bar(bits, count, length, share) {
  const row = document.createElement('li');
  row.title = `${(100 * share).toFixed(2)} %`;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, value] of Object.entries({ width: `${100 * length}%`, height: '100%', rx: 3 })) rect.setAttribute(name, value);
  svg.append(rect);
  row.append(text('bits', bits), svg, text('count', count));
  return row;
}

function text(kind, content) {
  const span = document.createElement('span');
  span.className = kind;
  span.textContent = content;
  return span;
}

/** A cancelled job is no error; any other is told below the text, which the cursor goes to. */
function show_error(thrown) {
  if (thrown.code === 'JOB_CANCELLED') return;
  if (!job) status.textContent = 'ERROR';
  error.textContent = thrown.message;
  error.hidden = false;
  qasm.setAttribute('aria-invalid', 'true');
  if (!thrown.line) return;
  const before = qasm.value.split('\n').slice(0, thrown.line - 1).join('\n').length + (thrown.line > 1 ? 1 : 0);
  const place = before + (thrown.column ?? 1) - 1;
  qasm.focus();
  // Not the end of the line: what is typed then would join two lines.
  qasm.setSelectionRange(place, qasm.value[place] === '\n' ? place : place + 1);
}

function clear_error() {
  error.hidden = true;
  error.textContent = '';
  qasm.removeAttribute('aria-invalid');
}
