// Mutants that no test can notice, each with the reason: a pattern of its id, and why.
const CONTINUOUS =
  "A share, or a count that Prometheus extrapolates, is never exactly the threshold.";

export const equivalents: [RegExp, string][] = [
  [/^(Acceptance|Decision)BudgetBurn .*: > at \d+ -> >=$/, CONTINUOUS],
  [
    /^(RegistrationsRateLimited|ImportsFailing|RetriesStorming|DatabasePoolExhausted) .*: > at \d+ -> >=$/,
    CONTINUOUS,
  ],
  [
    /^DecisionBudgetBurn .*: objective=.* -> nothing$/,
    "The sides of an `and` match by objective, so that the selectors left over still choose it.",
  ],
];
