// The panels that show single registrations: traces and log lines.

import { LogsDedupStrategy, LogsSortOrder } from "@grafana/schema";
import type { Options } from "@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen";

import { panel } from "./panel.ts";
import { logLines, traces } from "./queries.ts";
import { TABLE } from "./table.ts";

/** Each is a link to its trace: from the API over RabbitMQ to the INSERT. */
export const latestTraces = panel(
  {
    title: "What happened to the latest registrations?",
    description:
      "Traces of registrations that arrived lately, over both processes; a click opens one. Good:" +
      " durations under 2 s. Sorted by duration, the slow ones are on top.",
    unit: "none",
    queries: [traces('{ resource.service.name = "registrar-api" && name = "POST /register" }')],
    noValue: "no traces",
  },
  { type: "table", options: TABLE },
);

/** Each is a link to its trace: the upload, each chunk over RabbitMQ, and its INSERT. */
export const latestImports = panel(
  {
    title: "What happened to the latest imports?",
    description:
      "Traces of uploads, over both processes; a click opens one. Good: durations that fit the size of the" +
      " files. In each, the slow chunks are easily seen.",
    unit: "none",
    queries: [traces('{ resource.service.name = "registrar-api" && name = "POST /imports" }')],
    noValue: "no traces",
  },
  { type: "table", options: TABLE },
);

/** A line with a trace id leads to its trace, by the data source's derived field. */
export const logs = panel(
  {
    title: "What do the processes say?",
    description:
      "Log lines of the API and the workers; one with a trace id leads to its trace. Good: no warning" +
      " and no error. The list above chooses whether all lines are shown.",
    unit: "none",
    queries: [logLines('{service_name=~"registrar-(api|worker)"} | detected_level=~"$level"')],
  },
  {
    type: "logs",
    options: {
      dedupStrategy: LogsDedupStrategy.none,
      enableLogDetails: true,
      prettifyLogMessage: false,
      showCommonLabels: false,
      showLabels: false,
      showLogContextToggle: false,
      showTime: true,
      sortOrder: LogsSortOrder.Descending,
      wrapLogMessage: true,
    } satisfies Options,
  },
);
