// The rules file and its tests, as Prometheus and promtool read them.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";

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

export interface TestFile {
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

export const testFiles: TestFile[] = readdirSync(join(prometheus, "tests")).map((file) => {
  const text = readFileSync(join(prometheus, "tests", file), "utf8");
  return { name: basename(file), text, groups: parse(text).group_eval_order };
});
