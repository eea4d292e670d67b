// Who of compose.yaml listens where, and which can reach which.

import { FILES, textOf, type Yaml, yamlOf } from "./config-files.ts";

export const compose: Yaml = yamlOf(FILES.compose);
export const services: Record<string, Yaml> = compose.services;

const portOf = (endpoint: string): number => Number(endpoint.split(":").at(-1));

/** The ports that infra/Dockerfile says one of its targets listens on. */
function exposed(target: string): number[] {
  const stage = textOf("Dockerfile")
    .split(/^FROM /m)
    .find((text) => text.includes(` AS ${target}\n`));
  return (stage?.match(/^EXPOSE (.+)$/m)?.[1] ?? "").split(" ").filter(Boolean).map(Number);
}

function collectorPorts(): number[] {
  const { receivers, extensions, service } = yamlOf(FILES.collector);
  const { grpc, http } = receivers.otlp.protocols;
  return [
    ...[grpc, http, receivers["webhook_event/alerts"], extensions.health_check].map((listener) =>
      portOf(listener.endpoint),
    ),
    ...service.telemetry.metrics.readers.map(
      (reader: Yaml) => reader.pull.exporter.prometheus.port,
    ),
  ];
}

function tempoPorts(): number[] {
  const { server, distributor } = yamlOf(FILES.tempo);
  const protocols: Yaml[] = Object.values(distributor.receivers.otlp.protocols);
  return [server.http_listen_port, ...protocols.map(({ endpoint }) => portOf(endpoint))];
}

/** What each service listens on: by its configuration here, or as its image does by itself. */
export const LISTENING: Record<string, number[]> = {
  api: exposed("api"),
  worker: exposed("worker"),
  frontend: [8080],
  mysql: [3306],
  rabbitmq: [5672, 15672, 15692],
  "otel-collector": collectorPorts(),
  tempo: tempoPorts(),
  loki: [yamlOf(FILES.loki).server.http_listen_port],
  prometheus: [9090],
  alertmanager: [9093],
  grafana: [3000],
  "mysqld-exporter": [9104],
};

export function networksOf(service: string): string[] {
  const networks = services[service].networks ?? ["default"];
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

export const reaches = (from: string, to: string): boolean =>
  networksOf(from).some((network) => networksOf(to).includes(network));

/** Addresses like http://tempo:3200 or tempo:4317 in a text, as host and port. */
export function addressesIn(text: string): [host: string, port: number][] {
  const found = text.matchAll(/(?:^|[/@\s"])([a-z][a-z0-9-]*|[\d.]+):(\d{2,5})(?=$|[/\s"}])/g);
  return [...found].map(([, host, port]) => [host ?? "", Number(port)]);
}
