// What lies between the API and the workers.

import { fixed, LANES, QUANTILES } from "./colors.ts";
import { dashboard, LANE } from "./dashboard.ts";
import { row } from "./layout.ts";
import { states } from "./mappings.ts";
import { byLane, growthByLane, median, p99, rate, recent } from "./promql.ts";
import { course, courseWithExemplars } from "./queries.ts";
import { limitOf } from "./rules.ts";
import { stateTimeline } from "./state-timeline.ts";
import { badFrom, badFromEither, goodFrom } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";

const consumers = stateTimeline({
  title: "Is every lane consumed?",
  description:
    "Consumers of each lane's queue; a worker has one or more for each lane that it takes from. Good:" +
    " never 0. At 0, registrations wait until a worker comes back.",
  unit: "short",
  queries: [course(byLane("rabbitmq_detailed_queue_consumers"), "{{lane}}")],
  thresholds: goodFrom(1),
  alerts: ["LaneWithoutConsumer"],
});

const PAUSE_LEFT = 'max by (lane) (registration_lane_pause_left_seconds{lane=~"$lane"})';

const paused = stateTimeline({
  title: "Is a lane paused?",
  description:
    "Whether workers take from the lane. Good: consuming. Paused by an operator: registrar lanes says" +
    " for how long. A server is away: a worker waits for MySQL or RabbitMQ, and goes on by itself.",
  unit: "none",
  queries: [
    course(
      `max by (lane) (registration_worker_paused{lane=~"$lane"}) + on (lane) (${PAUSE_LEFT} > bool 0)`,
      "{{lane}}",
    ),
  ],
  mappings: states(
    { text: "consuming", color: "green" },
    { text: "a server is away", color: "red" },
    { text: "paused by an operator", color: "orange" },
  ),
  alerts: ["LaneWithoutConsumer"],
});

const alarms = stateTimeline({
  title: "Does RabbitMQ hold publishers back?",
  description:
    "RabbitMQ's alarms. While one is on, it takes no messages, and the API answers 503. Good: off.",
  unit: "none",
  queries: [
    course("max(rabbitmq_alarms_memory_used_watermark)", "memory"),
    course("max(rabbitmq_alarms_free_disk_space_watermark)", "disk"),
    course("max(rabbitmq_alarms_file_descriptor_limit)", "descriptors"),
  ],
  mappings: states({ text: "off", color: "green" }, { text: "on", color: "red" }),
  thresholds: badFrom(1),
  alerts: ["BrokerAlarm"],
});

const oldest = timeseries({
  title: "How long has the oldest one waited?",
  description:
    "Age of the oldest registration that is accepted and not decided, by lane. Good: interactive under" +
    " 2 s, bulk as long as its import takes. The lines are where the alerts fire: interactive at a" +
    " minute, bulk at half an hour.",
  unit: "s",
  queries: [
    course('max by (lane) (registration_oldest_waiting_seconds{lane=~"$lane"})', "{{lane}}"),
  ],
  colors: LANES,
  thresholds: badFromEither(
    limitOf("OldestRegistrationWaitsLong", 60),
    limitOf("OldestRegistrationWaitsLong", 1800),
  ),
  alerts: ["OldestRegistrationWaitsLong"],
});

const ready = timeseries({
  title: "How many wait?",
  description:
    "Messages, each of up to 32 registrations, that no worker has yet (ready), and those that workers" +
    " have and did not ack. A chunk of an import holds more. Good: ready near 0 in interactive; bulk rises with an import and falls again.",
  unit: "short",
  queries: [
    course(byLane("rabbitmq_detailed_queue_messages_ready"), "{{lane}} ready"),
    course(byLane("rabbitmq_detailed_queue_messages_unacked"), "{{lane}} unacked"),
  ],
  colors: LANES,
  thresholds: badFrom(limitOf("LaneBacklogGrowing", 1000)),
  alerts: ["LaneBacklogGrowing"],
});

const balance = timeseries({
  title: "Do the workers keep up?",
  description:
    "Registrations that RabbitMQ confirmed, and the messages, each of up to 32 registrations, that it" +
    " holds more (or, below 0, less) with each second." +
    " Good: growth goes around 0. Above 0 for long, the lane needs more workers or a faster MySQL.",
  unit: "cps",
  queries: [
    course(
      rate('registration_published_total{lane=~"$lane", result="confirmed"}', ["lane"]),
      "{{lane}} confirmed",
    ),
    course(growthByLane("rabbitmq_detailed_queue_messages"), "{{lane}} growth"),
  ],
  colors: LANES,
  alerts: ["LaneBacklogGrowing"],
});

const waited = timeseries({
  title: "How long do registrations wait?",
  description:
    "From acceptance to delivery to a worker, by lane: half of them, and all but one in a hundred," +
    " wait no longer. Good: interactive far below 2 s. A point leads to a trace.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(
      p99("registration_queue_wait_seconds", 'lane=~"$lane"', ["lane"]),
      "{{lane}} 99%",
    ),
    course(median("registration_queue_wait_seconds", 'lane=~"$lane"', ["lane"]), "{{lane}} 50%"),
  ],
  colors: LANES,
  thresholds: badFrom(2),
  alerts: ["DecisionBudgetBurn"],
});

const confirms = timeseries({
  title: "How long does RabbitMQ take to confirm?",
  description:
    "For each registration, from sending its message until RabbitMQ has it on disk. Every accepted request waits for it. Good:" +
    " as yesterday, some milliseconds. A point leads to a trace.",
  unit: "s",
  logarithmic: true,
  queries: [
    courseWithExemplars(p99("registration_publish_confirm_seconds"), "99%"),
    course(median("registration_publish_confirm_seconds"), "50%"),
  ],
  colors: QUANTILES,
  alerts: ["AcceptanceBudgetBurn"],
});

const failures = timeseries({
  title: "Do publishes fail?",
  description:
    "Registrations that RabbitMQ did not confirm in the last 10 minutes, by what came instead. Good: 0." +
    " Saturated: more arrives than RabbitMQ takes. Unavailable: no connection. Unknown: no answer in time, and the" +
    " client is asked to try again.",
  unit: "short",
  rare: true,
  queries: [
    course(recent('registration_published_total{result!="confirmed"}', ["result"]), "{{result}}"),
  ],
  colors: { saturated: fixed("orange"), unknown: fixed("purple"), refused: fixed("yellow") },
  alerts: ["AcceptanceBudgetBurn"],
});

const redeliveries = timeseries({
  title: "Are messages delivered again?",
  description:
    "Messages, each of up to 32 registrations, of the last 10 minutes that a worker had before and did not ack: it was killed, or lost" +
    " its connection. Good: 0 but for deploys. Nothing is registered twice by it.",
  unit: "short",
  rare: true,
  queries: [course(recent("registration_redeliveries_total", ["lane"]), "{{lane}}")],
  colors: LANES,
});

export const queue = dashboard({
  name: "queue",
  title: "Queue",
  description: "Do registrations get through RabbitMQ, lane by lane?",
  variables: [LANE],
  rows: [
    row(5, [consumers, 8], [paused, 8], [alarms, 8]),
    row(8, [oldest, 8], [ready, 8], [balance, 8]),
    row(8, [waited, 12], [confirms, 12]),
    row(7, [failures, 12], [redeliveries, 12]),
  ],
});
