// A runbook reads in Grafana as in the repository, and its links lead somewhere.

import { expect, test } from "vitest";

import { runbookUid } from "../dashboards/links.ts";
import { ALERTS } from "../dashboards/rules.ts";
import { withLinksInGrafana } from "../dashboards/runbooks.ts";
import { COMMITTED } from "./committed.ts";

test.each([
  ["another runbook", "[queue](LaneBacklogGrowing.md)", "[queue](/d/runbook-LaneBacklogGrowing)"],
  ["a page that Grafana has not", "[the drills](../drills.md#how)", "the drills (drills.md#how)"],
  ["a file of the repository", "[rules](../../../infra/x.yaml)", "rules (infra/x.yaml)"],
  ["the list of runbooks", "[all](README.md)", "all (README.md)"],
  ["another site", "[guide](https://example.com/a.md)", "[guide](https://example.com/a.md)"],
  ["a part of the same page", "[below](#over)", "[below](#over)"],
])("a link to %s", (_what, markdown, inGrafana) => {
  expect(withLinksInGrafana(`See ${markdown}, then go on.`)).toBe(`See ${inGrafana}, then go on.`);
});

test("every link within Grafana leads to a dashboard that there is", () => {
  const uids = COMMITTED.map(([, { uid }]) => uid);
  const text = COMMITTED.map(([, dashboard]) => JSON.stringify(dashboard)).join();
  const linked = [...text.matchAll(/\/d\/([A-Za-z0-9-]+)(?![-\w]*\$)/g)].map(([, uid]) => uid);
  expect(linked.length).toBeGreaterThan(50);
  for (const uid of linked) expect(uids).toContain(uid);
  for (const alert of ALERTS) expect(uids).toContain(runbookUid(alert));
});
