// Every dashboard, by its file in infra/grafana/dashboards.

import type { Dashboard } from "@grafana/schema";

import { imports } from "./imports.ts";
import { nothingLost } from "./nothing-lost.ts";
import { processes } from "./processes.ts";
import { queue } from "./queue.ts";
import { registrations } from "./registrations.ts";
import { RUNBOOKS } from "./runbooks.ts";
import { storage } from "./storage.ts";

export const DASHBOARDS: Record<string, Dashboard> = {
  "registrations.json": registrations,
  "queue.json": queue,
  "storage.json": storage,
  "imports.json": imports,
  "processes.json": processes,
  "nothing-lost.json": nothingLost,
  ...RUNBOOKS,
};
