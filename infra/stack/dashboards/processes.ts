// The API and the workers as processes.

import { PROCESSES } from "./colors.ts";
import { dashboard } from "./dashboard.ts";
import { row } from "./layout.ts";
import { states } from "./mappings.ts";
import { recent } from "./promql.ts";
import { course, rowsNow } from "./queries.ts";
import { stateTimeline } from "./state-timeline.ts";
import { table } from "./table.ts";
import { goodFrom, NONE_IS_GOOD } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";

const OURS = '{job=~"registrar-.+"}';
const EACH = "{{job}} {{instance}}";

const up = stateTimeline({
  title: "Is everything up?",
  description:
    "Whether Prometheus reads each target, and the exporter MySQL. Good: up. A worker that was scaled down is gone from the" +
    " list after some minutes.",
  unit: "none",
  queries: [course("min by (job, instance) (up)", EACH), course("min(mysql_up)", "MySQL")],
  mappings: states({ text: "down", color: "red" }, { text: "up", color: "green" }),
  thresholds: goodFrom(1),
  alerts: ["TargetDown", "MySqlDown"],
});

const versions = table({
  title: "Which versions run?",
  description:
    "Each process, and the build that it runs. Good: one version, but during a deploy; workers are" +
    " updated before APIs.",
  unit: "none",
  queries: [rowsNow("max by (service, version, instance) (registrar_build_info)")],
  columns: { service: "Service", version: "Version", instance: "Instance" },
  alerts: ["RegistrationsOfAnUnknownVersion"],
});

const restarts = timeseries({
  title: "Do processes restart?",
  description:
    "How often each process started anew in the last 15 minutes. Good: 0 but for deploys. A process" +
    " that goes on restarting says why in its last log lines.",
  unit: "short",
  rare: true,
  queries: [
    course(`sum by (job, instance) (changes(process_start_time_seconds${OURS}[15m]))`, EACH),
  ],
});

// Processes count whole seconds, so that a shorter interval would show steps.
const cpu = timeseries({
  title: "How busy are they?",
  colors: PROCESSES,
  description:
    "Processor cores that each process uses, over 5 minutes. Good: below the cores that it was given.",
  unit: "short",
  queries: [course(`sum by (job, instance) (rate(process_cpu_seconds_total${OURS}[5m]))`, EACH)],
});

const memory = timeseries({
  title: "How much memory do they use?",
  colors: PROCESSES,
  description:
    "Resident memory of each process. Good: level after the start. A slope that does not end is a" +
    " leak.",
  unit: "bytes",
  queries: [course(`sum by (job, instance) (process_resident_memory_bytes${OURS})`, EACH)],
});

const descriptors = timeseries({
  title: "Do file descriptors run out?",
  colors: PROCESSES,
  description:
    "Open files and connections, of those that the process may open. Good: far below 100%; at 100% no" +
    " connection is taken any more.",
  unit: "percentunit",
  min: 0,
  queries: [
    course(`sum by (job, instance) (process_open_fds${OURS} / process_max_fds${OURS})`, EACH),
  ],
});

const tasks = timeseries({
  title: "How much do they have to do?",
  colors: PROCESSES,
  description:
    "Tokio's tasks that have not ended. Good: it follows the connections and goes back with them.",
  unit: "short",
  queries: [course("sum by (job, instance) (tokio_alive_tasks)", EACH)],
});

const starved = timeseries({
  title: "Do tasks wait for a thread?",
  colors: PROCESSES,
  description:
    "Tasks that are ready and that no thread of Tokio runs yet. Good: near 0. High for long: the" +
    " process needs more processor, or something blocks its threads.",
  unit: "short",
  queries: [course("sum by (job, instance) (tokio_global_queue_depth)", EACH)],
});

const dropped = timeseries({
  title: "Are log lines lost?",
  description:
    "Log lines of the last 10 minutes that stdout did not take in time. Good: 0. Whatever reads stdout is too slow or gone, or" +
    " its disk is full; registrations are not affected.",
  unit: "short",
  rare: true,
  queries: [course(recent("registrar_log_lines_dropped_total", ["job", "instance"]), EACH)],
  thresholds: NONE_IS_GOOD,
  alerts: ["LogLinesDropped"],
});

export const processes = dashboard({
  name: "processes",
  title: "Processes",
  description: "Are the API and the workers well, and which versions are they?",
  rows: [
    row(8, [up, 10], [versions, 8], [restarts, 6]),
    row(8, [cpu, 8], [memory, 8], [descriptors, 8]),
    row(8, [tasks, 8], [starved, 8], [dropped, 8]),
  ],
});
