// What all dashboards have in common.

import { DashboardCursorSync, type Dashboard, type VariableModel } from "@grafana/schema";

import { ANNOTATIONS } from "./annotations.ts";
import { place, type Row } from "./layout.ts";
import { ALL_DASHBOARDS, TAG } from "./links.ts";

/** A choice from a fixed list; the first is made at the start. */
export const choice = (
  name: string,
  label: string,
  options: [text: string, value: string][],
): VariableModel => {
  const all = options.map(([text, value], index) => ({ text, value, selected: index === 0 }));
  return {
    type: "custom",
    name,
    label,
    multi: false,
    includeAll: false,
    query: options.map(([text, value]) => `${text} : ${value}`).join(", "),
    options: all,
    ...(all[0] ? { current: all[0] } : {}),
  };
};

/** Which lanes are shown; a regular expression. */
export const LANE = choice("lane", "Lane", [
  ["both", "interactive|bulk"],
  ["interactive", "interactive"],
  ["bulk", "bulk"],
]);

export type Description = {
  /** The file's name without .json; the uid is it with `registrar-` in front. */
  name: string;
  title: string;
  description: string;
  variables?: VariableModel[];
  rows: Row[];
};

export const dashboard = (described: Description): Dashboard => ({
  uid: `registrar-${described.name}`,
  title: described.title,
  description: described.description,
  tags: [TAG],
  schemaVersion: 42,
  version: 1,
  editable: false,
  graphTooltip: DashboardCursorSync.Crosshair,
  time: { from: "now-3h", to: "now" },
  timezone: "browser",
  refresh: "30s",
  links: [ALL_DASHBOARDS],
  annotations: { list: ANNOTATIONS },
  templating: { list: described.variables ?? [] },
  panels: place(described.rows),
});
