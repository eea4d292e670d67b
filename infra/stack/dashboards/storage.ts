// How registrations get into MySQL.

import { fixed, LANES, PROCESSES, QUANTILES, shadesOf } from "./colors.ts";
import { dashboard } from "./dashboard.ts";
import { row } from "./layout.ts";
import { median, p90, p99, rate, recent } from "./promql.ts";
import { course, courseWithExemplars } from "./queries.ts";
import { limitOf } from "./rules.ts";
import { stat } from "./stat.ts";
import { badFrom } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";

const stored = timeseries({
  title: "How many registrations are stored?",
  description:
    "Rows that the workers inserted, by lane. Good: it follows what arrives, and at full speed an" +
    " import takes what interactive leaves.",
  unit: "cps",
  stacked: true,
  queries: [
    course(rate('registration_outcomes_total{outcome="registered"}', ["lane"]), "{{lane}}"),
  ],
  colors: LANES,
});

const inserts = timeseries({
  title: "How long does an insert take?",
  description:
    "One attempt to store a batch: half of them, and all but one in a hundred, take no longer. Good:" +
    " as yesterday, far below 2 s. A point leads to the trace of its batch.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(p99("registration_insert_seconds", "", ["result"]), "{{result}} 99%"),
    course(median("registration_insert_seconds", "", ["result"]), "{{result}} 50%"),
  ],
  colors: { ...QUANTILES, "/^error/": shadesOf("red") },
  alerts: ["DecisionBudgetBurn"],
});

const rows = timeseries({
  title: "How large are the batches?",
  description:
    "Registrations that one INSERT carries. Good: small while there is little to do; they grow with" +
    " the load, which is what makes an import fast.",
  unit: "short",
  queries: [
    courseWithExemplars(p99("registration_batch_rows"), "99%"),
    course(median("registration_batch_rows"), "50%"),
  ],
  colors: QUANTILES,
});

const retries = timeseries({
  title: "Are batches stored again?",
  description:
    "Of the attempts to store a batch, the share that failed and is repeated, by class of error. Good: 0%." +
    " Transient: deadlocks, lost connections. System: the tables or the rights are wrong, and nothing" +
    " is stored.",
  unit: "percentunit",
  min: 0,
  color: shadesOf("red"),
  colors: { transient: fixed("orange"), slow_transient: fixed("yellow") },
  queries: [
    course(
      "sum by (class) (rate(registration_retries_total[5m]))" +
        " / on () group_left () sum(rate(registration_insert_seconds_count[5m]))",
      "{{class}}",
    ),
  ],
  thresholds: badFrom(limitOf("RetriesStorming", 0.2)),
  alerts: ["RetriesStorming"],
});

const errors = timeseries({
  title: "What does MySQL answer?",
  description:
    "Errors of MySQL, or on the way to it (none), in the last 10 minutes: all, and by number. Good: 0." +
    " 1205 and 1213 are locks, 1040 too many connections, 1142 a right, 1146 a table that is missing.",
  unit: "short",
  rare: true,
  colors: { all: fixed("orange") },
  queries: [
    course("sum(increase(db_errors_total[10m]))", "all"),
    course(`${recent("db_errors_total", ["code"])} > 0`, "{{code}}"),
  ],
  alerts: ["RetriesStorming", "MySqlDown"],
});

const pool = timeseries({
  title: "Are there free connections?",
  description:
    "Share of a pool's connections that are in use, by process and pool. Good: now and then at 100%, never" +
    " for long.",
  unit: "percentunit",
  min: 0,
  max: 1,
  queries: [
    course(
      'sum by (job, pool, instance) (db_pool_connections{state="in_use"})' +
        " / sum by (job, pool, instance) (db_pool_connections_max)",
      "{{job}} {{pool}} {{instance}}",
    ),
  ],
  colors: PROCESSES,
  alerts: ["DatabasePoolExhausted"],
});

const acquire = timeseries({
  title: "How long is the wait for a connection?",
  description:
    "From asking the pool until a connection is there: nine of ten wait no longer. Good: some" +
    " milliseconds; the line is where the alert fires. A point leads to a trace.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(
      p90("db_pool_acquire_seconds", "", ["job", "pool"]),
      "{{job}} {{pool}} 90%",
    ),
  ],
  colors: PROCESSES,
  thresholds: badFrom(limitOf("DatabasePoolExhausted", 0.5)),
  alerts: ["DatabasePoolExhausted"],
});

const connections = stat({
  title: "Does MySQL have connections left?",
  description:
    "Connections in use, of those that MySQL allows. Good: well below the limit, so that a new" +
    " worker gets its own.",
  unit: "percentunit",
  decimals: 0,
  queries: [
    course(
      "max(mysql_global_status_threads_connected / mysql_global_variables_max_connections)",
      "in use",
    ),
  ],
  thresholds: badFrom(limitOf("MySqlConnectionsNearlyExhausted", 0.8)),
  alerts: ["MySqlConnectionsNearlyExhausted", "MySqlDown"],
});

const locks = timeseries({
  title: "Do rows wait for locks?",
  description:
    "Seconds that statements waited for row locks, in each second. Good: near 0. Above it, another" +
    " session holds rows of students: SHOW ENGINE INNODB STATUS names it.",
  unit: "s",
  queries: [
    course(
      "sum(rate(mysql_global_status_innodb_row_lock_time[$__rate_interval])) / 1000",
      "waiting",
    ),
  ],
});

const syncs = timeseries({
  title: "How busy is MySQL's disk?",
  description:
    "How often InnoDB makes what it wrote durable (fsync). Every batch needs it. Good: it grows with" +
    " the batches and not with the rows.",
  unit: "ops",
  queries: [
    course("sum(rate(mysql_global_status_innodb_data_fsyncs[$__rate_interval]))", "fsyncs"),
  ],
});

export const storage = dashboard({
  name: "storage",
  title: "Storage",
  description: "Do batches get into MySQL, and what stands in their way?",
  rows: [
    row(8, [stored, 8], [inserts, 8], [rows, 8]),
    row(8, [retries, 8], [errors, 8], [pool, 8]),
    row(8, [acquire, 7], [connections, 5], [locks, 6], [syncs, 6]),
  ],
});
