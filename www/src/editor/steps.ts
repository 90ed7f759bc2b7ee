// What reading a text may cost, told before it is read.

/**
 * How many steps reading takes at most, as far as a glance at the text tells: statements, each as often as all loops and
 * gates of gates could repeat it, those on whole registers for each qubit.
 */
export function steps_at_most(text: string): number {
  const plain = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  if (/\b(?:while|def|0[xXoObB][\da-fA-F]+)\b/.test(plain)) return Infinity;
  const loops = [...plain.matchAll(/\bfor\b[^;{}]*?\bin\s*\[\s*(\d+)\s*:(?:\s*\d+\s*:)?\s*(\d+)\s*\]/g)];
  if (loops.length < (plain.match(/\bfor\b/g) ?? []).length) return Infinity;
  const rounds = loops.map(([, first, last]) => Math.max(1, Number(last) - Number(first) + 1));
  const bodies = [...plain.matchAll(/\bgate\b[^;{}]*\{([^}]*)\}/g)].map(([, body]) => Math.max(1, body.split(';').length - 1));
  const numbers = plain.match(/\b\d[\d_]*/g) ?? [];
  const widest = numbers.reduce((most, digits) => Math.max(most, Number(digits.replaceAll('_', ''))), 1);
  const statements = plain.split(';').reduce((sum, statement) => sum + (/\[[^\]]*\]\s*(?:,|$)/.test(statement) ? 1 : widest), 0);
  return [...rounds, ...bodies].reduce((product, times) => product * times, statements);
}
