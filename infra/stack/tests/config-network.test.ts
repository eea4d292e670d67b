// Names of hosts and ports, from one configuration file to the other. A wrong one shows only as a panel
// without data.

import { expect, test } from "vitest";

import { FILES, textsIn, yamlOf } from "./config-files.ts";
import { addressesIn, LISTENING, reaches, services } from "./config-network.ts";

const ITSELF = ["localhost", "127.0.0.1", "0.0.0.0"];

// Whose file it is: who asks at the addresses in it.
const files = [
  ["otel-collector", FILES.collector],
  ["tempo", FILES.tempo],
  ["prometheus", FILES.prometheus],
  ["alertmanager", FILES.alertmanager],
  ["grafana", FILES.dataSources],
] as const;

const asked: [from: string, where: string, host: string, port: number][] = [
  ...files.map(([from, file]) => [from, file, yamlOf(file)] as const),
  ...Object.entries(services).flatMap(([name, { environment, command, healthcheck }]) => [
    [name, `${FILES.compose}: environment`, environment] as const,
    [name, `${FILES.compose}: command`, command] as const,
    [name, `${FILES.compose}: healthcheck`, healthcheck?.test] as const,
  ]),
].flatMap(([from, where, found]) =>
  textsIn(found).flatMap(([path, text]) =>
    addressesIn(text).map(([host, port]): [string, string, string, number] => [
      from,
      `${where}${path}`,
      host,
      port,
    ]),
  ),
);

test("addresses are found in each of the files", () => {
  for (const [from] of files) expect(asked.map(([service]) => service)).toContain(from);
});

test.each(asked)(
  "%s (%s) asks at %s:%i, where a server listens that it can reach",
  (from, _, host, port) => {
    const to = ITSELF.includes(host) ? from : host;
    expect(Object.keys(services)).toContain(to);
    expect(LISTENING[to]).toContain(port);
    expect(reaches(from, to), `${from} and ${to} have a network in common`).toBe(true);
  },
);

test("workers are found by a name that has an address for each", () => {
  const { scrape_configs } = yamlOf(FILES.prometheus);
  const found = scrape_configs.flatMap(
    (job: { dns_sd_configs?: object[] }) => job.dns_sd_configs ?? [],
  );
  expect(found).toEqual([{ names: ["worker"], type: "A", port: 9101, refresh_interval: "5s" }]);
  expect(LISTENING.worker).toContain(9101);
  expect(reaches("prometheus", "worker")).toBe(true);
});

test("everything that Prometheus watches is a job, and each job asks for metrics where they are", () => {
  const jobs = yamlOf(FILES.prometheus).scrape_configs.map(
    ({ job_name }: { job_name: string }) => job_name,
  );
  expect(jobs).toEqual([
    "registrar-api",
    "registrar-worker",
    "rabbitmq",
    "rabbitmq-detailed",
    "mysql",
    "prometheus",
    "alertmanager",
    "otel-collector",
    "tempo",
    "loki",
    "grafana",
  ]);
});

test.each(["api", "worker", "registrar"])(
  "%s sends traces and logs to the collector, by gRPC",
  (name) => {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = services[name].environment;
    const { grpc } = yamlOf(FILES.collector).receivers.otlp.protocols;
    expect(endpoint).toContain(`http://otel-collector:${grpc.endpoint.split(":").at(-1)}`);
  },
);

test("Prometheus takes what Tempo writes, exemplars too", () => {
  const { remote_write } = yamlOf(FILES.tempo).metrics_generator.storage;
  expect(remote_write).toEqual([
    { url: "http://prometheus:9090/api/v1/write", send_exemplars: true },
  ]);
  expect(services.prometheus.command).toContain("--web.enable-remote-write-receiver");
  expect(services.prometheus.command).toContain("--enable-feature=exemplar-storage");
});

test("Alertmanager's notifications arrive where the collector takes them", () => {
  const { endpoint, path } = yamlOf(FILES.collector).receivers["webhook_event/alerts"];
  const url = `http://otel-collector:${endpoint.split(":").at(-1)}${path}`;
  for (const { webhook_configs } of yamlOf(FILES.alertmanager).receivers) {
    expect(webhook_configs).toEqual([{ send_resolved: true, url }]);
  }
});
