// Every committed query is one, by the grammar of its language.

import { describe, expect, test } from "vitest";

import { ALL_QUERIES, DASHBOARD_QUERIES, LINK_QUERIES } from "./all-queries.ts";
import { metricsIn, mistakeIn, type Language } from "./grammar.ts";

test.each(ALL_QUERIES)("$where is $language", ({ language, query }) => {
  expect(mistakeIn(language, query), query).toBeUndefined();
});

test("the data sources link to log lines and to metrics", () => {
  const linked = new Set(LINK_QUERIES.map(({ language }) => language));
  expect([...linked].sort()).toEqual(["LogQL", "PromQL"]);
});

test("the dashboards ask in all three languages", () => {
  const asked = new Set(DASHBOARD_QUERIES.map(({ language }) => language));
  expect([...asked].sort()).toEqual(["LogQL", "PromQL", "TraceQL"]);
});

test("no query has a variable that nothing fills", () => {
  for (const { where, query } of ALL_QUERIES) {
    expect(query.replaceAll('"$1"', ""), where).not.toContain("$");
  }
});

const BUCKETS_OF_OBJECTIVES = /le\s*=~?\s*"(2|30)[^"]*"/g;

// Prometheus 2 wrote the bound as "2", Prometheus 3 writes it as "2.0".
test("every query finds the objectives' buckets in both generations of Prometheus", () => {
  const selectors = ALL_QUERIES.flatMap(({ where, query }) =>
    [...query.matchAll(BUCKETS_OF_OBJECTIVES)].map(([selector, bound]) => ({
      where,
      selector,
      bound,
    })),
  );
  expect(selectors.length).toBeGreaterThan(10);
  for (const { where, selector, bound } of selectors) {
    expect(selector, where).toBe(`le=~"${bound}(\\\\.0)?"`);
  }
});

describe("a broken query is found", () => {
  const broken: [Language, string, string][] = [
    ["PromQL", "a bracket that is not closed", "sum by (lane) (rate(a_total[5m])"],
    ["PromQL", "a window without a unit", "rate(a_total[5])) + 1"],
    ["PromQL", "a word for an operator", "a_total unless if b_total"],
    ["PromQL", "a selector without quotes", "a_total{lane=interactive}"],
    ["LogQL", "no selector", '| trace_id = "1"'],
    ["LogQL", "a filter without a value", '{service_name="a"} | level ='],
    ["LogQL", "a bracket that is not closed", 'count_over_time({service_name="a"}[5m]'],
    ["TraceQL", "a brace that is not closed", '{ name = "POST /register"'],
    ["TraceQL", "a condition without a value", "{ duration > }"],
    ["TraceQL", "and in words", '{ name = "a" and status = error }'],
  ];
  test.each(broken)("%s: %s", (language, _what, query) => {
    expect(mistakeIn(language, query)).toBeDefined();
  });
});

test("the metrics of a query are found wherever they stand", () => {
  const query = 'sum by (a) (rate(b_total{c="d"}[5m])) / on () group_left () e{} > 0 or vector(0)';
  expect(metricsIn(query)).toEqual(["b_total", "e"]);
});
