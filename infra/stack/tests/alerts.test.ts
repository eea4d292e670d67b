// Each alert says what it is about, has a runbook, and has been seen to fire and not to fire.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alerts, groups, repository, ruleTests } from "./rule-file.ts";

const folder = join(repository, "docs/operations/runbooks");
const names = [...new Set(alerts.map(({ alert }) => alert ?? ""))].sort();
const runbooks = readdirSync(folder).filter((file) => file !== "README.md");
const read = (file: string) => readFileSync(join(folder, file), "utf8");

test("every alert has a runbook, and every runbook an alert", () => {
  expect(runbooks.sort()).toEqual(names.map((name) => `${name}.md`));
});

test.each(names)("the runbook of %s has its parts, and the index has a line for it", (name) => {
  const parts = [...read(`${name}.md`).matchAll(/^#+ .*$/gm)].map(([heading]) => heading);
  expect(parts).toEqual([
    `# ${name}`,
    "## What it means for students",
    "## Confirm",
    "## What to do",
    "## It is over",
  ]);
  const severities = alerts
    .filter(({ alert }) => alert === name)
    .map(({ labels }) => labels?.severity);
  expect(read("README.md")).toContain(
    `| [${name}](${name}.md) | ${[...new Set(severities)].join(", ")} |`,
  );
});

test.each(["README.md", ...runbooks])("the links of %s lead somewhere", (file) => {
  const links = [...read(file).matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link ?? "");
  for (const link of links) expect(() => readFileSync(join(folder, link)), link).not.toThrow();
});

describe.each(
  alerts.map((rule) => [`${rule.alert} ${Object.values(rule.labels ?? {})}`, rule] as const),
)("%s", (_name, { alert, labels, annotations, for: time }) => {
  test("is a page or a ticket, after a time that is said", () => {
    expect(["page", "ticket"]).toContain(labels?.severity);
    expect(time).toMatch(/^\d+[smh]$/);
  });

  test("has a summary, says what it means for students, and leads to its runbook", () => {
    expect(Object.keys(annotations ?? {}).sort()).toEqual([
      "description",
      "runbook_url",
      "summary",
    ]);
    expect(annotations?.runbook_url).toBe(`docs/operations/runbooks/${alert}.md`);
    expect(annotations?.summary).toMatch(/^\S.{20,110}[^.]$/);
    expect(annotations?.description).toMatch(/[Ss]tudents?|import/);
    expect(annotations?.description).toMatch(/\.$/);
  });

  // A template knows the labels of the expression only; what the rule adds is empty there.
  test("uses no label in its texts that the rule itself adds", () => {
    const used = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(
      ([, one]) => one,
    );
    expect(used.filter((label) => label && labels && label in labels)).toEqual([]);
  });

  test("has its exact texts in a test", () => {
    const text = ruleTests.map((one) => one.text).join("\n");
    expect(text).toContain(annotations?.runbook_url);
    expect(text).toContain(`alertname: ${alert}`);
  });
});

test("every group is evaluated by a test, and no test names a group that is not there", () => {
  const tested = [...new Set(ruleTests.flatMap((one) => one.groups))].sort();
  expect(tested).toEqual(groups.map(({ name }) => name).sort());
});
