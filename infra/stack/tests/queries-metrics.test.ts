// Every metric that a query reads is one that something exports: a wrong name gives no error, only an
// empty panel and an alert that never fires.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { RULES } from "../dashboards/rules.ts";
import { ALL_QUERIES } from "./all-queries.ts";
import { FOREIGN } from "./foreign-metrics.ts";
import { metricsIn } from "./grammar.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const SOURCES = ["api/src", "worker/src", "common"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".rs"))
    .map((file) => readFileSync(join(ROOT, folder, file), "utf8")),
);

const OURS = new Set(
  SOURCES.flatMap((source) =>
    [...source.matchAll(/"([a-z]+(?:_[a-z]+)+)"/g)].map(([, name]) => name),
  ),
);

const RECORDED = new Set(RULES.map(({ record }) => record));
const EXPORTED = new Set(Object.values(FOREIGN).flat());

/** A histogram is registered under the name that its series begin with. */
const registered = (series: string): string => series.replace(/_(bucket|count|sum)$/, "");

const exists = (name: string): boolean =>
  EXPORTED.has(name) || RECORDED.has(name) || OURS.has(name) || OURS.has(registered(name));

const READ = ALL_QUERIES.filter(({ language }) => language === "PromQL").flatMap(
  ({ where, query }) => metricsIn(query).map((name) => ({ where, name })),
);

test("every metric that is read is registered in the sources, recorded or exported by a server", () => {
  expect(READ.length).toBeGreaterThan(100);
  expect(READ.filter(({ name }) => !exists(name))).toEqual([]);
});

test("every recording rule is read by a panel or an alert", () => {
  const read = new Set(READ.map(({ name }) => name));
  expect([...RECORDED].filter((name) => name !== undefined && !read.has(name))).toEqual([]);
});

test("no metric of another server is listed that no query reads", () => {
  const read = new Set(READ.map(({ name }) => name));
  expect([...EXPORTED].filter((name) => !read.has(name))).toEqual([]);
});

test("a name that nothing exports is found", () => {
  for (const name of ["registration_oldest_waiting_second", "rabbitmq_queue_ready", "upp"]) {
    expect(exists(name)).toBe(false);
  }
});
