import { mkdir } from "node:fs/promises";
import { expectAccessible } from "./harness/accessibility";
import { expect, test } from "./harness/fixtures";
import {
  check,
  checkAlso,
  counts,
  expectOutcome,
  file,
  importChecked,
  listOf,
  saved,
  someStudents,
} from "./harness/imports";
import { expectNoSidewaysScrolling } from "./harness/layout";
import { someone } from "./harness/students";

test("a file of Excel is checked, imported, corrected and imported again", async ({
  page,
  registrar,
  t,
}) => {
  const [good, bad, formula] = [someone(), someone(), someone()];
  const rows = [
    "Klasse;Vorname;Nachname;E-Mail;Notiz",
    `7a;J\xf6rg;M\xfcller;${good.email};`,
    `7b;Ada;'t Hooft;ada at ${bad.email};-5`,
    `7c;=HYPERLINK(1);Li;${formula.email.replace("@", " ")};"a;b"`,
  ];
  await check(page, registrar, file("liste.csv", Buffer.from(rows.join("\r\n"), "latin1")));

  await expect(page.locator("#understood-facts")).toContainText("windows-1252");
  await expect(page.locator("#understood-facts")).toContainText("Klasse, Notiz");
  await expect(page.locator("#preview tr").first()).toContainText("Jörg");
  await expect(page.locator("#errors tr")).toHaveCount(2);
  await expect(page.locator("#checked-counts")).toContainText(t.pages.import.checked.new);
  expect(await registrar.registered(good.email)).toBe(0);

  await importChecked(page, t);
  expect(await counts(page)).toEqual([1, 0, 0, 2, 0, 0]);
  expect(await registrar.registered(good.email)).toBe(1);

  const { name, text } = await saved(page, "#download");
  expect(name).toBe("liste.errors.csv");
  const [head, first, second] = text.replace("\ufeff", "").split("\r\n");
  expect(head).toBe("_row;_column;_code;_advice;Klasse;Vorname;Nachname;E-Mail;Notiz");
  expect(first).toMatch(/^3;email;invalid_email;.*;7b;Ada;''t Hooft;ada at .*;'-5$/);
  expect(second).toMatch(/^4;email;invalid_email;.*;7c;'=HYPERLINK\(1\);Li;.*;"a;b"$/);

  const corrected = text
    .replace("ada at ", "")
    .replace(formula.email.replace("@", " "), formula.email);
  await page.locator("#another").click();
  await page.locator("#key").fill(await registrar.key());
  await checkAlso(page, file(name, corrected));
  await importChecked(page, t);
  expect(await counts(page)).toEqual([2, 0, 0, 0, 0, 0]);
  const names = await registrar.database.sql(
    `SELECT CONCAT(first_name, '|', last_name) FROM students WHERE email IN ('${bad.email}', '${formula.email}') ORDER BY last_name`,
  );
  expect(names).toEqual(["Ada|'t Hooft", "=HYPERLINK(1)|Li"]);
});

test("a file that is dropped on the page is taken", async ({ page, registrar }) => {
  await page.goto(`${registrar.url}/import`);
  await expect(page.locator("#drop")).toBeVisible();
  const dropped = await page.evaluateHandle(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "dropped.csv"));
      return transfer;
    },
    listOf(someStudents(1)),
  );
  await page.dispatchEvent("#drop", "dragover", { dataTransfer: dropped });
  await expect(page.locator("#drop[data-over]")).toBeVisible();
  // Beside the place for it.
  await page.dispatchEvent("h1", "drop", { dataTransfer: dropped });
  await expect(page.locator("#file-name")).toContainText("dropped.csv");
  await expect(page.locator("#drop[data-over]")).toHaveCount(0);
});

test("a folder that is dropped is not taken for a file", async ({ page, registrar, t }, {
  outputDir,
}) => {
  await mkdir(outputDir, { recursive: true });
  await page.goto(`${registrar.url}/import`);
  const box = await page.locator("#drop").boundingBox();
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", {
      ...{ type, x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 20 },
      data: { items: [], files: [outputDir], dragOperationsMask: 1 },
    });
  }
  await expect(page.locator("#problem")).toHaveText(t.pages.import.problems.folder);
  await expect(page.locator("#file-name")).toHaveText("");
});

test("a bar is filled in forced colours, too", async ({ page, registrar }) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await page.goto(`${registrar.url}/import`);
  const bar = page.locator("#work-bar");
  const shown = async (value: number) => {
    await bar.evaluate((element: HTMLProgressElement, now) => {
      element.closest<HTMLElement>("#work")?.removeAttribute("hidden");
      element.value = now;
    }, value);
    return (await bar.screenshot()).toString("base64");
  };
  expect(await shown(1000)).not.toBe(await shown(0));
});

