import { expect, test } from "./harness/fixtures";
import {
  check,
  counts,
  expectOutcome,
  file,
  importChecked,
  listOf,
  someStudents,
} from "./harness/imports";
import { Installation } from "./harness/installation";

test("a key that is over its limit is said, and what to do", async ({ page, t }) => {
  const registrar = await Installation.start({
    worker: false,
    api: { REGISTRAR_IMPORTS_PER_MINUTE: "1" },
  });
  try {
    await check(page, registrar, file("list.csv", listOf(someStudents(1))));
    await expect(page.locator("#import")).toBeVisible();
    await page.locator("#import").click();
    const problem = page.locator("#problem");
    await expect(problem).toHaveText(t.pages.import.problems["too-many-imports"]);
    await expect(problem).toBeFocused();
    await expect(page.locator("#import")).toBeVisible();
  } finally {
    await registrar.stop();
  }
});

for (const way of ["as they are", "in a form"]) {
  test(`100 MB in flight, sent ${way}, are refused with a reason that arrives`, async ({
    page,
    registrar,
  }) => {
    await page.goto(`${registrar.url}/import`);
    const answer = await page.evaluate(
      async ({ key, isForm }) => {
        const row = "x".repeat(1023) + "\n";
        const file = new Blob([row.repeat(100 * 1024)]);
        const form = new FormData();
        form.set("file", file, "list.csv");
        const answer = await fetch("/imports", {
          method: "POST",
          headers: { Authorization: `Bearer ${key}` },
          body: isForm ? form : file,
        });
        return {
          status: answer.status,
          body: (await answer.json()) as { errors: { code: string }[] },
        };
      },
      { key: await registrar.key(), isForm: way === "in a form" },
    );
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([422, "columns_missing"]);
  });
}

test("progress never goes back, and every row is counted", async ({ page, registrar, t }) => {
  await page.addInitScript(() => {
    const seen: [string, number][] = [];
    Object.assign(window, { seen });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        if (target instanceof HTMLProgressElement && target.hasAttribute("value")) {
          seen.push([
            `${target.id} ${document.querySelector("#work-title")?.textContent ?? ""}`,
            target.value,
          ]);
        }
      }
    }).observe(document, { subtree: true, attributeFilter: ["value"] });
  });
  const students = someStudents(4_000);
  const wide = listOf(students).replaceAll("\n", `,${"x".repeat(500)}\n`);
  await check(page, registrar, file("large.csv", wide));
  await importChecked(page, t);
  expect(await counts(page)).toEqual([4_000, 0, 0, 0, 0, 0]);
  const seen = await page.evaluate(() => (window as unknown as { seen: [string, number][] }).seen);
  const bars = new Map<string, number[]>();
  for (const [bar, value] of seen) {
    bars.set(bar, [...(bars.get(bar) ?? []), value]);
  }
  expect([...bars.keys()].some((bar) => bar.startsWith("work-bar"))).toBe(true);
  expect([...bars.keys()].some((bar) => bar.startsWith("outcome-bar"))).toBe(true);
  for (const [bar, values] of bars) {
    expect([bar, values]).toEqual([bar, [...values].sort((one, other) => one - other)]);
  }
});

test("an import is cancelled in the middle", async ({ page, t }) => {
  const registrar = await Installation.start({ worker: false });
  try {
    // A worker that starts knows of it at once, and takes no row before the import is cancelled.
    await registrar.registrar("lanes", "pause", "bulk", "--for", "30m", "--reason", "tests");
    registrar.startWorker();
    await check(page, registrar, file("list.csv", listOf(someStudents(30))));
    await page.locator("#import").click();
    await expectOutcome(page, t, "processing");
    await page.locator("#outcome-cancel").click();
    await expect(page.locator("#outcome-title")).toBeFocused();
    await expectOutcome(page, t, "cancelled");
    await registrar.registrar("lanes", "resume", "bulk");
    await expect.poll(() => counts(page)).toEqual([0, 0, 30, 0, 0, 0]);
  } finally {
    await registrar.stop();
  }
});

test("a service that is away is no end of an import", async ({ page, registrar, t }) => {
  await check(page, registrar, file("list.csv", listOf(someStudents(3))));
  await expect(page.locator("#import")).toBeVisible();
  registrar.way.cut();
  await page.locator("#import").click();
  await expect(page.locator("#problem")).toContainText(/twice/);
  registrar.way.restore();
  await page.locator("#check").click();
  await importChecked(page, t);
  expect(await counts(page)).toEqual([3, 0, 0, 0, 0, 0]);
});
