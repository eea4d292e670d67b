// Links between dashboards and to runbooks.

import type { DashboardLink } from "@grafana/schema";

/** An alert's name, which is its runbook's too. */
export type Alert = string;

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

/** The runbook of an alert. */
export const runbook = (alert: Alert): DashboardLink =>
  to(`Runbook: ${alert}`, `\${runbooks}/${alert}.md`, true);

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
