import { expect, type Page } from "@playwright/test";

/** Fails when anything is wider than the window, or than the box that it scrolls in. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const tooWide = await page.evaluate(() => {
    const scrolls = (element: Element) =>
      element === document.documentElement ||
      ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    return [...document.querySelectorAll("*")]
      .filter((element) => scrolls(element) && element.scrollWidth > element.clientWidth)
      .map(({ outerHTML }) => outerHTML.slice(0, 100));
  });
  expect(tooWide).toEqual([]);
}
