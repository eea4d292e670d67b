import { expect, type Locator, type Page } from "@playwright/test";

const LATER_MS = 3_600_000;

/**
 * From now on nothing happens after a while, only at once, until the page's clock is moved or
 * resumed. It must be installed before the page is opened.
 */
export async function stopTime(page: Page): Promise<void> {
  // A moment that the clock has not reached yet.
  await page.clock.pauseAt(Date.now() + LATER_MS);
}

/**
 * Lets seconds pass at once for the page's script, until an element says something. The page's clock
 * must be installed before the page is opened.
 */
export async function passTimeUntil(page: Page, element: Locator, text: string): Promise<void> {
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(element).toHaveText(text, { timeout: 50 });
  }).toPass({ intervals: [20], timeout: 60_000 });
}
