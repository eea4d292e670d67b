import type { Request } from "@playwright/test";
import { expect, test } from "./harness/fixtures";
import { fillIn, register, someone, submit } from "./harness/students";
import { expectStatus } from "./states";

const BUDGET_BYTES = 50 * 1024;

test("script and style of the form weigh less than 50 KB on the wire", async ({
  page,
  registrar,
}, testInfo) => {
  const finished: Request[] = [];
  page.on("requestfinished", (request) => finished.push(request));
  await page.goto(registrar.url, { waitUntil: "networkidle" });
  const weights: Record<string, number> = {};
  for (const request of finished) {
    const { responseBodySize } = await request.sizes();
    weights[request.resourceType()] = (weights[request.resourceType()] ?? 0) + responseBodySize;
  }
  const { script = 0, stylesheet = 0 } = weights;
  testInfo.annotations.push({ type: "bytes", description: JSON.stringify(weights) });
  expect(script).toBeGreaterThan(0);
  expect(stylesheet).toBeGreaterThan(0);
  expect(script + stylesheet).toBeLessThan(BUDGET_BYTES);
});

test("the form is painted without the API", async ({ page, registrar }) => {
  registrar.way.cut();
  await page.goto(registrar.url);
  const paints = () => performance.getEntriesByName("first-contentful-paint").length;
  await expect.poll(() => page.evaluate(paints)).toBe(1);
  await expect(page.locator("#email")).toBeVisible();
});

test("the form works before its script has come", async ({ page, registrar }) => {
  const student = someone();
  await page.route("**/*.js", () => new Promise(() => undefined));
  await page.goto(registrar.url, { waitUntil: "commit" });
  await fillIn(page, student);
  await submit(page);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.waitForURL(/\/registrations\//, { waitUntil: "commit" });
  await expect.poll(() => registrar.registered(student.email)).toBe(1);
});

test("a form on a slow network says that it is being sent", async ({ page, registrar, t }) => {
  registrar.way.holdAnswers();
  await register(page, registrar.url, someone());
  await expect(page.getByRole("button", { name: t.pages.form.sending })).toBeVisible();
  registrar.way.restore();
  await expectStatus(page, "registered");
});
