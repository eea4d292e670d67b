import { expect, test } from "./harness/fixtures";
import { someone } from "./harness/students";
import { expectStatus } from "./states";

test("the whole way works with the keyboard alone", async ({ page, context, registrar, t }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { keyboard } = page;
  const student = someone();
  const tabTo = async (target: string) => {
    const focused = page.locator(":focus");
    for (let presses = 0; presses < 15; presses += 1) {
      await keyboard.press("Tab");
      // The focus must be visible wherever the tab key leads.
      const { outlineStyle, boxShadow } = await focused.evaluate((e) => getComputedStyle(e));
      expect(`${outlineStyle} ${boxShadow}`).not.toBe("none none");
      if (await focused.evaluate((element, selector) => element.matches(selector), target)) {
        return;
      }
    }
    throw new Error(`Tab does not lead to ${target}.`);
  };

  await page.goto(registrar.url);
  await keyboard.press("Tab");
  await expect(page.getByRole("link", { name: t.pages.skip })).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await tabTo("#first_name");
  await keyboard.type(student.first_name);
  await tabTo("#last_name");
  await keyboard.type(student.last_name);
  await keyboard.press("Enter");

  await expect(page.locator("#error-summary")).toBeFocused();
  await tabTo("#error-summary a");
  await keyboard.press("Enter");
  await expect(page.locator("#email")).toBeFocused();
  await keyboard.type(student.email);
  await tabTo("button[type=submit]");
  await keyboard.press("Space");

  await expectStatus(page, "registered");
  await tabTo("#copy");
  await keyboard.press("Enter");
  await expect(page.locator("#copy")).toHaveText(t.pages.status.copied);
});
