// How long a job will still take, from how far it is.

/** Before this share of the work and these seconds any guess would jump. */
const SENSIBLE = { fraction: 0.02, elapsed_s: 0.5 };

/** How much of each new guess is taken. */
const WEIGHT = 0.15;

/**
 * An estimator for one job: to be told share and seconds, again and again, it gives seconds left, or null as long as it
 * cannot tell. Guesses (work goes on as fast as so far) are smoothed; between them time passes.
 */
export function estimate_time_left(): (fraction: number, elapsed_s: number) => number | null {
  let last: { left_s: number; elapsed_s: number } | null = null;
  return (fraction, elapsed_s) => {
    if (fraction < SENSIBLE.fraction || elapsed_s < SENSIBLE.elapsed_s) return null;
    const guess = (elapsed_s * (1 - fraction)) / fraction;
    const expected = last ? Math.max(0, last.left_s - (elapsed_s - last.elapsed_s)) : guess;
    last = { left_s: fraction >= 1 ? 0 : expected + WEIGHT * (guess - expected), elapsed_s };
    return last.left_s;
  };
}
