// Mutants that no test can notice, each with the reason: a pattern of its id, and why.
export const equivalents: [RegExp, string][] = [];
