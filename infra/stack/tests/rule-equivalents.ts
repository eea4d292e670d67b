// Mutants that no test can notice, each with the reason: a pattern of its id, and why.
export const equivalents: [RegExp, string][] = [
  [
    /^(Acceptance|Decision)BudgetBurn .*: > at \d+ -> >=$/,
    "A share, and a count that Prometheus extrapolates, is never exactly the threshold.",
  ],
  [
    /^(RegistrationsRateLimited|RetriesStorming|DatabasePoolExhausted) .*: > at \d+ -> >=$/,
    "A share, and a count that Prometheus extrapolates, is never exactly the threshold.",
  ],
];
