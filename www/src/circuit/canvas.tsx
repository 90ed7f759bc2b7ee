// The drawing: the picture of the package, and over it what is selected, where the keyboard is and where a gate would go.

import { useEffect, useRef } from 'preact/hooks';
import { editor, program } from '../state';
import { area, drag, drop_condition, hold_still, point_of, press } from './drag';
import {
  can_edit, chosen, cursor, drawing, index_of, is_wrong, make_conditional, move_along, num_controls, place, remove, said, selected, shown, wire_name,
  type Drawing,
} from './editing';
import { gate_row, num_qubits_of } from './gates';
import {
  cell_at, cell_rectangle, end_x, item_at, item_in, mark_x, operands_from, outermost, shifted, visible_columns, width_of, wire_y, type Cell, type Rectangle,
} from './geometry';
import { marked_instruction } from './marked';

const Box = ({ rectangle: { x, y, width, height }, name }: { rectangle: Rectangle; name: string }) => (
  <rect class={name} x={x} y={y} width={width} height={height} rx={Math.min(5, width / 2)} />
);

const wider = ({ x, y, width, height }: Rectangle, by: number): Rectangle => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

/** The cell under the keyboard, within what is drawn. */
function cursor_in({ layout, num_qubits }: Drawing): Cell {
  const { column, qubit } = cursor.value;
  return { column: Math.min(column, layout.columns.length), qubit: Math.min(qubit, Math.max(0, num_qubits - 1)) };
}

/** What is in a cell, in words. */
function words_in(drawn: Drawing): string {
  const cell = cursor_in(drawn);
  const circuit = shown.value!.circuit;
  const columns = visible_columns(drawn.layout);
  const at = columns.indexOf(cell.column);
  const item = item_in(drawn.layout, cell);
  const role = item && item.controls.includes(cell.qubit) ? `${item.name} control` : item?.title;
  return `${at < 0 ? 'End' : `Column ${at + 1}`}, ${wire_name(circuit, cell.qubit)}: ${role ?? 'empty'}`;
}

/** Where what is dragged, or would be placed, goes. */
function Target({ drawn }: { drawn: Drawing }) {
  const now = drag.value;
  if (!now?.cell) return null;
  const { layout, num_qubits } = drawn;
  const { qubit } = now.cell;
  if ('name' in now.what) {
    const row = gate_row(now.what.name);
    if (now.what.name === 'if') return null;
    const count = row ? (row.controls ?? num_controls.value) + row.targets : num_qubits_of(now.what.name) ?? num_qubits;
    return <Box name="target" rectangle={cell_rectangle(layout, now.cell, operands_from(now.what.name === 'barrier' ? 0 : qubit, count, num_qubits))} />;
  }
  return <Box name="target" rectangle={cell_rectangle(layout, now.cell, shifted(now.what.qubits, qubit - now.what.at, num_qubits))} />;
}

const Layer = ({ drawn }: { drawn: Drawing }) => {
  const { layout, indices } = drawn;
  const width = width_of(layout);
  const chosen_items = layout.items.filter(({ instruction }) => index_of(instruction) === selected.value);
  const cell = cursor_in(drawn);
  const marked = marked_instruction.value;
  const done = marked === null ? null : indices ? indices.filter((index) => index < marked).length : marked;
  const dragged = drag.value && !('name' in drag.value.what) ? drag.value.what.instruction : null;
  return (
    <svg class="layer" width={width} height={layout.height} aria-hidden="true">
      {layout.wires.map(({ kind, y }) => kind === 'qubit' && width > layout.right && (
        <line key={y} class="wire" x1={layout.right} x2={width - layout.gap} y1={y} y2={y} />
      ))}
      {done !== null && <line class="mark" x1={mark_x(layout, done)} x2={mark_x(layout, done)} y1={6} y2={layout.height - 6} />}
      {outermost(layout).filter(({ instruction }) => instruction === dragged).map(({ box }) => <Box key="lifted" name="lifted" rectangle={wider(box, 3)} />)}
      {chosen_items.filter(({ depth }) => depth === 0).map(({ box }, i) => <Box key={i} name="selected" rectangle={wider(box, 4)} />)}
      <Box name="cursor" rectangle={cursor_rectangle(drawn, cell)} />
      <Target drawn={drawn} />
    </svg>
  );
};

function cursor_rectangle({ layout }: Drawing, cell: Cell): Rectangle {
  const column = layout.columns[cell.column];
  const [x, width] = column && column.width > 0 ? [column.x, column.width] : [end_x(layout), layout.gate];
  return wider({ x, y: wire_y(layout, cell.qubit) - layout.gate / 2, width, height: layout.gate }, 3);
}

