// The ledger: is every accepted registration registered, rejected or on hold?

import { fixed, LANES } from "./colors.ts";
import { dashboard } from "./dashboard.ts";
import { row } from "./layout.ts";
import { recent } from "./promql.ts";
import { course } from "./queries.ts";
import { limitOf } from "./rules.ts";
import { stat } from "./stat.ts";
import { badFrom, NONE_IS_GOOD } from "./thresholds.ts";
import { timeseries } from "./timeseries.ts";

const LAST_RESORTS = "dead-letter|unrouted";

const unaccounted = stat({
  title: "Was anything lost?",
  description:
    "Registrations that RabbitMQ confirmed, that are in no queue, and that no worker settled (a chunk of" +
    " an import counts as one). Good: 0. Every other number is students who believe that they are registered.",
  unit: "short",
  decimals: 0,
  queries: [course("max by (lane) (registration_unaccounted)", "{{lane}}")],
  thresholds: NONE_IS_GOOD,
  alerts: ["RegistrationsUnaccounted"],
});

const known = stat({
  title: "Is the ledger known?",
  description:
    "How old the ledger's figures are: it is read every 15 s. Good: seconds. From 5 minutes on, nothing" +
    " on this dashboard can be relied on.",
  unit: "s",
  decimals: 0,
  queries: [course("max(time() - registration_ledger_known_timestamp_seconds)", "age")],
  thresholds: badFrom(limitOf("RegistrationsLedgerNotKnown", 300)),
  alerts: ["RegistrationsLedgerNotKnown"],
});

const doubt = stat({
  title: "Is anything in doubt?",
  description:
    "Registrations of which it is not known whether RabbitMQ confirmed them, since their API was killed" +
    " (a chunk of an import counts as one). Good: no growth. Their clients got no 202.",
  unit: "short",
  decimals: 0,
  queries: [course("max by (lane) (registration_in_doubt)", "{{lane}}")],
  alerts: ["RegistrationsInDoubt"],
});

const held = stat({
  title: "Does anything wait for an operator?",
  description:
    "Registrations on hold: stored with their message, until an operator replays or discards them." +
    " Good: 0. registrar dead-letters list shows them by cause.",
  unit: "short",
  decimals: 0,
  queries: [course("max(registration_dead_letters_held)", "on hold")],
  thresholds: NONE_IS_GOOD,
  alerts: ["RegistrationsOnHold"],
});

const history = timeseries({
  title: "When was anything lost or in doubt?",
  description:
    "The two figures above over time. Good: unaccounted stays at 0; in doubt grows only when an API was" +
    " killed.",
  unit: "short",
  rare: true,
  queries: [
    course("max by (lane) (registration_unaccounted)", "{{lane}} unaccounted"),
    course("max by (lane) (registration_in_doubt)", "{{lane}} in doubt"),
  ],
  colors: LANES,
  alerts: ["RegistrationsUnaccounted", "RegistrationsInDoubt"],
});

const reasons = timeseries({
  title: "Why was something put on hold?",
  description:
    "Registrations that workers put on hold in the last 10 minutes, by reason. Good: 0. Many of refused_by_database at once are a" +
    " constraint or a trigger; unknown_version are APIs that are newer than the workers. Messages split: one of" +
    " several registrations crashed workers or could not be read, so each was published again by itself.",
  unit: "short",
  rare: true,
  queries: [
    course(recent("registration_dead_letters_total", ["reason"]), "{{reason}}"),
    course("sum(increase(registration_messages_split_total[10m]))", "messages split"),
  ],
  colors: {
    refused_by_database: fixed("orange"),
    unknown_version: fixed("purple"),
    undecodable: fixed("yellow"),
    invalid_registration: fixed("blue"),
    unrouted: fixed("super-light-red"),
  },
  alerts: ["RegistrationsOnHold", "RegistrationsOfAnUnknownVersion"],
});

const lastResorts = timeseries({
  title: "Is anything in the last resorts?",
  description:
    "Messages, each of up to 32 registrations, that RabbitMQ gave up on or knew no queue for. Workers put" +
    " them on hold at once, or split one of several, which waits while RabbitMQ takes none. Good: 0." +
    " Statements of the publishers wait in registrations.ledger until a worker reads them.",
  unit: "short",
  rare: true,
  queries: [
    course(
      `sum by (queue) (rabbitmq_detailed_queue_messages{queue=~"registrations\\\\.(${LAST_RESORTS}|ledger)"})`,
      "{{queue}}",
    ),
  ],
  colors: {
    "registrations.unrouted": fixed("orange"),
    "registrations.ledger": fixed("blue"),
  },
  alerts: ["RegistrationsUnroutable", "RegistrationsOnHold"],
});

const unroutable = timeseries({
  title: "Are messages unroutable?",
  description:
    "Messages, each of up to 32 registrations, that RabbitMQ returned to the API in the last 10 minutes, since it knew no queue for them, not even the last" +
    " resort. Good: 0. Their clients got no 202; a binding or an exchange was deleted.",
  unit: "short",
  rare: true,
  queries: [
    course("sum(increase(registration_publish_returned_total[10m]))", "returned"),
    course("sum(increase(rabbitmq_global_messages_unroutable_dropped_total[10m]))", "dropped"),
  ],
  colors: { dropped: fixed("orange") },
  alerts: ["RegistrationsUnroutable"],
});

const gaveUp = timeseries({
  title: "Did RabbitMQ give up on any?",
  description:
    "Messages, each of up to 32 registrations, that RabbitMQ moved to the last resort in the last 10 minutes: delivered too often, too old, or too many. Good: 0." +
    " Anything but the delivery limit is a policy that does not belong there.",
  unit: "short",
  rare: true,
  queries: [
    course(
      "sum(increase(rabbitmq_global_messages_dead_lettered_delivery_limit_total[10m]))",
      "delivery limit",
    ),
    course("sum(increase(rabbitmq_global_messages_dead_lettered_expired_total[10m]))", "expired"),
    course("sum(increase(rabbitmq_global_messages_dead_lettered_maxlen_total[10m]))", "too many"),
  ],
  colors: { expired: fixed("orange"), "too many": fixed("yellow") },
});

export const nothingLost = dashboard({
  name: "nothing-lost",
  title: "Nothing lost",
  description: "Every registration that got a 202 is registered, rejected or on hold. Is that so?",
  rows: [
    row(5, [unaccounted, 7], [known, 5], [doubt, 7], [held, 5]),
    row(8, [history, 12], [reasons, 12]),
    row(8, [lastResorts, 8], [unroutable, 8], [gaveUp, 8]),
  ],
});
