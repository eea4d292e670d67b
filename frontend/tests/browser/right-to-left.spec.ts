import { expect, test } from "./harness/fixtures";
import { register, someone, submit } from "./harness/students";
import { texts } from "./harness/texts";
import { expectStatus } from "./states";

test.use({ locale: "fa-IR" });

test("a browser that speaks Persian gets Persian pages, from right to left", async ({
  page,
  registrar,
}) => {
  const { fa } = texts;
  await register(page, registrar.url, { ...someone(), email: "ada@" });
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.locator("html")).toHaveAttribute("lang", "fa");
  await expect(page.locator("h1")).toHaveText(fa.pages.form.title);
  await expect(page.locator("#error-summary")).toContainText(fa.fields.email.invalid_email);
  // The label begins where the field does: on the right.
  const label = await page.locator("label[for=email]").boundingBox();
  const field = await page.locator("#email").boundingBox();
  expect((label?.x ?? 0) + (label?.width ?? 0)).toBeCloseTo(
    (field?.x ?? 0) + (field?.width ?? 0),
    0,
  );
  await expect(page.locator("#email")).toHaveCSS("direction", "ltr");

  await page.locator("#email").fill(someone().email);
  await submit(page);
  await expectStatus(page, "registered");
  await expect(page.locator("h1")).toHaveText(fa.pages.status.titles.registered);
  await expect(page.locator("#reference")).toHaveCSS("direction", "ltr");
});

test("the language can be switched, and the choice goes along", async ({ page, registrar }) => {
  const { en } = texts;
  await page.goto(registrar.url);
  await page.getByRole("link", { name: en.language.name }).click();
  await expect(page.locator("html")).toHaveAttribute("dir", "ltr");
  await submit(page);
  await expect(page.locator("#error-summary")).toContainText(en.fields.email.required);
  await register(page, page.url(), someone());
  await expectStatus(page, "registered");
  await expect(page.locator("h1")).toHaveText(en.pages.status.titles.registered);
});
