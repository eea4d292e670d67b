// The page on observability sends people to panels that exist.

import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { COMMITTED, panelsOf } from "./committed.ts";

const PAGE = new URL("../../../docs/operations/observability.md", import.meta.url);

const ROW = /^\| .+ \| ([A-Z][\w ]+) \| ([A-Z].+\?) \|$/gm;

test("every panel that the page on observability names is on the dashboard that it names", () => {
  const panels = COMMITTED.flatMap(([, dashboard]) =>
    panelsOf(dashboard).map(({ title }) => `${dashboard.title}: ${title}`),
  );
  const named = [...readFileSync(PAGE, "utf8").matchAll(ROW)].map(
    ([, dashboard, title]) => `${dashboard}: ${title}`,
  );
  expect(named.length).toBeGreaterThan(10);
  for (const panel of named) expect(panels).toContain(panel);
});

test("every dashboard is on the page on observability", () => {
  const page = readFileSync(PAGE, "utf8");
  for (const [, { uid, title }] of COMMITTED) {
    if (uid?.startsWith("registrar-")) expect(page).toContain(`| ${title} |`);
  }
});
