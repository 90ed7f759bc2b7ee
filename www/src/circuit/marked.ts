// Which instruction of the circuit the state is shown after, as an index into its `data`. Written by the state's steps.

import { signal } from '@preact/signals';

export const marked_instruction = signal<number | null>(null);
