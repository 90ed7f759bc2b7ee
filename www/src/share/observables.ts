// Operators that belong to an example, by its title: what the results suggest for expectation values.

export interface Observable {
  name: string;
  /** Pauli strings, the letter of qubit 0 last, with their coefficients. */
  terms: [pauli: string, coefficient: number][];
  unit?: string;
}

export const OBSERVABLES: Record<string, Observable[]> = {
  'VQE for H₂': [
    {
      // Kandala et al., Nature 549, 242 (2017); the numbers are those of Qiskit's documentation of VQE.
      name: 'Energy of the electrons',
      terms: [
        ['II', -1.052373245772859], ['IZ', 0.39793742484318045], ['ZI', -0.39793742484318045],
        ['ZZ', -0.01128010425623538], ['XX', 0.18093119978423156],
      ],
      unit: 'hartree',
    },
  ],
  'QAOA': [
    { name: 'Edges cut', terms: [['IIII', 2], ['IIZZ', -0.5], ['IZZI', -0.5], ['ZZII', -0.5], ['ZIIZ', -0.5]] },
  ],
  'GHZ state': [{ name: 'Parity of all', terms: [['XXXXX', 1]] }],
  'Bell state': [{ name: 'Agreement', terms: [['ZZ', 1]] }, { name: 'Agreement across', terms: [['XX', 1]] }],
};
