// A runbook reads in Grafana as in the repository, and its links lead somewhere.

import { expect, test } from "vitest";

import { withLinksInGrafana } from "../dashboards/runbooks.ts";

test.each([
  ["another runbook", "[queue](LaneBacklogGrowing.md)", "[queue](/d/runbook-LaneBacklogGrowing)"],
  ["a page that Grafana has not", "[the drills](../drills.md#how)", "the drills (drills.md#how)"],
  ["a file of the repository", "[rules](../../../infra/x.yaml)", "rules (infra/x.yaml)"],
  ["another site", "[guide](https://example.com/a.md)", "[guide](https://example.com/a.md)"],
  ["a part of the same page", "[below](#over)", "[below](#over)"],
])("a link to %s", (_what, markdown, inGrafana) => {
  expect(withLinksInGrafana(`See ${markdown}, then go on.`)).toBe(`See ${inGrafana}, then go on.`);
});
