// The objectives, and how near to them the service is.

/** Of valid submissions, the share that gets a 202. */
export const ACCEPTED = 0.999;
/** Of interactive registrations, the shares that are decided within 2 s and within 30 s. */
export const DECIDED_IN_2_S = 0.99;
export const DECIDED_IN_30_S = 0.999;

/** The window that the error budgets are of. */
export const BUDGET_WINDOW = "30d";

const accepted = (window: string): string => {
  const of = (outcomes: string): string =>
    `sum(increase(student_registration_requests_total{outcome=~"${outcomes}"}[${window}]))`;
  return `${of("accepted")} / ${of("accepted|refused|error")}`;
};

// Prometheus 2 writes the label of the bound 2 as "2", Prometheus 3 as "2.0".
const decided = (window: string, seconds: 2 | 30): string => {
  const of = (series: string): string =>
    `sum(increase(registration_end_to_end_seconds_${series}[${window}]))`;
  const inTime = of(`bucket{lane="interactive", le=~"${seconds}(\\\\.0)?"}`);
  return `${inTime} / ${of('count{lane="interactive"}')}`;
};

export type Objective = {
  title: string;
  target: number;
  /** The share that was good in a window. */
  share: (window: string) => string;
};

export const ACCEPTANCE: Objective = { title: "accepted", target: ACCEPTED, share: accepted };

export const DECISIONS: Objective[] = [
  {
    title: "decided in 2 s",
    target: DECIDED_IN_2_S,
    share: (window) => decided(window, 2),
  },
  {
    title: "decided in 30 s",
    target: DECIDED_IN_30_S,
    share: (window) => decided(window, 30),
  },
];

/** What is left of an objective's error budget: 1 when nothing failed, 0 when it is spent. */
export const budgetLeft = ({ share, target }: Objective): string =>
  `1 - (1 - ${share(BUDGET_WINDOW)}) / (1 - ${target})`;
