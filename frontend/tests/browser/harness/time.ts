import { expect, type Locator, type Page } from "@playwright/test";

/**
 * Lets seconds pass at once for the page's script, until an element says something. The page's clock
 * must be installed before the page is opened.
 */
export async function passTimeUntil(page: Page, element: Locator, text: string): Promise<void> {
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(element).toHaveText(text, { timeout: 50 });
  }).toPass({ intervals: [20], timeout: 25_000 });
}
