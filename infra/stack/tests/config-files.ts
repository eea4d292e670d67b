// The configuration files of the stack, parsed; a key that stands twice is an error.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parse } from "yaml";

/** The absolute path of what compose.yaml calls `./path`. */
export const pathOf = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const exists = (path: string): boolean => existsSync(pathOf(path));

export const textOf = (path: string): string => readFileSync(pathOf(path), "utf8");

// Their shapes are what the tests are about.
export type Yaml = any;

export const yamlOf = (path: string): Yaml => parse(textOf(path), { merge: true });

export const FILES = {
  compose: "compose.yaml",
  collector: "otel-collector/config.yaml",
  tempo: "tempo/tempo.yaml",
  loki: "loki/loki.yaml",
  prometheus: "prometheus/prometheus.yaml",
  rules: "prometheus/registrar.rules.yaml",
  alertmanager: "alertmanager/alertmanager.yaml",
  dataSources: "grafana/provisioning/datasources/registrar.yaml",
  dashboards: "grafana/provisioning/dashboards/registrar.yaml",
} as const;

/** Every text in a parsed file, with the keys that lead to it. */
export function textsIn(found: unknown, path = ""): [path: string, text: string][] {
  if (typeof found === "string") return [[path, found]];
  if (typeof found !== "object" || found === null) return [];
  return Object.entries(found).flatMap(([key, inner]) => textsIn(inner, `${path}/${key}`));
}
