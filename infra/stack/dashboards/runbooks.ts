// A page in Grafana for each alert's runbook, so that links from panels and alerts lead somewhere
// wherever Grafana runs: the repository may be out of reach of the one who was woken.

import { readFileSync } from "node:fs";

import type { Dashboard } from "@grafana/schema";
import {
  TextMode,
  type Options,
} from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";

import { ALL_DASHBOARDS, runbookUid } from "./links.ts";
import { ALERTS } from "./rules.ts";

const FOLDER = new URL("../../../docs/operations/runbooks/", import.meta.url);

/** Relative links lead to another runbook's page; what else they lead to is not in Grafana. */
export const withLinksInGrafana = (markdown: string): string =>
  markdown.replace(/\[([^\]]+)\]\((?![a-z]+:|#)([^)]+)\)/g, (_link, text: string, path: string) => {
    const runbook = /^([A-Z]\w+)\.md$/.exec(path)?.[1];
    if (runbook && ALERTS.includes(runbook)) return `[${text}](/d/${runbookUid(runbook)})`;
    return `${text} (${path.replace(/^(\.\.\/)+/, "")})`;
  });

const page = (alert: string): Dashboard => {
  const markdown = readFileSync(new URL(`${alert}.md`, FOLDER), "utf8");
  const options = {
    mode: TextMode.Markdown,
    content: withLinksInGrafana(markdown),
  } satisfies Options;
  return {
    uid: runbookUid(alert),
    title: `Runbook: ${alert}`,
    tags: ["runbook"],
    schemaVersion: 42,
    version: 1,
    editable: false,
    links: [ALL_DASHBOARDS],
    panels: [{ id: 1, type: "text", title: "", gridPos: { x: 0, y: 0, w: 24, h: 30 }, options }],
  };
};

/** By file in infra/grafana/dashboards. */
export const RUNBOOKS: Record<string, Dashboard> = Object.fromEntries(
  ALERTS.map((alert) => [`runbooks/${alert}.json`, page(alert)]),
);
