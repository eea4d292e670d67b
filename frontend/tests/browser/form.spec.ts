import { expect, test } from "./harness/fixtures";
import { accepted, duplicate, fillIn, register, someone, submit } from "./harness/students";
import { stopTime } from "./harness/time";
import { expectStatus, giveUp } from "./states";

test("mistakes come back on the page with focus on them, and corrected they are accepted", async ({
  page,
  registrar,
  t,
}) => {
  const student = someone();
  await register(page, registrar.url, { ...student, first_name: " ", email: "ada@" });

  const summary = page.locator("#error-summary");
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("link")).toHaveText([
    t.fields.first_name.required,
    t.fields.email.invalid_email,
  ]);
  await expect(page).toHaveTitle(new RegExp(`^${t.pages.error_prefix}`));
  const email = page.locator("#email");
  await expect(email).toHaveValue("ada@");
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(email).toHaveAccessibleDescription(new RegExp(t.fields.email.invalid_email));
  await summary.getByRole("link").last().click();
  await expect(email).toBeFocused();

  await fillIn(page, student);
  await submit(page);
  await expectStatus(page, "registered");
  await expect.poll(() => registrar.registered(student.email)).toBe(1);
});

test("what a student types is shown as it is, never run", async ({ page, registrar }) => {
  const first_name = `"><script>document.title="run"</script><!--#echo var="request_id" -->{{ t }}`;
  await register(page, registrar.url, { first_name, last_name: "", email: "" });
  await expect(page.locator("#error-summary")).toBeVisible();
  await expect(page.locator("#first_name")).toHaveValue(first_name);
  await expect(page.locator("main script")).toHaveCount(0);
  await expect(page).not.toHaveTitle("run");
});

test("answers and key survive a reload", async ({ page, registrar }) => {
  const student = someone();
  const keys: (string | undefined)[] = [];
  await page.route("**/register*", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    await (keys.length === 1 ? route.fulfill({ status: 500, body: "" }) : route.continue());
  });
  await page.clock.install();
  await page.goto(registrar.url);
  // The script does not try again by itself.
  await stopTime(page);
  await fillIn(page, student);
  await submit(page);
  await expect.poll(() => keys.length).toBe(1);
  await page.reload();
  for (const [name, value] of Object.entries(student)) {
    await expect(page.locator(`#${name}`)).toHaveValue(value);
  }
  expect(keys).toHaveLength(1);
  await page.clock.resume();
  await submit(page);
  await expectStatus(page, "registered");
  expect(keys[1]).toBe(keys[0]);
});

test("answers from before can be cleared", async ({ page, registrar, t }) => {
  await page.goto(registrar.url);
  await fillIn(page, someone());
  await page.reload();
  await page.getByRole("button", { name: t.pages.form.clear }).click();
  await expect(page.locator("#email")).toHaveValue("");
  await page.reload();
  await expect(page.locator("#email")).toHaveValue("");
});

test("a double click gives one registration", async ({ page, registrar, t }) => {
  const student = someone();
  let sent = 0;
  page.on("request", (request) => {
    sent += request.method() === "POST" ? 1 : 0;
  });
  await page.goto(registrar.url);
  await fillIn(page, student);
  registrar.way.holdAnswers();
  await page.getByRole("button", { name: t.pages.form.submit }).dblclick();
  await page.getByRole("button", { name: t.pages.form.sending }).click({ force: true });
  registrar.way.restore();
  await expectStatus(page, "registered");
  expect(sent).toBe(1);
  expect(await registrar.registered(student.email)).toBe(1);
});

test("an answer that is lost is asked for again, and it is one registration", async ({
  page,
  registrar,
  t,
}) => {
  const student = someone();
  await page.clock.install();
  await page.goto(registrar.url);
  await stopTime(page);
  await fillIn(page, student);
  const { lost } = registrar.way;
  registrar.way.loseAnswers();
  await submit(page);
  await expect(page.locator("#progress")).toHaveText(t.pages.form.retrying);
  expect(registrar.way.lost).toBeGreaterThan(lost);
  registrar.way.restore();
  await page.clock.runFor(1_000);
  await page.clock.resume();
  // Another registration would be rejected: the address is taken by then.
  await expectStatus(page, "registered");
  expect(await registrar.registered(student.email)).toBe(1);
});

