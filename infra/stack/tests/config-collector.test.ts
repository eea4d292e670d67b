// The collector starts with a component that no pipeline uses, and drops what one then does not get.

import { expect, test } from "vitest";

import { FILES, type Yaml, yamlOf } from "./config-files.ts";

const config = yamlOf(FILES.collector);
const pipelines = Object.entries<Yaml>(config.service.pipelines);

test.each(["receivers", "processors", "exporters"])(
  "all %s are used, and those used are there",
  (kind) => {
    const used = new Set(pipelines.flatMap(([, pipeline]) => pipeline[kind]));
    expect([...used].sort()).toEqual(Object.keys(config[kind]).sort());
  },
);

test("all extensions are used", () => {
  expect(config.service.extensions).toEqual(Object.keys(config.extensions));
});

test.each(pipelines)(
  "%s refuses before anything else works on what came in",
  (_, { processors }) => {
    expect(processors[0]).toBe("memory_limiter");
  },
);

test.each(Object.entries<Yaml>(config.exporters))(
  "%s makes batches in its own queue",
  (_, exporter) => {
    expect(exporter.sending_queue).toEqual({ batch: {} });
  },
);

test("every listener is open to other containers", () => {
  const { grpc, http } = config.receivers.otlp.protocols;
  const listeners = [
    grpc,
    http,
    config.receivers["webhook_event/alerts"],
    config.extensions.health_check,
  ];
  for (const { endpoint } of listeners) expect(endpoint).toMatch(/^0\.0\.0\.0:\d+$/);
});
