// The program as text: what it is, the editor, and what is wrong with it.

import './editor.css';
import { computed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../icons';
import { circuit, editor, load_program, notify, program, reading } from '../state';
import { follow_program, problems, unread } from './reading';
import { version_of } from './tokens';
import { mount } from './view';

export { show_failure } from './reading';

/** The largest file that is opened, in bytes. */
const MOST_BYTES = 8_000_000;

async function open_file(file: File): Promise<void> {
  if (file.size > MOST_BYTES) {
    const size = `${Math.ceil(file.size / 1e6)} MB`;
    notify('error', `${file.name} has ${size}. The editor takes up to ${MOST_BYTES / 1e6} MB; your program is unchanged.`);
    return;
  }
  try {
    const text = await file.text();
    if (/\0|\ufffd/.test(text)) notify('error', `${file.name} is no text. Open a file of OpenQASM; your program is unchanged.`);
    else {
      load_program(text);
      notify('info', `Opened ${file.name}`, { brief: true, action: { label: 'Undo', run: () => editor.value?.undo() } });
    }
  } catch {
    notify('error', `${file.name} could not be read. Open it again; your program is unchanged.`);
  }
}

const count = (number: number, what: string) => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

const version = computed(() => version_of(program.value));
const size = computed(() => {
  const read = circuit.value?.circuit;
  return read && read.num_qubits > 0 ? [count(read.num_qubits, 'qubit'), `depth ${read.depth().toLocaleString('en')}`] : [];
});

/** Version, qubits and depth; where the text was not read, why. */
const summary = () => [version.value ? `OpenQASM ${version.value}` : [], unread.value ?? size.value].flat().join(' · ');

/** A sentence, words of the program as code. */
const Worded = ({ text }: { text: string }) => (
  <>{text.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>
);

const Status = () => {
  const [first, ...more] = problems.value;
  if (!first) {
    const right = reading.value.circuit !== null && program.value.trim() !== '';
    return (
      <div class="editor-status" role="status" aria-live="polite">{right && <><Icon name="check" /><p>No problems</p></>}</div>
    );
  }
  const { line, column, text } = first;
  return (
    <div class="editor-status wrong" role="status" aria-live="polite">
      <Icon name="warning" />
      <p><Worded text={text} />{more.length > 0 && <span class="muted"> {count(more.length, 'more problem')}.</span>}</p>
      {line !== null && (
        <button class="button small" onClick={() => editor.value?.reveal(line, column ?? 1)}>
          <span class="visually-hidden">Go to line and column</span>{line}:{column}
        </button>
      )}
    </div>
  );
};

export const Editor = () => {
  const panel = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const ends = [mount(host.current!), follow_program()];
    return () => ends.forEach((end) => end());
  }, []);
  const brings_files = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  const mark = (open: boolean) => panel.current!.toggleAttribute('data-drop', open);
  return (
    <section
      class="panel editor" aria-label="Program" ref={panel}
      onDragOver={(event) => { if (brings_files(event)) { event.preventDefault(); mark(true); } }}
      onDragLeave={(event) => { if (!panel.current!.contains(event.relatedTarget as Node | null)) mark(false); }}
      onDrop={(event) => {
        mark(false);
        const file = event.dataTransfer?.files[0];
        if (!file) return;
        event.preventDefault();
        void open_file(file);
      }}
    >
      <header>
        <h2>Program</h2>
        <p class="muted small" data-current={problems.value.length === 0}>{summary()}</p>
        <button class="button quiet small" onClick={() => chooser.current!.click()}>
          <Icon name="folder" /><span>Open file</span>
        </button>
        <input
          type="file" hidden ref={chooser} accept=".qasm,.inc,.txt,text/plain" aria-label="Open file"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            currentTarget.value = '';
            if (file) void open_file(file);
          }}
        />
      </header>
      <div class="editor-host" ref={host} />
      <Status />
    </section>
  );
};