export const Canvas = () => {
  const canvas = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    area.canvas = canvas.current;
    return hold_still(canvas.current!);
  }, []);
  const drawn = drawing.value;
  useEffect(() => {
    area.sheet = sheet.current;
  });
  const click = (event: MouseEvent) => {
    if (!drawn || !can_edit.value) return;
    const { x, y } = point_of(event);
    const item = item_at(drawn.layout, x, y);
    const cell = cell_at(drawn.layout, x, y);
    if (chosen.value === 'if') drop_condition(event);
    else if (chosen.value) place(chosen.value, cell);
    else selected.value = item ? index_of(item.instruction) : null;
    cursor.value = item && !chosen.value ? { column: item.column, qubit: item.qubits.includes(cell.qubit) ? cell.qubit : item.qubits[0] ?? cell.qubit } : cell;
  };
  const take = (event: PointerEvent) => {
    if (!drawn || chosen.value) return;
    const { x, y } = point_of(event);
    const item = item_at(drawn.layout, x, y);
    if (!item) return;
    const whole = outermost(drawn.layout).find(({ instruction }) => instruction === item.instruction) ?? item;
    const { qubit } = cell_at(drawn.layout, x, y);
    press(event, { instruction: item.instruction, label: item.label || item.name, color: item.color, qubits: whole.qubits, at: qubit });
  };
  const key = (event: KeyboardEvent) => {
    if (!drawn) return;
    const done = pressed(event, drawn);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => document.getElementById('circuit-cursor')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
  };
  const circuit = shown.value?.circuit;
  const label = circuit ? `Drawing of ${circuit.num_qubits} qubits and ${circuit.size()} instructions` : 'Drawing';
  const cell = drawn ? cursor_rectangle(drawn, cursor_in(drawn)) : null;
  return (
    <div
      class="canvas" ref={canvas} role="application" tabIndex={0} aria-label={label} aria-describedby="circuit-help"
      aria-activedescendant={drawn ? 'circuit-cursor' : undefined} data-wrong={is_wrong.value} data-current={shown.value?.text === program.value} data-placing={chosen.value !== null} onKeyDown={key}
    >
      {drawn && (
        <div class="sheet" ref={sheet} style={{ width: `${width_of(drawn.layout)}px`, height: `${drawn.layout.height}px` }} onClick={click} onPointerDown={take}>
          <div class="picture" dangerouslySetInnerHTML={{ __html: drawn.svg }} />
          <Layer drawn={drawn} />
          <div id="circuit-cursor" role="img" aria-label={words_in(drawn)}
               style={{ left: `${cell!.x}px`, top: `${cell!.y}px`, width: `${cell!.width}px`, height: `${cell!.height}px` }} />
        </div>
      )}
    </div>
  );
};

/** What a key does; whether it does anything. */
function pressed(event: KeyboardEvent, drawn: Drawing): boolean {
  const { layout, num_qubits } = drawn;
  const cell = cursor_in(drawn);
  const columns = [...visible_columns(layout), layout.columns.length];
  const at = Math.max(0, columns.findIndex((column) => column >= cell.column));
  const item = item_in(layout, cell);
  const index = item ? index_of(item.instruction) : null;
  const go = (column: number, qubit: number): true => {
    cursor.value = { column, qubit: Math.min(Math.max(qubit, 0), Math.max(0, num_qubits - 1)) };
    return true;
  };
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
    if (event.shiftKey) editor.value?.redo();
    else editor.value?.undo();
    return true;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'y') {
    editor.value?.redo();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  switch (event.key) {
    case 'ArrowRight': return go(columns[Math.min(at + 1, columns.length - 1)], cell.qubit);
    case 'ArrowLeft': return go(columns[Math.max(at - 1, 0)], cell.qubit);
    case 'ArrowDown': return go(cell.column, cell.qubit + 1);
    case 'ArrowUp': return go(cell.column, cell.qubit - 1);
    case 'Home': return go(columns[0], cell.qubit);
    case 'End': return go(columns.at(-1)!, cell.qubit);
    case 'Escape': {
      if (chosen.value === null && selected.value === null) return false;
      if (chosen.value !== null) chosen.value = null;
      else selected.value = null;
      return true;
    }
  }
  if (!can_edit.value) return false;
  switch (event.key) {
    case 'Enter':
    case ' ':
      if (chosen.value === 'if' && index !== null) make_conditional(index);
      else if (chosen.value && chosen.value !== 'if') place(chosen.value, cell);
      else selected.value = index;
      return true;
    case 'Delete':
    case 'Backspace': {
      const target = selected.value ?? index;
      if (target !== null) remove(target);
      return true;
    }
    case '[':
    case ']': {
      const target = selected.value ?? index;
      if (target === null) return true;
      move_along(target, event.key === '[' ? -1 : 1);
      follow_selection();
      return true;
    }
  }
  return false;
}

/** The keyboard goes where the selected instruction went. */
function follow_selection(): void {
  const drawn = drawing.value;
  const item = drawn && outermost(drawn.layout).find(({ instruction }) => index_of(instruction) === selected.value);
  if (!item) return;
  cursor.value = { column: item.column, qubit: item.qubits[0] ?? cursor.value.qubit };
  said.value = words_in(drawn);
}
