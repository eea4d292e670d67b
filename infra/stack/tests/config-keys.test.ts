// The servers that cannot be started everywhere refuse a key they do not know, or, worse, leave it
// unread. Their keys are kept as data here, for the versions that compose.yaml pins.

import { describe, expect, test } from "vitest";

import { FILES, yamlOf } from "./config-files.ts";
import { collector } from "./config-keys/collector.ts";
import { dashboardProviders, dataSources, settingsOf } from "./config-keys/grafana.ts";
import { loki } from "./config-keys/loki.ts";
import { keys, listOf, oneOf, unknown, value } from "./config-keys/shape.ts";
import { tempo } from "./config-keys/tempo.ts";

const checked = [
  [FILES.collector, collector],
  [FILES.tempo, tempo],
  [FILES.loki, loki],
  [FILES.dataSources, dataSources],
  [FILES.dashboards, dashboardProviders],
] as const;

test.each(checked)("%s has only keys and words that its server knows", (file, { shape }) => {
  expect(unknown(shape, yamlOf(file))).toEqual([]);
});

test("each data source has only settings of its kind", () => {
  for (const { type, jsonData } of yamlOf(FILES.dataSources).datasources) {
    expect(unknown(settingsOf(type), jsonData, type)).toEqual([]);
  }
});

test.each(checked)(
  "the keys of %s are those of the version that compose.yaml pins",
  (_, server) => {
    const { image } = yamlOf(FILES.compose).services[server.service];
    const tag = image.replace(/@.*/, "").split(":").at(-1);
    expect(tag, `read the keys again, they come from: ${server.source}`).toMatch(
      new RegExp(`^v?${server.version.replaceAll(".", "\\.")}`),
    );
  },
);

describe("what is not in a shape is found", () => {
  const shape = keys({
    server: keys({ port: value }),
    lists: listOf(keys({ action: oneOf("drop", "keep") })),
  });

  test.each([
    [{ server: { port: 1, prot: 2 } }, ["the file: server has no key prot"]],
    [{ ingester: {} }, ["the file has no key ingester"]],
    [
      { server: { port: { number: 1 } } },
      ["the file: server: port is a single value or a list of such"],
    ],
    [{ lists: [{ action: "discard" }] }, ["the file: lists[0]: action is never discard"]],
    [{ lists: { action: "drop" } }, ["the file: lists is a list"]],
    [{ server: null, lists: [] }, []],
  ])("in %j", (found, sentences) => {
    expect(unknown(shape, found)).toEqual(sentences);
  });
});
