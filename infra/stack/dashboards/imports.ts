// Files of students: their uploads, and what becomes of their rows.

import { fixed, LANES, QUANTILES, shadesOf } from "./colors.ts";
import { dashboard } from "./dashboard.ts";
import { row } from "./layout.ts";
import { dashboardLink } from "./links.ts";
import { median, p99, rate, recent } from "./promql.ts";
import { course, courseWithExemplars } from "./queries.ts";
import { limitOf } from "./rules.ts";
import { badFrom, badFromEither } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";
import { latestImports } from "./traces-and-logs.ts";

const ends = timeseries({
  title: "How do uploads end?",
  description:
    "Uploads of the last 10 minutes, by how they ended. Good: accepted, and checked for dry runs; error" +
    " stays at 0. Refused: the file, the key or a limit is in the way, which its sender reads. Broken off:" +
    " some rows were accepted, and the same file is to be uploaded again. Abandoned: the client hung up" +
    " before the answer.",
  unit: "short",
  rare: true,
  queries: [course(recent("registration_imports_total", ["end"]), "{{end}}")],
  colors: {
    accepted: fixed("green"),
    checked: fixed("blue"),
    refused: fixed("purple"),
    broken_off: fixed("yellow"),
    abandoned: fixed("text"),
    error: fixed("red"),
  },
  alerts: ["ImportsFailing"],
});

const refusals = timeseries({
  title: "Why are uploads refused?",
  description:
    "Uploads of the last 10 minutes that were answered an error, by status. 401: the key; 400, 415 and 422:" +
    " the file; 408: it stalled; 413: its size; 429: a limit of the key or of the address; 503: RabbitMQ or" +
    " MySQL, too many files at once, or a restart; 500: a mistake of ours. Good: few of 4xx, none of 5xx.",
  unit: "short",
  rare: true,
  color: shadesOf("purple"),
  queries: [
    course(
      recent(
        'http_server_request_duration_seconds_count{method="POST",route="/imports",status=~"[45].."}',
        ["status"],
      ),
      "{{status}}",
    ),
  ],
  colors: { "/^5/": shadesOf("red") },
  alerts: ["ImportsFailing"],
});

const inProgress = timeseries({
  title: "How many files are being uploaded?",
  description:
    "Uploads in progress, over all APIs. Good: it rises and falls. One that stays for hours is held back" +
    " by its client or by RabbitMQ.",
  unit: "short",
  queries: [course("sum(registration_imports_in_progress)", "uploads")],
});

const bytes = timeseries({
  title: "How fast do files arrive?",
  description:
    "What is received of files, as it was sent: compressed ones count as they are. Good: as fast as" +
    " RabbitMQ confirms, or as the sender's line is.",
  unit: "Bps",
  queries: [course("sum(rate(registration_import_bytes_total[$__rate_interval]))", "received")],
});

const rows = timeseries({
  title: "What becomes of the rows?",
  description:
    "Rows that APIs accepted (RabbitMQ has them), and rows that the workers settled, each once, by outcome." +
    " Good: registered follows accepted, or unchanged when a file comes again; on_hold stays at 0, since" +
    " each waits for an operator. Invalid and rejected rows are for their sender, who has an error file.",
  unit: "cps",
  queries: [
    course("sum(rate(registration_import_rows_accepted_total[$__rate_interval]))", "accepted"),
    course(rate("registration_import_rows_total", ["outcome"]), "{{outcome}}"),
  ],
  colors: {
    accepted: fixed("super-light-blue"),
    registered: fixed("green"),
    unchanged: fixed("text"),
    rejected: fixed("blue"),
    invalid: fixed("purple"),
    on_hold: fixed("red"),
  },
  alerts: ["RegistrationsOnHold"],
});

const chunks = timeseries({
  title: "Does RabbitMQ hold uploads back?",
  description:
    "From a chunk that is read to its confirm, with what was tried again: half of them, and all but one" +
    " in a hundred, take no longer. Good: some milliseconds. A point leads to the trace of its import.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(p99("registration_import_chunk_seconds"), "99%"),
    course(median("registration_import_chunk_seconds"), "50%"),
  ],
  colors: QUANTILES,
  links: [dashboardLink("Queue", "registrar-queue")],
});

const waiting = timeseries({
  title: "How many chunks wait?",
  description:
    "Messages in the bulk lane that are not acked, each of up to 500 rows. Good: it rises with an import" +
    " and falls again.",
  unit: "short",
  queries: [
    course('sum(rabbitmq_detailed_queue_messages{queue="registrations.bulk"})', "bulk messages"),
  ],
  colors: LANES,
  alerts: ["LaneBacklogGrowing", "OldestRegistrationWaitsLong"],
  links: [dashboardLink("Queue", "registrar-queue")],
});

const oldest = timeseries({
  title: "How long has a row waited?",
  description:
    "The age of the oldest message in the bulk lane without an outcome, the highest that any worker knows." +
    " Good: seconds, and minutes during an import of a million rows; the line is where the alert fires.",
  unit: "s",
  queries: [course('max(registration_oldest_waiting_seconds{lane="bulk"})', "bulk")],
  colors: LANES,
  thresholds: badFrom(limitOf("OldestRegistrationWaitsLong", 1800)),
  alerts: ["OldestRegistrationWaitsLong"],
});

const students = timeseries({
  title: "Do students wait meanwhile?",
  description:
    "From acceptance to the outcome of what comes by the form or one by one: all but one in a hundred" +
    " take no longer. Good: as without an import, under the line at 2 s. A point leads to the trace of its" +
    " registration.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(
      p99("registration_end_to_end_seconds", 'lane="interactive"', ["lane"]),
      "{{lane}} 99%",
    ),
  ],
  colors: LANES,
  thresholds: badFromEither(2, 30),
  alerts: ["DecisionBudgetBurn"],
});

export const imports = dashboard({
  name: "imports",
  title: "Imports",
  description: "Do files come through, what becomes of their rows, and do students notice?",
  rows: [
    row(8, [ends, 8], [refusals, 8], [inProgress, 8]),
    row(8, [rows, 8], [bytes, 8], [chunks, 8]),
    row(8, [waiting, 8], [oldest, 8], [students, 8]),
    row(9, [latestImports, 24]),
  ],
});
