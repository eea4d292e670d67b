// Links between dashboards and to runbooks.

import type { DashboardLink } from "@grafana/schema";

import { ALERTS } from "./rules.ts";

/** The tag that all dashboards have, and that their links to each other go by. */
export const TAG = "registrar";

const to = (title: string, url: string, targetBlank: boolean): DashboardLink => ({
  type: "link",
  title,
  url,
  targetBlank,
  tooltip: "",
  icon: "external link",
  tags: [],
  asDropdown: false,
  includeVars: false,
  keepTime: true,
});

/** The runbook of an alert, which must exist. */
export const runbook = (alert: string): DashboardLink => {
  if (!ALERTS.includes(alert)) throw new Error(`There is no alert ${alert}: name one that is.`);
  return to(`Runbook: ${alert}`, `/d/${runbookUid(alert)}`, false);
};

/** The uid of the page that shows an alert's runbook; Grafana takes at most 40 characters. */
export const runbookUid = (alert: string): string => `runbook-${alert}`;

/** Another dashboard, at the same time. */
export const dashboardLink = (title: string, uid: string): DashboardLink =>
  to(title, `/d/${uid}?\${__url_time_range}`, false);

/** All dashboards of this project, in the head of each. */
export const ALL_DASHBOARDS: DashboardLink = {
  type: "dashboards",
  title: "",
  url: "",
  targetBlank: false,
  tooltip: "",
  icon: "",
  tags: [TAG],
  asDropdown: false,
  includeVars: false,
  keepTime: true,
};
