import type { Page } from "@playwright/test";
import { expect, test } from "./harness/fixtures";
import {
  check,
  checkAlso,
  counts,
  expectOutcome,
  file,
  importChecked,
  listOf,
  someStudents,
} from "./harness/imports";
import { Installation } from "./harness/installation";
import { someone } from "./harness/students";

/** A list with so many rows, each of so many bytes and some. */
function wideList(name: string, rows: number, width = 10_000) {
  const [header, ...students] = listOf(someStudents(rows)).trimEnd().split("\n");
  const wide = students.map((student) => `${student},${"x".repeat(width)}\n`);
  return file(name, `${header ?? ""},notes\n${wide.join("")}`);
}

/**
 * From now on a megabyte takes ten seconds, until the limit is taken away: so much time has a test on a
 * busy machine for what it does in the middle of an upload.
 */
async function slowDown(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const limit = async (uploadThroughput: number) => {
    await session.send("Network.emulateNetworkConditions", {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
    });
  };
  await limit(100_000);
  return () => limit(-1);
}

async function expectMovingBar(page: Page): Promise<void> {
  const bar = page.locator("#work-bar");
  await expect.poll(() => bar.evaluate((bar: HTMLProgressElement) => bar.value)).toBeGreaterThan(0);
}

test("a service that is away is said of any file, however large", async ({
  page,
  registrar,
  t,
}) => {
  registrar.way.cut();
  await check(page, registrar, wideList("away.csv", 10));
  await expect(page.locator("#problem")).toHaveText(t.pages.import.problems["cannot-accept-now"]);
});

test("an upload that breaks in the middle is said, and goes on when it is sent again", async ({
  page,
  registrar,
  t,
}) => {
  await check(page, registrar, wideList("breaks.csv", 300));
  await expect(page.locator("#import")).toBeVisible();
  const speedUp = await slowDown(page);
  await page.locator("#import").click();
  await expectMovingBar(page);
  registrar.way.cut();
  // The browser looks at the answer once all was sent.
  await speedUp();
  await expect(page.locator("#problem")).toBeFocused();
  await expect(page.locator("#problem")).toContainText(/twice/);
  registrar.way.restore();
  await importChecked(page, t);
  const [registered = 0, unchanged = 0, ...others] = await counts(page);
  expect([registered + unchanged, ...others]).toEqual([300, 0, 0, 0, 0]);
});

test("an upload is cancelled in the middle, and so is what came of it", async ({
  page,
  registrar,
  t,
}) => {
  const key = await registrar.key();
  const headers = { authorization: `Bearer ${key}` };
  const listed = async () => (await fetch(`${registrar.url}/imports`, { headers })).text();
  await page.goto(`${registrar.url}/import`);
  await page.locator("#key").fill(key);
  // Its first rows arrive after five seconds, and its last after half a minute.
  await checkAlso(page, wideList("cancelled.csv", 3_000, 1_000));
  await expect(page.locator("#import")).toBeVisible();
  await slowDown(page);
  await page.locator("#import").click();
  await expectMovingBar(page);
  // Its first rows have arrived.
  await expect.poll(listed).toContain("cancelled.csv");
  await page.locator("#work-cancel").click();
  await expect(page.locator("#outcome-title").filter({ visible: true })).toHaveText(
    new RegExp(
      `${t.pages.import.outcome.titles.cancelled}|${t.pages.import.outcome.titles.broken_off}`,
    ),
  );
  const [registered = 0] = await counts(page);
  expect(registered).toBeLessThan(3_000);
});

test("a check is cancelled, and nothing of it stays", async ({ page, registrar }) => {
  await page.goto(`${registrar.url}/import`);
  await page.locator("#key").fill(await registrar.key());
  await slowDown(page);
  await checkAlso(page, wideList("checked.csv", 200));
  await expectMovingBar(page);
  await page.locator("#work-cancel").click();
  await expect(page.locator("#work")).toBeHidden();
  await expect(page.locator("#problem")).toBeHidden();
  await expect(page.locator("#check")).toBeFocused();
});

test("a key that is revoked in the middle is asked for again, and the import goes on", async ({
  page,
  registrar,
  t,
}) => {
  const key = await registrar.key("revoked-school");
  await page.goto(`${registrar.url}/import`);
  await page.locator("#key").fill(key);
  await checkAlso(page, file("list.csv", listOf(someStudents(3))));
  await expect(page.locator("#import")).toBeVisible();
  await registrar.database.sql(
    "UPDATE import_keys SET revoked_at = NOW(6) WHERE importer = 'revoked-school'",
  );
  const headers = { authorization: `Bearer ${key}` };
  // The API looks for keys that were revoked now and then.
  const status = async () => (await fetch(`${registrar.url}/imports`, { headers })).status;
  await expect.poll(status, { timeout: 60_000 }).toBe(401);
  await page.locator("#import").click();
  await expect(page.locator("#problem")).toHaveText(t.pages.import.problems.unauthorized);
  await expect(page.locator("#key")).toBeFocused();
  await page.locator("#key").fill(await registrar.key());
  await importChecked(page, t);
  expect(await counts(page)).toEqual([3, 0, 0, 0, 0, 0]);
});

test("an import goes on while the service is away and the tab is hidden", async ({ page, t }) => {
  const registrar = await Installation.start({ worker: false });
  try {
    const streams: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/events")) {
        streams.push("opened");
      }
    });
    page.on("requestfailed", (request) => {
      if (request.url().endsWith("/events")) {
        streams.push("closed");
      }
    });
    const become = (visibility: string) =>
      page.evaluate((now) => {
        Object.defineProperty(document, "visibilityState", { value: now, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, visibility);
    await check(page, registrar, file("list.csv", listOf(someStudents(30))));
    await page.locator("#import").click();
    await expectOutcome(page, t, "processing");
    await expect.poll(() => streams).toEqual(["opened"]);
    await become("hidden");
    await expect.poll(() => streams).toEqual(["opened", "closed"]);
    registrar.way.cut();
    await become("visible");
    await expect(page.locator("#outcome-connection")).toHaveText(
      t.pages.import.outcome.reconnecting,
    );
    registrar.way.restore();
    registrar.startWorker();
    await expectOutcome(page, t, "finished");
    await expect(page.locator("#outcome-connection")).toHaveText("");
    expect(await counts(page)).toEqual([30, 0, 0, 0, 0, 0]);
  } finally {
    await registrar.stop();
  }
});

test("an error file is put together while the page goes on", async ({ page, registrar, t }) => {
  await page.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
  });
  const longest = () =>
    page.evaluate(() => {
      const { tasks } = window as unknown as { tasks: number[] };
      return Math.max(0, ...tasks.splice(0));
    });
  const good = someone();
  const rows = Array.from(
    { length: 20_000 },
    (_, at) => `7a,Ada,King,ada ${String(at)},${"x".repeat(40)}`,
  );
  const list = [
    "class,first_name,last_name,email,notes",
    `7b,${good.first_name},${good.last_name},${good.email},`,
    ...rows,
  ].join("\n");
  await check(page, registrar, file("large.csv", list));
  await importChecked(page, t);
  expect(await counts(page)).toEqual([1, 0, 0, 20_000, 0, 0]);
  await longest();
  const started = performance.now();
  await page.locator("#download").click();
  await expect(page.locator("#failed-said")).toHaveText(t.pages.import.failed.ready);
  expect(await longest()).toBeLessThan((performance.now() - started) / 3);
});
