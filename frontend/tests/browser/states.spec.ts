import { expectAccessible } from "./harness/accessibility";
import { expect, test } from "./harness/fixtures";
import { expectNoSidewaysScrolling } from "./harness/layout";
import { STATES } from "./states";

/** Where to put a picture of each state, to look at. */
const SCREENSHOTS = process.env["SCREENSHOTS"];

test.afterEach(async ({ installations }) => {
  await installations.mendAll();
});

for (const { name, open } of STATES) {
  test(`axe finds nothing in ${name}, in light and dark`, async ({
    page,
    installations,
    t,
  }, testInfo) => {
    await open({ page, installations, t });
    await expectAccessible(page);
    if (SCREENSHOTS !== undefined) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const path = `${SCREENSHOTS}/${name}, ${testInfo.project.name}, ${colorScheme}.png`;
        await page.screenshot({ path, fullPage: true });
      }
    }
  });

  test(`${name} fits 320 pixels, and text of twice the size`, async ({
    page,
    installations,
    t,
  }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open({ page, installations, t });
    await expectNoSidewaysScrolling(page);
    await page.setViewportSize({ width: 640, height: 800 });
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    await expectNoSidewaysScrolling(page);
    await expect(page.locator("h1")).toBeVisible();
  });
}
