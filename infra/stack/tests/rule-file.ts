// The rules file and its tests, as Prometheus and promtool read them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Group {
  name: string;
  interval: string;
  rules: Rule[];
}

/** One test of a file of promtool's, as a file of its own. */
export interface RuleTest {
  name: string;
  text: string;
  /** The groups that it needs, and no others. */
  groups: string[];
}

export const repository = join(import.meta.dirname, "../../..");
const prometheus = join(repository, "infra/prometheus");

export const groups: Group[] = parse(
  readFileSync(join(prometheus, "registrar.rules.yaml"), "utf8"),
).groups;

export const alerts = groups.flatMap((group) => group.rules.filter((rule) => rule.alert));

export const ruleTests: RuleTest[] = readdirSync(join(prometheus, "tests")).flatMap((file) => {
  const { tests, ...settings } = parse(readFileSync(join(prometheus, "tests", file), "utf8"));
  return tests.map((test: { name: string }) => ({
    name: test.name,
    text: stringify({ ...settings, rule_files: ["registrar.rules.yaml"], tests: [test] }),
    groups: settings.group_eval_order,
  }));
});
