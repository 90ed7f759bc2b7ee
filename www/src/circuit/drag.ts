// Dragging, by pointer events: at once with a mouse or a pen, after a long press with a finger, so that a finger still
// scrolls. Escape, and a second finger, let go.

import { signal } from '@preact/signals';
import { can_edit, chosen, drawing, index_of, make_conditional, move, place, remove } from './editing';
import { cell_at, item_at, type Cell } from './geometry';

/** A name of the palette, or an instruction of the drawing that was taken at a qubit. */
export type Dragged = { name: string } | { instruction: number; label: string; color: string; qubits: number[]; at: number };

export interface Drag {
  what: Dragged;
  /** Where the pointer is in the window. */
  x: number;
  y: number;
  /** Where it would be dropped; null: beside the drawing. */
  cell: Cell | null;
}

export const drag = signal<Drag | null>(null);

/** The drawing's element, and that of the area around it which scrolls. */
export const area: { sheet: HTMLElement | null; canvas: HTMLElement | null } = { sheet: null, canvas: null };

const LONG_PRESS = 260;
const EDGE = 36;

/** The place in the drawing's own pixels. */
export function point_of({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
  const { left, top } = area.sheet!.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function cell_of(event: PointerEvent): Cell | null {
  if (!area.canvas || !drawing.value) return null;
  const { left, top, right, bottom } = area.canvas.getBoundingClientRect();
  const inside = left <= event.clientX && event.clientX <= right && top <= event.clientY && event.clientY <= bottom;
  const { x, y } = point_of(event);
  return inside ? cell_at(drawing.value.layout, x, y) : null;
}

function scroll_at_edge({ clientX, clientY }: PointerEvent): void {
  const { left, right, top, bottom } = area.canvas!.getBoundingClientRect();
  const step = (at: number, low: number, high: number) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
  if (top <= clientY && clientY <= bottom) area.canvas!.scrollBy(step(clientX, left, right), step(clientY, top, bottom));
}

/** What a press may become: a drag, or, where the pointer does not move, the click that follows anyway. */
export function press(event: PointerEvent, what: Dragged): void {
  if (event.button !== 0 || !event.isPrimary || !can_edit.value) return;
  const [x, y] = [event.clientX, event.clientY];
  const finger = event.pointerType === 'touch';
  const listening = new AbortController();
  const { signal } = listening;
  const begin = () => {
    drag.value = { what, x, y, cell: null };
    follow(event);
  };
  const follow = (now: PointerEvent) => {
    if (!drag.value) return;
    scroll_at_edge(now);
    drag.value = { what, x: now.clientX, y: now.clientY, cell: cell_of(now) };
  };
  const timer = finger ? setTimeout(begin, LONG_PRESS) : undefined;
  const end = () => {
    clearTimeout(timer);
    listening.abort();
    drag.value = null;
  };
  addEventListener('pointermove', (now) => {
    if (now.pointerId !== event.pointerId) return;
    const far = Math.hypot(now.clientX - x, now.clientY - y);
    if (drag.value) follow(now);
    else if (finger && far > 10) end();
    else if (!finger && far > 4) { begin(); follow(now); }
  }, { signal });
  addEventListener('pointerup', (now) => {
    if (now.pointerId !== event.pointerId) return;
    const dragged = drag.value !== null;
    const cell = dragged ? cell_of(now) : null;
    end();
    if (!dragged) return;
    // The click that follows is none.
    addEventListener('click', (click) => { click.stopPropagation(); click.preventDefault(); }, { capture: true, once: true });
    setTimeout(() => dispatchEvent(new Event('click')));
    drop(what, cell, now);
  }, { signal });
  addEventListener('pointercancel', end, { signal });
  addEventListener('pointerdown', (other) => other !== event && end(), { signal });
  addEventListener('keydown', (key) => {
    if (key.key !== 'Escape' || !drag.value) return;
    key.stopPropagation();
    end();
  }, { signal, capture: true });
}

function drop(what: Dragged, cell: Cell | null, event: PointerEvent): void {
  area.canvas?.focus({ preventScroll: true });
  if ('name' in what) {
    if (!cell) return;
    if (what.name === 'if') drop_condition(event);
    else place(what.name, cell);
    return;
  }
  if (!cell) remove(index_of(what.instruction));
  else move(index_of(what.instruction), cell, cell.qubit - what.at);
}

/** A condition goes to the gate that it is dropped on. */
export function drop_condition(event: { clientX: number; clientY: number }): void {
  const { x, y } = point_of(event);
  const item = drawing.value && item_at(drawing.value.layout, x, y);
  if (item) make_conditional(index_of(item.instruction));
  else chosen.value = 'if';
}

/** A finger that drags does not scroll; the browser asks before the first move. */
export function hold_still(element: HTMLElement): () => void {
  const hold = (event: TouchEvent) => drag.value && event.preventDefault();
  const menu = (event: Event) => (event as PointerEvent).pointerType === 'touch' && event.preventDefault();
  element.addEventListener('touchmove', hold, { passive: false });
  element.addEventListener('contextmenu', menu);
  return () => {
    element.removeEventListener('touchmove', hold);
    element.removeEventListener('contextmenu', menu);
  };
}
