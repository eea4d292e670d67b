import { expect, test } from "./harness/fixtures";

test("the form has another key every time", async ({ page, registrar }) => {
  const keys = new Set<string | null>();
  for (let visit = 0; visit < 2; visit += 1) {
    await page.goto(registrar.url);
    keys.add(await page.locator("input[name=idempotency_key]").getAttribute("value"));
  }
  expect(keys.size).toBe(2);
});
