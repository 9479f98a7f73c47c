/** Factors by which a constant is tried larger and smaller, coarse to fine. */
const STEPS = [1.25, 1.1, 1.03, 1.01] as const;
const MOST_ROUNDS = 40;

/**
 * Changes one constant at a time as long as the cost falls. Needs no derivative, which a cost with waves and medians
 * does not have; with the same start it gives the same answer.
 *
 * @param start   positive values by name
 * @param largest a bound that a constant may not exceed; fractions of a rate end at 1
 */
export function minimize<Name extends string>(
  start: Readonly<Record<Name, number>>,
  largest: (name: Name) => number,
  cost: (values: Readonly<Record<Name, number>>) => number,
): Record<Name, number> {
  const values: Record<Name, number> = { ...start };
  // `Object.keys` forgets the names of a record.
  const names = Object.keys(start) as Name[];
  let least = cost(values);
  for (const step of STEPS) {
    for (let round = 0, falls = true; falls && round < MOST_ROUNDS; round++) {
      falls = false;
      for (const name of names) {
        for (const factor of [step, 1 / step]) {
          const tried = { ...values, [name]: Math.min(values[name] * factor, largest(name)) };
          const next = cost(tried);
          if (next >= least) continue;
          least = next;
          values[name] = tried[name];
          falls = true;
        }
      }
    }
  }
  return values;
}
