// Data that is written beside a volume is gone with the container, and these images may write nowhere else.

import { expect, test } from "vitest";

import { exists, FILES, type Yaml, yamlOf } from "./config-files.ts";
import { services } from "./config-network.ts";

const tempo = yamlOf(FILES.tempo);
const loki = yamlOf(FILES.loki);

const optionOf = (name: string, option: string): string =>
  services[name].command
    .find((argument: string) => argument.startsWith(option))
    ?.slice(option.length);

test.each([
  ["tempo", tempo.storage.trace.wal.path],
  ["tempo", tempo.storage.trace.local.path],
  ["tempo", tempo.metrics_generator.storage.path],
  ["loki", loki.common.path_prefix],
  ["loki", loki.common.storage.filesystem.chunks_directory],
  ["loki", loki.common.storage.filesystem.rules_directory],
  ["loki", loki.compactor.working_directory],
  ["prometheus", optionOf("prometheus", "--storage.tsdb.path=")],
  ["alertmanager", optionOf("alertmanager", "--storage.path=")],
  ["grafana", "/var/lib/grafana"],
])("%s keeps %s on its volume", (name, path) => {
  const volume = targetsOf(name)[name];
  expect(volume).toBeDefined();
  expect(path === volume || path.startsWith(`${volume}/`)).toBe(true);
});

test("Grafana finds its dashboards, its home and what is provisioned", () => {
  const targets = targetsOf("grafana");
  expect(targets["./grafana/provisioning"]).toBe("/etc/grafana/provisioning");
  const dashboards = targets["./grafana/dashboards"];
  for (const { options } of yamlOf(FILES.dashboards).providers)
    expect(options.path).toBe(dashboards);
  const home = services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH;
  expect(home.startsWith(`${dashboards}/`)).toBe(true);
  expect(exists(home.replace(dashboards, "./grafana/dashboards"))).toBe(true);
});

test("Prometheus finds its rules beside its configuration", () => {
  const targets = targetsOf("prometheus");
  const { rule_files } = yamlOf(FILES.prometheus);
  expect(rule_files).toHaveLength(1);
  const folder = targets["./prometheus/prometheus.yaml"]?.replace(/[^/]*$/, "");
  for (const file of rule_files) expect(targets[`./prometheus/${file}`]).toBe(`${folder}${file}`);
});

function targetsOf(name: string): Record<string, string | undefined> {
  const short = services[name].volumes.filter((volume: Yaml) => typeof volume === "string");
  return Object.fromEntries(short.map((volume: string) => volume.split(":")));
}
