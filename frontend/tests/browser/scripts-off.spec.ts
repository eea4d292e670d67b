import { expect, test } from "./harness/fixtures";
import { Installation } from "./harness/installation";
import { fillIn, register, someone, submit } from "./harness/students";
import { expectStatus } from "./states";

test.use({ javaScriptEnabled: false });

test("without scripts, mistakes come back and the status page follows by itself", async ({
  page,
  t,
}) => {
  const registrar = await Installation.start({ worker: false });
  try {
    const student = someone();
    await register(page, registrar.url, { ...student, email: "ada@" });
    await expect(page.locator("#email-error")).toContainText(t.fields.email.invalid_email);
    await expect(page.locator("#first_name")).toHaveValue(student.first_name);

    await fillIn(page, student);
    await submit(page);
    await expect(page).toHaveURL(/\/registrations\//);
    await expectStatus(page, "accepted");
    await expect(page.locator("#copy")).toBeHidden();
    registrar.startWorker();
    await expectStatus(page, "registered");
    expect(await registrar.registered(student.email)).toBe(1);
  } finally {
    await registrar.stop();
  }
});

test("without scripts, a form that is sent twice is one registration", async ({
  page,
  registrar,
  t,
}) => {
  const student = someone();
  await page.goto(registrar.url);
  await fillIn(page, student);
  let sent = 0;
  page.on("request", (request) => {
    sent += request.method() === "POST" ? 1 : 0;
  });
  const button = page.getByRole("button", { name: t.pages.form.submit });
  const { x, y } = (await button.boundingBox()) ?? { x: 0, y: 0 };
  registrar.way.holdAnswers();
  for (const times of [1, 2]) {
    // Playwright's own click would wait for the answer to the first.
    await page.mouse.click(x + 10, y + 10);
    await expect.poll(() => sent).toBe(times);
  }
  registrar.way.restore();
  // Another registration would be rejected: the address is taken by then.
  await expectStatus(page, "registered");
  expect(await registrar.registered(student.email)).toBe(1);
});

test("without scripts, a form that the browser kept takes another student", async ({
  page,
  registrar,
}) => {
  const [one, other] = [someone(), someone()];
  let kept: { status: number; headers: Record<string, string>; body: Buffer } | undefined;
  await page.route(`${registrar.url}/`, async (route) => {
    if (kept === undefined) {
      const answer = await route.fetch();
      kept = { status: answer.status(), headers: answer.headers(), body: await answer.body() };
    }
    await route.fulfill(kept);
  });
  const key = () => page.locator("[name=idempotency_key]").inputValue();
  await page.goto(registrar.url);
  const used = await key();
  await fillIn(page, one);
  await submit(page);
  await expectStatus(page, "registered");
  await page.goBack();
  expect(await key()).toBe(used);
  await fillIn(page, other);
  await submit(page);
  await expectStatus(page, "registered");
  expect(await registrar.registered(one.email)).toBe(1);
  expect(await registrar.registered(other.email)).toBe(1);
});

test("without scripts, the answers come back with a refusal", async ({
  page,
  installations,
  t,
}) => {
  const student = someone();
  const { url } = await installations.get("withoutBroker");
  await register(page, url, student);
  await expect(page.locator("#notice")).toHaveText(t.problems["cannot-accept-now"]);
  await expect(page.locator("#email")).toHaveValue(student.email);
});

test("without scripts, an API that is away is reported, and the status page comes back", async ({
  page,
  registrar,
  t,
}) => {
  await register(page, registrar.url, someone());
  await expectStatus(page, "registered");
  registrar.way.cut();
  await page.reload();
  await expect(page.locator("main[data-page=away]")).toContainText(t.pages.away.lead);
  registrar.way.restore();
  await page.getByRole("link", { name: t.pages.away.retry }).click();
  await expectStatus(page, "registered");
});
