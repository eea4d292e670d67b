// What a panel must have to be understood by an operator who was woken by it.

import type { Panel } from "@grafana/schema";
import { describe, expect, test } from "vitest";

import { COMMITTED, panelsOf, targetsOf } from "./committed.ts";

const QUESTIONS = COMMITTED.filter(([, { uid }]) => uid?.startsWith("registrar-"));

/** What Grafana has today; graph, singlestat and table-old are gone. */
const TYPES = ["timeseries", "stat", "table", "logs", "state-timeline"];

describe.each(QUESTIONS)("%s", (_file, dashboard) => {
  const panels = panelsOf(dashboard);

  test("has few panels, and a description", () => {
    expect(panels.length).toBeGreaterThan(3);
    expect(panels.length).toBeLessThanOrEqual(11);
    expect(dashboard.description).toMatch(/\?/);
  });

  test("asks no question twice", () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test("has panels within the grid, and none over another", () => {
    const taken = new Map<string, string | undefined>();
    for (const { title, gridPos } of panels) {
      if (!gridPos) throw new Error(`${title} has no place.`);
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`), `${title} is over another panel`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test("marks deploys and firing alerts, and leads to the others", () => {
    const marks = (dashboard.annotations?.list ?? []).map(({ name }) => name);
    expect(marks).toEqual(["Deploys and restarts", "Firing alerts"]);
    expect(dashboard.links?.map(({ tags }) => tags)).toEqual([["registrar"]]);
    expect(dashboard.tags).toContain("registrar");
  });

  describe.each(panels.map((panel): [string, Panel] => [panel.title ?? "", panel]))(
    "%s",
    (title, panel) => {
      test("is a question of a type that Grafana has, described, with a unit", () => {
        expect(title).toMatch(/^[A-Z].*\?$/);
        expect(TYPES).toContain(panel.type);
        expect(panel.description).toMatch(/Good: /);
        expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      });

      test("asks each query of the data source that it names, which exists", () => {
        for (const target of targetsOf(panel)) {
          expect(target.datasource).toEqual(panel.datasource);
          expect(["prometheus", "tempo", "loki"]).toContain(target.datasource.uid);
        }
      });

      test("has exemplars when its lines are of a histogram", () => {
        const targets = targetsOf(panel);
        const buckets = targets.filter(
          ({ expr, instant }) => !instant && expr?.includes("_bucket"),
        );
        const withExemplars = targets.filter(({ exemplar }) => exemplar);
        // One query of several over the same buckets: each would draw the same points.
        expect(withExemplars.length).toBe(
          panel.type === "timeseries" && buckets.length > 0 ? 1 : 0,
        );
        for (const { expr } of withExemplars) expect(expr).toContain("_bucket");
      });
    },
  );
});
