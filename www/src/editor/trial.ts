// A worker that tries to read a text, and says how long it took or what is wrong: here it may take its time.

import { QuantumCircuit, type AerError, type ErrorDetails } from 'aer-wasm';

export interface Trial {
  ms: number;
  /** The error's message and details, as plain data. */
  error: ({ message: string } & ErrorDetails) | null;
}

addEventListener('message', ({ data }: MessageEvent<string>) => {
  const start = performance.now();
  let error: Trial['error'] = null;
  try {
    QuantumCircuit.from_qasm(data);
  } catch (thrown) {
    const { message, code, line, column, found, expected, hint, snippet } = thrown as AerError;
    error = { message, code, line, column, found, expected, hint, snippet };
  }
  postMessage({ ms: performance.now() - start, error } satisfies Trial);
});

// What is sent before the package is there is lost.
postMessage('ready');
