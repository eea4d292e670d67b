// Where a value turns bad. Each is an objective or what an alert fires at: nothing else is known to
// matter, and a colour from nowhere is one that operators learn not to see.

import { ThresholdsMode, type ThresholdsConfig } from "@grafana/schema";

const steps = (below: string, ...rest: [value: number, color: string][]): ThresholdsConfig => ({
  mode: ThresholdsMode.Absolute,
  steps: [{ value: null, color: below }, ...rest.map(([value, color]) => ({ value, color }))],
});

/** Has no threshold. */
export const NONE = steps("green");

/** Good below the value, bad from it on. */
export const badFrom = (value: number): ThresholdsConfig => steps("green", [value, "red"]);

/** Good from the value on. */
export const goodFrom = (value: number): ThresholdsConfig => steps("red", [value, "green"]);

/** Of what should not be there at all: good at 0, bad above. */
export const NONE_IS_GOOD = badFrom(1);
