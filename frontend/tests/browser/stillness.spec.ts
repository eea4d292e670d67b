import type { Page } from "@playwright/test";
import { expect, test } from "./harness/fixtures";
import { Installation } from "./harness/installation";
import { accepted, fillIn, someone, submit } from "./harness/students";
import { passTimeUntil } from "./harness/time";
import { expectStatus } from "./states";

test("nothing moves while a student registers", async ({ page }) => {
  await page.addInitScript(noteShifts);
  const registrar = await Installation.start({ worker: false });
  try {
    await page.goto(registrar.url, { waitUntil: "networkidle" });
    await expectNothingMoved(page);
    await fillIn(page, someone());
    await page.reload({ waitUntil: "networkidle" });
    await expectNothingMoved(page);
    await submit(page);
    await expectStatus(page, "accepted");
    await expectNothingMoved(page);
    registrar.startWorker();
    await expectStatus(page, "registered");
    await expectNothingMoved(page);
  } finally {
    await registrar.stop();
  }
});

test("nothing moves while a connection is lost and found again", async ({
  page,
  installations,
  t,
}) => {
  await page.addInitScript(noteShifts);
  const { url, way } = await installations.get("withoutWorker");
  await page.clock.install();
  await page.goto(await accepted(url, someone()));
  const connection = page.locator("#connection");
  await expect(connection).toHaveText(t.pages.status.live);
  way.cut();
  await passTimeUntil(page, connection, t.pages.status.reconnecting);
  await expectNothingMoved(page);
  way.restore();
  await passTimeUntil(page, connection, t.pages.status.live);
  await expectNothingMoved(page);
});

test("nothing moves when a pause begins and ends", async ({ page, t }) => {
  await page.addInitScript(noteShifts);
  const registrar = await Installation.start({ worker: false });
  try {
    await page.goto(await accepted(registrar.url, someone()));
    await registrar.registrar("lanes", "pause", "interactive", "--for", "30m", "--reason", "tests");
    await expect(page.locator("main")).toContainText(t.pages.status.paused_until);
    await expectNothingMoved(page);
    await registrar.registrar("lanes", "resume", "interactive");
    await expect(page.locator("main")).not.toContainText(t.pages.status.paused_until);
    await expectNothingMoved(page);
  } finally {
    await registrar.stop();
  }
});

/** Of the Layout Instability API, which TypeScript does not know. */
interface Shift {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Element | null }[];
}

declare global {
  interface Window {
    shifts: string[];
  }
}

/** Runs in the page, before anything of its own. */
function noteShifts(): void {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput, sources } = entry as unknown as Shift;
      if (!hadRecentInput) {
        const moved = sources.map(({ node }) => node?.outerHTML ?? "something");
        window.shifts.push(`${String(value)}: ${moved.join(", ")}`);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function expectNothingMoved(page: Page): Promise<void> {
  // Entries come after the frame that they are about.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
  );
  expect(await page.evaluate(() => window.shifts)).toEqual([]);
}
