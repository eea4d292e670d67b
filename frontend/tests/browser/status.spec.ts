import type { Request } from "@playwright/test";
import { expect, test } from "./harness/fixtures";
import { Installation } from "./harness/installation";
import { accepted, register, someone } from "./harness/students";
import { passTimeUntil, stopTime } from "./harness/time";
import { expectStatus } from "./states";

/** An installation whose worker starts when the test says so. */
const waiting = test.extend<{ registrar: Installation }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what is needed
  registrar: async ({}, use) => {
    const registrar = await Installation.start({ worker: false });
    await use(registrar);
    await registrar.stop();
  },
});

for (const [how, streams] of [
  ["events", true],
  ["asking again, where events do not come through", false],
] as const) {
  waiting(`a status page follows its registration by ${how}`, async ({ page, registrar, t }) => {
    await page.clock.install();
    if (!streams) {
      await page.route("**/events", (route) => route.abort());
    }
    await register(page, registrar.url, someone());
    await expectStatus(page, "accepted");
    if (streams) {
      // Without time, nothing is asked again.
      await stopTime(page);
    }
    await page.evaluate(() => {
      document.body.dataset["same"] = "yes";
    });
    registrar.startWorker();
    await expectStatus(page, "registered");
    await page.clock.resume();
    await expect(page).toHaveTitle(new RegExp(t.pages.status.titles.registered));
    await expect(page.locator("#announcer")).toHaveText(t.pages.status.titles.registered);
    await expect(page.locator("body[data-same=yes]")).toBeVisible();
  });
}

/** More than the connections that a browser opens to one host. */
const TABS = 7;

waiting(
  "in more windows than a browser has connections all load and follow",
  async ({ page, context, registrar }) => {
    const pages = [page];
    while (pages.length < TABS) {
      pages.push(await context.newPage());
    }
    for (const one of pages) {
      await one.goto(await accepted(registrar.url, someone()));
      await expectStatus(one, "accepted");
    }
    registrar.startWorker();
    for (const one of pages) {
      await expectStatus(one, "registered");
    }
  },
);

waiting(
  "a tab holds no connection while it is hidden, and looks when it is shown",
  async ({ page, registrar }) => {
    const streams: string[] = [];
    const note = (what: string) => (request: Request) => {
      if (request.url().endsWith("/events")) {
        streams.push(what);
      }
    };
    page.on("request", note("opened"));
    page.on("requestfailed", note("closed"));
    const become = (visibility: string) =>
      page.evaluate((now) => {
        Object.defineProperty(document, "visibilityState", { value: now, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, visibility);
    await page.goto(await accepted(registrar.url, someone()));
    await expect.poll(() => streams).toEqual(["opened"]);
    await become("hidden");
    await expect.poll(() => streams).toEqual(["opened", "closed"]);
    await registrar.registrar("lanes", "pause", "interactive", "--for", "30m", "--reason", "tests");
    await become("visible");
    await expect(page.locator("main[data-paused-until]:not([data-paused-until=''])")).toBeVisible();
    await expect.poll(() => streams).toEqual(["opened", "closed", "opened"]);
  },
);

waiting("a pause shows by itself, and its end too", async ({ page, registrar, t }) => {
  await page.goto(await accepted(registrar.url, someone()));
  const paused = page.locator("main[data-paused-until]:not([data-paused-until=''])");
  await expect(paused).toHaveCount(0);
  await registrar.registrar("lanes", "pause", "interactive", "--for", "30m", "--reason", "tests");
  await expect(paused).toBeVisible();
  await expect(page.locator("main")).toContainText(t.pages.status.paused_until);
  await registrar.registrar("lanes", "resume", "interactive");
  await expect(paused).toHaveCount(0);
});

test("a lost connection is shown, and found again", async ({ page, installations, t }) => {
  const { url, way } = await installations.get("withoutWorker");
  await page.clock.install();
  await page.goto(await accepted(url, someone()));
  const connection = page.locator("#connection");
  await expect(connection).toHaveText(t.pages.status.live);
  way.cut();
  await passTimeUntil(page, connection, t.pages.status.reconnecting);
  way.restore();
  await passTimeUntil(page, connection, t.pages.status.live);
});

test("a status page can be opened by its address alone, as a person spells it", async ({
  page,
  registrar,
}) => {
  const address = await accepted(registrar.url, someone());
  const [, reference = ""] = address.split("/registrations/");
  await page.goto(address);
  await expectStatus(page, "registered");
  const spelled = reference.toLowerCase().replace(/(.{4})(?=.)/g, "$1-");
  await page.goto(`${registrar.url}/registrations/${spelled}`);
  await expectStatus(page, "registered");
  expect(await page.locator("#reference").textContent()).toBe(reference);
});

test("the reference is copied with one press", async ({ page, context, registrar, t }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(await accepted(registrar.url, someone()));
  // From here on nothing replaces the button.
  await expectStatus(page, "registered");
  await page.getByRole("button", { name: t.pages.status.copy }).click();
  await expect(page.locator("#copy")).toHaveText(t.pages.status.copied);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await page.locator("#reference").textContent());
});

test.describe("in another time zone", () => {
  test.use({ timezoneId: "Asia/Tehran" });

  test("times are the reader's own", async ({ page, registrar }) => {
    await page.goto(await accepted(registrar.url, someone()));
    await expectStatus(page, "registered");
    const time = page.locator("time").last();
    const moment = new Date((await time.getAttribute("datetime")) ?? "");
    const theirs = new Intl.DateTimeFormat("en", {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: "Asia/Tehran",
    }).format(moment);
    await expect(time).toContainText(theirs);
  });
});
