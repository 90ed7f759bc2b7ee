// The step that the results show: how many instructions of the circuit are done, null for none. Written by the results, shown
// in the drawing as a line.

import { signal } from '@preact/signals';

export const marked_instruction = signal<number | null>(null);
