// Routes and inhibitions name alerts and labels of the rules; a name that is not there matches nothing.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { FILES, pathOf, textOf, type Yaml, yamlOf } from "./config-files.ts";

const config = yamlOf(FILES.alertmanager);
const alerts: Yaml[] = yamlOf(FILES.rules)
  .groups.flatMap(({ rules }: Yaml) => rules)
  .filter(({ alert }: Yaml) => alert !== undefined);

const labelsOf = ({ alert, labels }: Yaml): Record<string, string> => ({
  alertname: alert,
  ...labels,
});

/** Whether a matcher like `burn =~ "medium|slow"` takes the labels. */
function takes(matcher: string, labels: Record<string, string>): boolean {
  const [, name = "", operator, pattern = ""] = /^(\w+) (=~?) "(.+)"$/.exec(matcher) ?? [];
  const value = labels[name] ?? "";
  return operator === "=" ? value === pattern : new RegExp(`^(?:${pattern})$`).test(value);
}

const taken = (matchers: string[]): Yaml[] =>
  alerts.map(labelsOf).filter((labels) => matchers.every((matcher) => takes(matcher, labels)));

/** Each name and each alternative of a pattern by itself. */
const alternatives = (matcher: string): string[] => {
  const [, head = "", pattern = ""] = /^(\w+ =~? )"(.+)"$/.exec(matcher) ?? [];
  return pattern.split("|").map((word) => `${head}"${word}"`);
};

test("each alert has a severity that a route of its own takes", () => {
  const routes: string[][] = config.route.routes.map(({ matchers }: Yaml) => matchers);
  expect(alerts.length).toBeGreaterThan(10);
  for (const alert of alerts.map(labelsOf)) {
    const matching = routes.filter((matchers) =>
      matchers.every((matcher) => takes(matcher, alert)),
    );
    expect(matching, JSON.stringify(alert)).toHaveLength(1);
  }
});

test("each route has a receiver", () => {
  const receivers = config.receivers.map(({ name }: Yaml) => name);
  for (const { receiver } of [config.route, ...config.route.routes])
    expect(receivers).toContain(receiver);
});

test.each<Yaml>(config.inhibit_rules)("$source_matchers inhibit alerts that exist", (rule) => {
  for (const matchers of [rule.source_matchers, rule.target_matchers]) {
    expect(taken(matchers), matchers.join()).not.toEqual([]);
    for (const alternative of matchers.flatMap(alternatives)) {
      expect(taken([alternative]), alternative).not.toEqual([]);
    }
  }
});

test.each<Yaml>(config.inhibit_rules)(
  "$source_matchers inhibit no alert of more urgency",
  (rule) => {
    const urgent = (labels: Yaml): boolean => labels.severity === "page";
    const sources = taken(rule.source_matchers);
    if (!sources.every(urgent)) expect(taken(rule.target_matchers).filter(urgent)).toEqual([]);
  },
);

test("the receivers that stand there as comments are right once they are none", () => {
  const uncommented = textOf(FILES.alertmanager)
    .replace(/^    # ((?:  |email_configs:).*)$/gm, "    $1")
    .replace(/^    #  ( .*)$/gm, "    $1");
  expect(uncommented).toContain("\n      - url_file: ");
  expect(uncommented).toContain("\n    email_configs:\n");
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  try {
    const file = join(folder, "alertmanager.yaml");
    writeFileSync(file, uncommented);
    const amtool = pathOf("../.local/tools/unstable/usr/bin/amtool");
    const said = execFileSync(amtool, ["check-config", file], { encoding: "utf8", stdio: "pipe" });
    expect(said).toContain("SUCCESS");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
