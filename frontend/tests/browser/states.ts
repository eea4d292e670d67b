import { expect, type Page } from "@playwright/test";
import type { Installations } from "./harness/fixtures";
import { check, expectOutcome, file, importChecked, listWithMistakes } from "./harness/imports";
import { accepted, fillIn, poison, register, someone, submit } from "./harness/students";
import type { Texts } from "./harness/texts";
import { passTimeUntil } from "./harness/time";

/** What a student can see, and how it comes about. */
export interface State {
  name: string;
  open: (scene: Scene) => Promise<void>;
}

export interface Scene {
  page: Page;
  installations: Installations;
  t: Texts;
}

/** How often to look for what is soon over. */
const SOON = { intervals: [10] };

/** Waits for the page of a registration that stands there. */
export async function expectStatus(page: Page, status: string): Promise<void> {
  await expect(page.locator("main[data-page=status]")).toHaveAttribute("data-status", status);
}

/** Lets the seconds between the script's attempts pass at once, until it gives up. */
export async function giveUp(page: Page, t: Texts): Promise<void> {
  await passTimeUntil(page, page.locator("#notice"), t.pages.form.unreachable);
}

export const STATES: State[] = [
  {
    name: "the form",
    async open({ page, installations }) {
      await page.goto((await installations.get("whole")).url);
      await expect(page.locator("#first_name")).toBeVisible();
    },
  },
  {
    name: "the form with mistakes",
    async open({ page, installations }) {
      await register(page, (await installations.get("whole")).url, { ...someone(), email: "ada@" });
      await expect(page.locator("#error-summary")).toBeVisible();
    },
  },
  {
    name: "the form with answers from before",
    async open({ page, installations, t }) {
      await page.goto((await installations.get("whole")).url);
      await fillIn(page, someone());
      await page.reload();
      await expect(page.locator("#progress")).toContainText(t.pages.form.restored);
    },
  },
  {
    name: "the form while it is sent",
    async open({ page, installations, t }) {
      const { url, way } = await installations.get("whole");
      way.holdAnswers();
      await register(page, url, someone());
      await expect(page.getByRole("button", { name: t.pages.form.sending })).toBeVisible();
    },
  },
  {
    name: "the form between two attempts",
    async open({ page, installations, t }) {
      const { url, way } = await installations.get("whole");
      await page.goto(url);
      way.cut();
      await fillIn(page, someone());
      await submit(page);
      await expect(page.locator("#progress")).toHaveText(t.pages.form.retrying);
      // The next attempt hangs, so that it stays like this.
      way.restore();
      way.holdAnswers();
    },
  },
  {
    name: "the form that could not be sent",
    async open({ page, installations, t }) {
      const { url, way } = await installations.get("whole");
      await page.clock.install();
      await page.goto(url);
      way.cut();
      await fillIn(page, someone());
      await submit(page);
      await giveUp(page, t);
    },
  },
  {
    name: "the form after too many requests",
    async open({ page, installations, t }) {
      const { url } = await installations.get("strict");
      await page.route("**/register*", async (route) => {
        await expect(async () => {
          // Another client on the same network takes the second's one request just before. Sent too late,
          // this one is taken, and is sent again.
          await expect.poll(async () => (await fetch(`${url}/limits`)).status, SOON).toBe(200);
          const answer = await route.fetch({ maxRedirects: 0 });
          expect(answer.status()).toBe(429);
          await route.fulfill({ response: answer });
        }).toPass({ ...SOON, timeout: 60_000 });
      });
      await register(page, url, someone());
      await expect(page.locator("#notice")).toHaveText(t.problems["too-many-requests"]);
    },
  },
  {
    name: "the form that cannot be accepted now",
    async open({ page, installations, t }) {
      await register(page, (await installations.get("withoutBroker")).url, someone());
      await expect(page.locator("#notice")).toHaveText(t.problems["cannot-accept-now"]);
    },
  },
  {
    name: "the form with answers that are too long",
    async open({ page, installations, t }) {
      const { url } = await installations.get("whole");
      await register(page, url, { ...someone(), last_name: "x".repeat(100_000) });
      await expect(page.locator("#notice")).toHaveText(t.problems["body-too-large"]);
    },
  },
  {
    name: "accepted",
    async open({ page, installations }) {
      await register(page, (await installations.get("withoutWorker")).url, someone());
      await expectStatus(page, "accepted");
    },
  },
  {
    name: "accepted in a paused lane",
    async open({ page, installations }) {
      const paused = await installations.get("paused");
      await paused.registrar("lanes", "pause", "interactive", "--for", "30m", "--reason", "tests");
      await page.goto(await accepted(paused.url, someone()));
      await expect(
        page.locator("main[data-paused-until]:not([data-paused-until=''])"),
      ).toBeVisible();
    },
  },
  {
    name: "accepted, while the connection is lost",
    async open({ page, installations, t }) {
      const { url, way } = await installations.get("withoutWorker");
      await page.clock.install();
      await page.goto(await accepted(url, someone()));
      way.cut();
      await passTimeUntil(page, page.locator("#connection"), t.pages.status.reconnecting);
    },
  },
  {
    name: "accepted, while the database is away",
    async open({ page, installations, t }) {
      const { url } = await installations.get("withoutDatabase");
      await page.goto(await accepted(url, someone()));
      await expect(page.locator("#message")).toHaveText(t.statuses.unreadable);
    },
  },
  {
    name: "registered",
    async open({ page, installations }) {
      await register(page, (await installations.get("whole")).url, someone());
      await expectStatus(page, "registered");
    },
  },
  {
    name: "rejected",
    async open({ page, installations }) {
      const { url } = await installations.get("whole");
      const twice = someone();
      await register(page, url, twice);
      await expectStatus(page, "registered");
      await page.goto(await accepted(url, twice));
      await expectStatus(page, "rejected");
    },
  },
  {
    name: "on hold",
    async open({ page, installations }) {
      await register(page, (await installations.get("whole")).url, poison());
      await expectStatus(page, "on_hold");
    },
  },
  {
    name: "a reference that was never issued",
    async open({ page, installations }) {
      await page.goto(`${(await installations.get("whole")).url}/registrations/none`);
      await expect(page.locator("main[data-page=not-found]")).toBeVisible();
    },
  },
  {
    name: "an address where nothing is",
    async open({ page, installations }) {
      await page.goto(`${(await installations.get("whole")).url}/nothing`);
      await expect(page.locator("main[data-page=not-found]")).toBeVisible();
    },
  },
  {
    name: "a request that cannot be read",
    async open({ page, installations }) {
      await page.goto((await installations.get("whole")).url);
      await page.locator("form").evaluate((form: HTMLFormElement) => {
        form.action = "/favicon.svg";
        form.submit();
      });
      await expect(page.locator("main[data-page=unreadable]")).toBeVisible();
    },
  },
  {
    name: "the service away",
    async open({ page, installations }) {
      const { url, way } = await installations.get("whole");
      const status = await accepted(url, someone());
      way.cut();
      await page.goto(status);
      await expect(page.locator("main[data-page=away]")).toBeVisible();
    },
  },
  {
    name: "the page for imports",
    async open({ page, installations }) {
      await page.goto(`${(await installations.get("whole")).url}/import`);
      await page.locator("#reading summary").click();
      await expect(page.locator("#column-email")).toBeVisible();
    },
  },
  {
    name: "the page for imports without a key",
    async open({ page, installations, t }) {
      await page.goto(`${(await installations.get("whole")).url}/import`);
      await page.locator("#check").click();
      await expect(page.locator("#problem")).toHaveText(t.pages.import.problems.no_key);
    },
  },
  {
    name: "a file without the columns",
    async open({ page, installations, t }) {
      const without = file("list.csv", "Vorname,Sippe,Kontakt\nAda,King,ada@example.org\n");
      await check(page, await installations.get("whole"), without);
      await expect(page.locator("#problem")).toHaveText(t.pages.import.files.columns_missing);
    },
  },
  {
    name: "a file that was checked",
    async open({ page, installations }) {
      await check(page, await installations.get("whole"), listWithMistakes());
      await expect(page.locator("#import")).toBeVisible();
    },
  },
  {
    name: "a file on its way",
    async open({ page, installations, t }) {
      const whole = await installations.get("whole");
      await check(page, whole, listWithMistakes());
      await expect(page.locator("#import")).toBeVisible();
      whole.way.holdAnswers();
      await page.locator("#import").click();
      await expect(page.locator("#work-said")).toHaveText(t.pages.import.work.confirming);
    },
  },
  {
    name: "an import that waits",
    async open({ page, installations, t }) {
      await check(page, await installations.get("withoutWorker"), listWithMistakes());
      await page.locator("#import").click();
      await expectOutcome(page, t, "processing");
      await expect(page.locator("#outcome-counts")).toBeVisible();
    },
  },
  {
    name: "an import with rows that did not make it",
    async open({ page, installations, t }) {
      await check(page, await installations.get("whole"), listWithMistakes());
      await importChecked(page, t);
      await expect(page.locator("#download")).toBeVisible();
    },
  },
  {
    name: "an import that is opened by its address",
    async open({ page, installations, t }) {
      const whole = await installations.get("whole");
      await check(page, whole, listWithMistakes());
      await importChecked(page, t);
      await page.reload();
      await page.locator("#key").fill(await whole.key());
      await page.locator("#check").click();
      await expectOutcome(page, t, "finished");
      await expect(page.locator("#again")).toBeAttached();
    },
  },
];
