// Where a value turns bad. Each is an objective or what an alert fires at: nothing else is known to
// matter, and a colour from nowhere is one that operators learn not to see.

import { ThresholdsMode, type ThresholdsConfig } from "@grafana/schema";

/** To the sixth digit, instead of 0.9856000000000001. */
const rounded = (value: number): number => Number(value.toFixed(6));

const steps = (below: string, ...rest: [value: number, color: string][]): ThresholdsConfig => ({
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: null, color: below },
    ...rest.map(([value, color]) => ({ value: rounded(value), color })),
  ],
});

/** Has no threshold. */
export const NONE = steps("green");

/** Good below the value, bad from it on. */
export const badFrom = (value: number): ThresholdsConfig => steps("green", [value, "red"]);

/** Good below the first value; two alerts fire, at one value each. */
export const badFromEither = (first: number, second: number): ThresholdsConfig =>
  steps("green", [first, "orange"], [second, "red"]);

/** Good from the value on. */
export const goodFrom = (value: number): ThresholdsConfig => steps("red", [value, "green"]);

/** Good from the objective on, and a page below the second value. */
export const objectiveAt = (objective: number, page: number): ThresholdsConfig =>
  steps("red", [page, "orange"], [objective, "green"]);

/** Of what should not be there at all: good at 0. */
export const NONE_IS_GOOD = badFrom(1);
