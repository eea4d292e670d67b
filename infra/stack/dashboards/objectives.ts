// The objectives, and how near to them the service is.

import { limitOf, recordedOver } from "./rules.ts";
import { objectiveAt } from "./thresholds.ts";
import type { ThresholdsConfig } from "@grafana/schema";

/** The window that the error budgets are of; Prometheus keeps its figures longer. */
const BUDGET_WINDOW = "30d";

export type Objective = {
  /** How it is called in a panel. */
  title: string;
  /** The share that must be good. */
  target: number;
  /** The share that was bad in the last 5 minutes, as the alerts see it. */
  bad: string;
  /** The share that was bad in the budget's window. */
  badInWindow: string;
  /** The alert on it. */
  alert: string;
};

/** Of valid submissions, 99.9% get a 202. */
export const ACCEPTANCE: Objective = {
  title: "accepted",
  target: 0.999,
  bad: "registration:acceptance_failures:ratio_rate5m",
  badInWindow: recordedOver(BUDGET_WINDOW, "registration:acceptance_failures:ratio_rate3d"),
  alert: "AcceptanceBudgetBurn",
};

const decision = (objective: "2s" | "30s", title: string, target: number): Objective => ({
  title,
  target,
  bad: `registration:late_decisions:ratio_rate5m{objective="${objective}"}`,
  badInWindow: recordedOver(BUDGET_WINDOW, "registration:late_decisions:ratio_rate3d", {
    objective,
  }),
  alert: "DecisionBudgetBurn",
});

/** Of interactive registrations, 99% are decided within 2 s, and 99.9% within 30 s. */
export const DECISIONS: Objective[] = [
  decision("2s", "within 2 s", 0.99),
  decision("30s", "within 30 s", 0.999),
];

/** The share that was good in the last 5 minutes. */
export const good = ({ bad }: Objective): string => `1 - ${bad}`;

/** What is left of the error budget: 1 when nothing failed, 0 when it is spent. */
export const budgetLeft = ({ badInWindow, target }: Objective): string =>
  `1 - (${badInWindow}) / (1 - ${target})`;

/** Below the objective, and so far below it that the alert pages. */
export const thresholds = ({ target, alert }: Objective): ThresholdsConfig =>
  objectiveAt(target, 1 - limitOf(alert, 14.4) * (1 - target));
