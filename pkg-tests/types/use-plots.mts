// Compiled as an ES module and as CommonJS, never run. A line under `@ts-expect-error` has to be an error.
import { Result } from 'aer-wasm';
import {
  bloch_vectors,
  expectation_value,
  phase_color,
  plot_bloch_multivector,
  plot_bloch_vector,
  plot_distribution,
  plot_histogram,
  plot_state_city,
  plot_state_hinton,
  plot_state_qsphere,
  probabilities,
  reduced_density_matrix,
} from 'aer-wasm/plots';
import type { HistogramOptions, PlotOptions, State } from 'aer-wasm/plots';

// What a result gives is what the pictures take.
export function pictures(result: Result): string[] {
  const state: State = result.get_statevector();
  const matrix: State = result.get_density_matrix(0);
  const looks: PlotOptions = { theme: 'dark', background: null, title: 'Bell state', width: 400, height: 300 };
  const options: HistogramOptions = { ...looks, legend: ['ideal', 'noisy'], sort: 'hamming', target_string: '00', number_to_keep: 4, bar_labels: false, color: ['teal', '#222'] };
  return [
    plot_histogram(result),
    plot_histogram(result.get_counts(0), options),
    plot_histogram([result.get_counts('a'), { '00': 1 }, new Map([['11', 2]])], { color: 'teal', sort: 'value_desc' }),
    plot_distribution(result.get_counts(), looks),
    plot_bloch_vector([0, 0, 1]),
    plot_bloch_vector([1, 0.5, 0.2], { ...looks, coord_type: 'spherical', color: 'red' }),
    plot_bloch_vector(bloch_vectors(state)[0]!),
    plot_bloch_multivector(state, { reverse_bits: true, color: 'red' }),
    plot_state_qsphere(matrix, { show_state_labels: true, show_state_phases: true, use_degrees: true }),
    plot_state_city(matrix, { color: ['red', 'blue'], alpha: 0.5 }),
    plot_state_hinton([0.6, [0, 0.8]], { color: ['red', 'blue'] }),
    plot_state_hinton([{ re: 0.6, im: 0 }, [0, 0.8]]),
    plot_state_hinton([[[0.5, 0], [0, 0]], [[0, 0], [0.5, 0]]]),
    phase_color(Math.PI),
    phase_color(Math.PI, 'dark'),
  ];
}

export function values(state: State): [number, number, number, Float64Array, Float64Array[], number] {
  const [x, y, z] = bloch_vectors(state)[0]!;
  const sum = expectation_value(state, 'XX') + expectation_value(state, { XX: 1, ZZ: -0.5 }) + expectation_value(state, [['XX', 1]]);
  return [x, y, z, probabilities(state), reduced_density_matrix(state, [0, 1]), sum];
}

// @ts-expect-error an order that there is not
plot_histogram({ '00': 1 }, { sort: 'up' });
// @ts-expect-error an option that it does not have
plot_bloch_vector([0, 0, 1], { colour: 'red' });
// @ts-expect-error counts are numbers
plot_histogram({ '00': '1' });
// @ts-expect-error a theme that there is not
plot_state_city([1, 0], { theme: 'blue' });
// @ts-expect-error a text is no state
bloch_vectors('00');
