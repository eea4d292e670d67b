// The dashboards as they are committed, which is what Grafana reads.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Dashboard, Panel } from "@grafana/schema";

export const FOLDER = fileURLToPath(new URL("../../grafana/dashboards/", import.meta.url));

/** Every file below the folder, by its path in it. */
export const FILES: string[] = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".json"))
  .sort();

export const COMMITTED: [file: string, dashboard: Dashboard][] = FILES.map((file) => [
  file,
  JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Dashboard,
]);

/** Its panels; none is in a row, which would hide it until it is opened. */
export const panelsOf = (dashboard: Dashboard): Panel[] =>
  (dashboard.panels ?? []).map((panel) => {
    if (panel.type === "row") throw new Error(`${dashboard.title} has a row: place its panels.`);
    return panel as Panel;
  });

export type Target = {
  refId: string;
  datasource: { type: string; uid: string };
  expr?: string;
  query?: string;
  exemplar?: boolean;
  instant?: boolean;
};

export const targetsOf = (panel: Panel): Target[] => (panel.targets ?? []) as Target[];