test("an import is found again by its address, and its file's columns by the file", async ({
  page,
  registrar,
  t,
}) => {
  const [good, bad] = someStudents(2);
  const list = `class,first_name,last_name,email\n7a,Ada,King,${good?.email ?? ""}\n7b,Bob,Ng,bob ${bad?.email ?? ""}\n`;
  const key = await registrar.key();
  await page.goto(`${registrar.url}/import`);
  await page.locator("#key").fill(key);
  await checkAlso(page, file("list.csv", list));
  await importChecked(page, t);
  expect(page.url()).toMatch(/\/imports\/\w+$/);
  expect(page.url()).not.toContain(key);

  await page.reload();
  await expect(page.locator("#key")).toHaveValue("");
  await expect(page.locator("#drop")).toBeHidden();
  await page.locator("#key").fill(key);
  await page.locator("#check").click();
  await expectOutcome(page, t, "finished");
  const bare = await saved(page, "#download-bare");
  expect(bare.text).toContain("_row,first_name,last_name,email,_column");
  await page.locator("#again").setInputFiles(file("list.csv", list.replace("7b", "8b")));
  await expect(page.locator("#failed-said")).toHaveText(t.pages.import.failed.other_file);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#again").setInputFiles(file("list.csv", list)),
  ]);
  expect(download.suggestedFilename()).toBe("list.errors.csv");

  // Another importer's key does not open it.
  await page.reload();
  await page.locator("#key").fill(await registrar.key("south-school"));
  await page.locator("#check").click();
  await expect(page.locator("#problem")).toHaveText(t.pages.import.problems["unknown-import"]);
});

test("people and programs have one address for an import", async ({ registrar }) => {
  const ask = (path: string, accept: string) =>
    fetch(`${registrar.url}${path}`, { headers: { accept } });
  const browser = "text/html,application/xhtml+xml,*/*;q=0.8";
  for (const path of ["/import", "/imports/06EZ0DAFZPD5KS8QF72NRZ9HJWSQXFZM1G2A"]) {
    const answer = await ask(path, browser);
    expect([path, answer.status]).toEqual([path, 200]);
    expect(await answer.text()).toContain('data-page="import"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
  const json = await ask("/imports/06EZ0DAFZPD5KS8QF72NRZ9HJWSQXFZM1G2A", "application/json");
  expect(json.status).toBe(401);
  const template = await ask("/imports/template.csv", browser);
  expect(await template.text()).toBe("first_name,last_name,email\r\n");
});

test("the page says that it needs a script, where there is none", async ({
  browser,
  registrar,
  t,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${registrar.url}/import`);
  await expect(page.locator("noscript p").filter({ visible: true })).toHaveText(
    t.pages.import.no_script,
  );
  await expect(page.locator("#choose")).toBeHidden();
  await context.close();
});

test("the tables of a file fit every window, however long its values are", async ({
  page,
  registrar,
}) => {
  const rows = [
    "first_name,last_name,email",
    "Maximiliane Christophine,Wolfeschlegelsteinhausenbergerdorff,m.wolfeschlegelsteinhausenbergerdorff@students.example.org",
    `Ada,${"x".repeat(80)},${someone().email}`,
    "7c,Mo",
  ];
  await check(page, registrar, file("list.csv", rows.join("\n")));
  await expect(page.locator("#errors tr")).toHaveCount(1);
  for (const width of [320, 360, 390, 639, 640, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(page.locator(".table-box").first()).toBeVisible();
    // The row as a whole is wrong, so its column is empty.
    await expect(page.locator("#errors").getByRole("cell")).toHaveCount(3);
    await expectNoSidewaysScrolling(page);
  }
});

test("in Persian everything is written from right to left and fits 320 pixels", async ({
  page,
  registrar,
}) => {
  await page.goto(`${registrar.url}/import?lang=fa`);
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await page.setViewportSize({ width: 320, height: 640 });
  await page.locator("#key").fill(await registrar.key());
  const { first_name: first, last_name: last, email } = someone();
  await checkAlso(
    page,
    file("list.csv", `نام,نام خانوادگی,ایمیل\n${first},${last},${email}\nx,y,z\n`),
  );
  await expect(page.locator("#errors tr")).toHaveCount(1);
  await expect(page.locator("#errors tr [lang=en]")).toHaveCount(0);
  await expectAccessible(page);
  await expectNoSidewaysScrolling(page);
});
