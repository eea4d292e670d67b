// The first dashboard, at home: the way of a registration, and whether the objectives are met.

import { fixed, LANES, QUANTILES } from "./colors.ts";
import { choice, dashboard, LANE } from "./dashboard.ts";
import { row } from "./layout.ts";
import { dashboardLink, runbookUid } from "./links.ts";
import { upToZero } from "./mappings.ts";
import { ACCEPTANCE, budgetLeft, DECISIONS, good, thresholds } from "./objectives.ts";
import { byLane, FIRING, median, p99, rate } from "./promql.ts";
import { course, courseWithExemplars, now, rowsNow } from "./queries.ts";
import { stat } from "./stat.ts";
import { table } from "./table.ts";
import { badFromEither, goodFrom } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";
import { latestTraces, logs } from "./traces-and-logs.ts";

const accepted = stat({
  title: "Are registrations accepted?",
  description:
    "Of the valid submissions of the last 5 minutes, the share that got a 202. The objective is 99.9%." +
    " Good: 100%. Orange: error budget is used up. Red: so much of it that the alert pages.",
  unit: "percentunit",
  decimals: 2,
  queries: [course(good(ACCEPTANCE), ACCEPTANCE.title)],
  thresholds: thresholds(ACCEPTANCE),
  alerts: ["AcceptanceBudgetBurn"],
});

const decided = stat({
  title: "Are they decided in time?",
  description:
    "Of the interactive registrations that ended in the last 5 minutes, the shares that were decided" +
    " within 2 s and 30 s of their acceptance. The objectives are 99% and 99.9%, also while an import" +
    " runs. Good: 100%. What still waits is not in it: see the queue.",
  unit: "percentunit",
  decimals: 2,
  queries: DECISIONS.map((objective) => course(good(objective), objective.title)),
  thresholdsOf: Object.fromEntries(
    DECISIONS.map((objective) => [objective.title, thresholds(objective)]),
  ),
  alerts: ["DecisionBudgetBurn", "OldestRegistrationWaitsLong"],
});

const budget = stat({
  title: "How much error budget is left?",
  description:
    "Of what may go wrong in 30 days (or since Prometheus has figures), the share that is left." +
    " Good: above 0%. Spent, the objective is missed: no risky deploys.",
  unit: "percentunit",
  decimals: 0,
  queries: [ACCEPTANCE, ...DECISIONS].map((objective) =>
    now(budgetLeft(objective), objective.title),
  ),
  thresholds: goodFrom(0),
  mappings: [upToZero("spent", "red")],
  alerts: ["AcceptanceBudgetBurn", "DecisionBudgetBurn"],
});

const alerts = table({
  title: "Which alerts fire?",
  description: "Every alert that fires now; a click on its name opens its runbook. Good: none.",
  unit: "none",
  queries: [rowsNow(FIRING)],
  columns: { alertname: "Alert", severity: "Severity", of: "Of" },
  linksOf: { Alert: { title: "Runbook", url: `/d/${runbookUid("${__value.raw}")}` } },
  noValue: "none",
});

const requests = timeseries({
  title: "How many registrations arrive?",
  description:
    "Requests to register, by how the API answered. Good: accepted follows the time of day; refused" +
    " (too many from one address, or no broker) and error stay at 0; invalid is the sender's fault.",
  unit: "reqps",
  queries: [course(rate("student_registration_requests_total", ["outcome"]), "{{outcome}}")],
  colors: {
    accepted: fixed("green"),
    invalid: fixed("blue"),
    refused: fixed("orange"),
    error: fixed("red"),
  },
  alerts: ["AcceptanceBudgetBurn", "RegistrationsRateLimited"],
});

const waiting = timeseries({
  title: "How many wait in the queue?",
  description:
    "Messages, each of up to 32 registrations, in RabbitMQ that are not acked: no worker has them yet," +
    " or a worker stores them. A chunk of an import holds more. Good: near 0 in interactive; bulk rises" +
    " with an import and falls again.",
  unit: "short",
  queries: [course(byLane("rabbitmq_detailed_queue_messages"), "{{lane}}")],
  colors: LANES,
  alerts: ["LaneBacklogGrowing", "OldestRegistrationWaitsLong"],
  links: [dashboardLink("Queue", "registrar-queue")],
});

const inserts = timeseries({
  title: "How long does an insert take?",
  description:
    "One attempt to store a batch in MySQL: half of them, and all but one in a hundred, take no" +
    " longer. Good: as yesterday, far below 2 s. A point leads to the trace of its batch.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(p99("registration_insert_seconds"), "99%"),
    course(median("registration_insert_seconds"), "50%"),
  ],
  colors: QUANTILES,
  links: [dashboardLink("Storage", "registrar-storage")],
});

const outcomes = timeseries({
  title: "How do they end?",
  description:
    "Registrations that the workers settled, by outcome. Good: registered follows what arrives; on_hold" +
    " stays at 0, since each waits for an operator. Rejected: the e-mail address is taken. Unchanged:" +
    " delivered or sent again.",
  unit: "cps",
  queries: [course(rate('registration_outcomes_total{lane=~"$lane"}', ["outcome"]), "{{outcome}}")],
  colors: {
    registered: fixed("green"),
    unchanged: fixed("text"),
    rejected: fixed("blue"),
    on_hold: fixed("red"),
  },
  alerts: ["RegistrationsOnHold"],
});

const endToEnd = timeseries({
  title: "How long until the outcome?",
  description:
    "From acceptance to the outcome, by lane: all but one in a hundred take no longer. Good: the" +
    " interactive lane is under the line at 2 s, and never over that at 30 s. An import takes as long as it is large. A point" +
    " leads to the trace of its registration.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(
      p99("registration_end_to_end_seconds", 'lane=~"$lane"', ["lane"]),
      "{{lane}} 99%",
    ),
    course(median("registration_end_to_end_seconds", 'lane=~"$lane"', ["lane"]), "{{lane}} 50%"),
  ],
  colors: LANES,
  thresholds: badFromEither(2, 30),
  alerts: ["DecisionBudgetBurn"],
});

const LEVEL = choice("level", "Log lines", [
  ["warnings and errors", "warn|error|fatal"],
  ["all", ".+"],
]);

export const registrations = dashboard({
  name: "registrations",
  title: "Registrations",
  description:
    "Are registrations accepted, and decided in time? The way of each: accept, queue, insert, outcome.",
  variables: [LANE, LEVEL],
  rows: [
    row(5, [accepted, 5], [decided, 6], [budget, 7], [alerts, 6]),
    row(8, [requests, 6], [waiting, 6], [inserts, 6], [outcomes, 6]),
    row(9, [endToEnd, 12], [latestTraces, 12]),
    row(9, [logs, 24]),
  ],
});
