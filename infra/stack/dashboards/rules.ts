// The rules that Prometheus evaluates. Dashboards show what these record and where these fire, so that
// a panel and the alert on it never disagree.

import { readFileSync } from "node:fs";
import { parse } from "yaml";

export type Rule = {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
};

const FILE = new URL("../../prometheus/registrar.rules.yaml", import.meta.url);

export const RULES: Rule[] = (
  parse(readFileSync(FILE, "utf8")) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);

/** The names of all alerts, each once. */
export const ALERTS: string[] = [...new Set(RULES.flatMap(({ alert }) => alert ?? []))].sort();

const regExp = (value: number): RegExp =>
  new RegExp(`(?<![\\w.])${String(value).replace(".", "\\.")}(?![\\w.])`);

/** A number that an alert fires at, and that a panel may therefore draw. */
export const limitOf = (alert: string, value: number): number => {
  const fires = RULES.some((rule) => rule.alert === alert && regExp(value).test(rule.expr));
  if (!fires) throw new Error(`${alert} does not fire at ${value}: draw what it fires at.`);
  return value;
};

/** What a recording rule records, over another window than its own of three days. */
export const recordedOver = (
  window: string,
  record: string,
  labels: Record<string, string> = {},
): string => {
  const rule = RULES.find(
    (rule) =>
      rule.record === record &&
      Object.entries(labels).every(([name, value]) => rule.labels?.[name] === value),
  );
  if (!rule) throw new Error(`No rule records ${record}: take one of registrar.rules.yaml.`);
  return rule.expr.trim().replace(/\s+/g, " ").replaceAll("[3d]", `[${window}]`);
};