test("with the API down the answers stay, and are sent when it is back", async ({
  page,
  registrar,
  t,
}) => {
  const student = someone();
  await page.clock.install();
  await page.goto(registrar.url);
  await registrar.stopApi();
  try {
    await fillIn(page, student);
    await submit(page);
    await giveUp(page, t);
    await expect(page.locator("#notice")).toBeFocused();
    await expect(page.locator("#email")).toHaveValue(student.email);
  } finally {
    await registrar.startApi();
  }
  await submit(page);
  await expectStatus(page, "registered");
  expect(await registrar.registered(student.email)).toBe(1);
});

test("a student who goes back after a registration can register another student", async ({
  page,
  registrar,
}) => {
  const [one, other] = [someone(), someone()];
  await register(page, registrar.url, one);
  await expectStatus(page, "registered");
  await page.goBack();
  await expect(page.locator("#email")).toBeVisible();
  await fillIn(page, other);
  await submit(page);
  await expectStatus(page, "registered");
  expect(await registrar.registered(one.email)).toBe(1);
  expect(await registrar.registered(other.email)).toBe(1);
});

test("a duplicated tab registers another student, and each tab shows its own", async ({
  page,
  registrar,
}) => {
  const [one, other] = [someone(), someone()];
  await page.goto(registrar.url);
  await fillIn(page, one);
  const second = await duplicate(page);
  await expect(second.locator("#email")).toHaveValue(one.email);
  await fillIn(second, other);
  await submit(page);
  await submit(second);
  await expectStatus(page, "registered");
  await expectStatus(second, "registered");
  const [first] = await page.locator("#reference").allTextContents();
  await expect(second.locator("#reference")).not.toHaveText(first ?? "");
  expect(await registrar.registered(one.email)).toBe(1);
  expect(await registrar.registered(other.email)).toBe(1);
});

test("a duplicated tab with the same student is the same registration", async ({
  page,
  registrar,
}) => {
  const student = someone();
  await page.goto(registrar.url);
  await fillIn(page, student);
  const second = await duplicate(page);
  await expect(second.locator("#email")).toHaveValue(student.email);
  await submit(page);
  await submit(second);
  // Another registration would be rejected: the address is taken by then.
  await expectStatus(page, "registered");
  await expectStatus(second, "registered");
  const [first] = await page.locator("#reference").allTextContents();
  await expect(second.locator("#reference")).toHaveText(first ?? "");
});

test("answers that are corrected after an answer was lost are another registration", async ({
  page,
  registrar,
  t,
}) => {
  const [lost, corrected] = [someone(), someone()];
  await page.clock.install();
  await page.goto(registrar.url);
  await fillIn(page, lost);
  registrar.way.loseAnswers();
  await submit(page);
  await giveUp(page, t);
  registrar.way.restore();
  await fillIn(page, corrected);
  await submit(page);
  await expectStatus(page, "registered");
  await expect.poll(() => registrar.registered(lost.email)).toBe(1);
  expect(await registrar.registered(corrected.email)).toBe(1);
});

test("a browser full of cookies of other applications can open and send the form", async ({
  page,
  context,
  registrar,
}) => {
  const { url } = registrar;
  await context.addCookies(
    Array.from({ length: 170 }, (_, i) => ({
      name: `other${String(i)}`,
      value: "x".repeat(4000),
      url,
    })),
  );
  const student = someone();
  await register(page, `${url}/?fbclid=${"x".repeat(20_000)}`, student);
  await expectStatus(page, "registered");
  await page.goto(`${page.url()}?utm_campaign=${"x".repeat(20_000)}`);
  await expectStatus(page, "registered");
  expect(await registrar.registered(student.email)).toBe(1);
});

test("after a registration the form is empty again", async ({ page, registrar, t }) => {
  await register(page, registrar.url, someone());
  await expectStatus(page, "registered");
  await page.getByRole("link", { name: t.pages.status.another }).click();
  await expect(page.locator("#email")).toHaveValue("");
});

test("a student whose address is registered already learns it on the own status page", async ({
  page,
  registrar,
  t,
}) => {
  const student = someone();
  await page.goto(await accepted(registrar.url, student));
  await expectStatus(page, "registered");
  await register(page, registrar.url, student);
  await expectStatus(page, "rejected");
  await expect(page.locator("#message")).toHaveText(t.statuses.email_already_registered);
  await page.getByRole("link", { name: t.pages.status.next.rejected }).click();
  await expect(page.locator("main[data-page=form]")).toBeVisible();
});
