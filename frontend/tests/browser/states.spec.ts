import { expectAccessible } from "./harness/accessibility";
import { test } from "./harness/fixtures";
import { expectNoSidewaysScrolling } from "./harness/layout";
import { STATES } from "./states";

/** Where to put a picture of each state, to look at. */
const SCREENSHOTS = process.env["SCREENSHOTS"];

for (const { name, open } of STATES) {
  test(`axe finds nothing in ${name}, light or dark, and it fits 320 pixels`, async ({
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
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSidewaysScrolling(page);
  });
}
