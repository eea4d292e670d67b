// The ways from one kind of telemetry to the others. A link whose name does not match is simply not shown.

import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { FILES, pathOf, textOf, textsIn, type Yaml, yamlOf } from "./config-files.ts";
import { services } from "./config-network.ts";

const sources: Yaml[] = yamlOf(FILES.dataSources).datasources;
const tempo = yamlOf(FILES.tempo);
const loki = yamlOf(FILES.loki);

/** The settings of a data source, as Grafana reads them: "$$" is "$". */
function settingsOf(uid: string): Yaml {
  const { jsonData } = sources.find((source) => source.uid === uid);
  return JSON.parse(JSON.stringify(jsonData).replaceAll("$$", "$"));
}

// How Loki names what OpenTelemetry names with dots.
const label = (attribute: string): string => attribute.replaceAll(".", "_");

const indexed = loki.limits_config.otlp_config.resource_attributes.attributes_config
  .filter(({ action }: Yaml) => action === "index_label")
  .flatMap(({ attributes }: Yaml) => attributes);

test("an exemplar of Tempo's leads to its trace", () => {
  const { trace_id_label_name } = tempo.overrides.defaults.metrics_generator;
  expect(settingsOf("prometheus").exemplarTraceIdDestinations).toEqual([
    { name: trace_id_label_name, datasourceUid: "tempo", urlDisplayLabel: "Trace" },
  ]);
});

test("an exemplar of Registrar's own has the same label as Tempo's", () => {
  const metrics = pathOf("../common/telemetry/src/metrics/open_metrics.rs");
  const { trace_id_label_name } = tempo.overrides.defaults.metrics_generator;
  expect(readFileSync(metrics, "utf8")).toContain(`{{${trace_id_label_name}=\\"{trace}\\"}}`);
});

test("a log line leads to its trace, by structured metadata", () => {
  expect(settingsOf("loki").derivedFields).toEqual([
    {
      name: "trace_id",
      matcherType: "label",
      matcherRegex: "trace_id",
      datasourceUid: "tempo",
      url: "${__value.raw}",
      urlDisplayLabel: "Trace",
    },
  ]);
});

test("a span leads to its log lines, by labels that Loki has", () => {
  const { datasourceUid, customQuery, query, tags } = settingsOf("tempo").tracesToLogsV2;
  expect({ datasourceUid, customQuery }).toEqual({ datasourceUid: "loki", customQuery: true });
  expect(query).toBe('{${__tags}} | trace_id = "${__trace.traceId}"');
  for (const { key, value } of tags) {
    expect(indexed).toContain(key);
    expect(value).toBe(label(key));
  }
});

test("a span leads to its metrics, which Tempo makes", () => {
  const { datasourceUid, queries, tags } = settingsOf("tempo").tracesToMetrics;
  const { processors } = tempo.overrides.defaults.metrics_generator;
  expect(datasourceUid).toBe("prometheus");
  // The name that the generator gives the service.
  expect(tags).toEqual([{ key: "service.name", value: "service" }]);
  const made = { calls_total: "span-metrics-count", latency_bucket: "span-metrics-latency" };
  for (const { query } of queries) {
    const [, metric = ""] = /traces_spanmetrics_(\w+)\{\$__tags\b/.exec(query) ?? [];
    expect(Object.keys(made)).toContain(metric);
    expect(processors).toContain(made[metric as keyof typeof made]);
  }
});

test("the service graph is made, and Grafana looks for it where it is kept", () => {
  expect(tempo.overrides.defaults.metrics_generator.processors).toContain("service-graphs");
  expect(settingsOf("tempo").serviceMap).toEqual({ datasourceUid: "prometheus" });
});

test("the environment that compose.yaml names is a label of Loki's", () => {
  for (const name of ["api", "worker", "registrar"]) {
    const { OTEL_RESOURCE_ATTRIBUTES: attributes } = services[name].environment;
    for (const attribute of attributes.split(","))
      expect(indexed).toContain(attribute.split("=")[0]);
  }
});

test("Grafana knows how often Prometheus scrapes", () => {
  const { scrape_interval } = yamlOf(FILES.prometheus).global;
  expect(settingsOf("prometheus").timeInterval).toBe(scrape_interval);
});

test("every data source that another or a dashboard names is there", () => {
  const uids = sources.map(({ uid }) => uid);
  const named = textsIn(sources).filter(([path]) => path.endsWith("/datasourceUid"));
  expect(named.length).toBeGreaterThan(3);
  for (const [path, uid] of named) expect(uids, path).toContain(uid);
});

test("Grafana's expansion of variables leaves nothing out", () => {
  // "$$" in pairs only: a single "$" is a variable of the environment, and mostly empty.
  for (const file of [FILES.dataSources, FILES.dashboards]) {
    for (const [path, text] of textsIn(yamlOf(file))) {
      expect(text.replaceAll("$$", ""), `${file}${path}`).not.toContain("$");
    }
  }
});

test("every uid of a data source or a folder is in the list, and one in the list is used", () => {
  const used = [
    ...sources.map(({ uid }) => `datasource ${uid}`),
    ...yamlOf(FILES.dashboards).providers.map(({ folderUid }: Yaml) => `folder ${folderUid}`),
  ];
  const listed = textOf("grafana/uids.txt")
    .split("\n")
    .filter((line) => /^(datasource|folder) \S+$/.test(line));
  expect(used.sort()).toEqual(listed.sort());
});
