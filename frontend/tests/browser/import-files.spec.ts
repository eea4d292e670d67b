import { gzipSync } from "node:zlib";
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
import { someone } from "./harness/students";

test("rows that are broken in every way come back with the columns of their own row", async ({
  page,
  registrar,
  t,
}) => {
  const [one, two, three] = someStudents(3);
  const text = [
    "sep=,",
    "List of 2026",
    "",
    "id,first_name,last_name,email",
    `1,Ada,King,${one?.email ?? ""}`,
    '2,"Bob,Ng,bob@example.org',
    `3,Eve,Li,${two?.email ?? ""}`,
    '4,"Mo"x,Do,mo@example.org',
    ",,,",
    '5,"two\nlines",Du',
    `6,Kim,Roe,${three?.email ?? ""},oops`,
    "7,Zoe,Fry,zoe",
  ].join("\n");
  await check(page, registrar, file("messy.csv", text));
  await importChecked(page, t);
  expect(await counts(page)).toEqual([2, 0, 0, 5, 0, 0]);
  const lines = (await saved(page, "#download")).text.replace("\ufeff", "").split("\r\n");
  const parts = lines.slice(1, -1).map((line) => line.split(","));
  // The number of the row, what is wrong, and what stands in its column id.
  expect(parts.map(([row, , code]) => `${row ?? ""} ${code ?? ""}`)).toEqual([
    "5 text_after_quote",
    "7 text_after_quote",
    "9 too_few_cells",
    "10 too_many_cells",
    "11 invalid_email",
  ]);
  for (const [at, id] of ["2", "4", "5", "6", "7"].entries()) {
    expect(lines[at + 1]).toMatch(new RegExp(`,${id},`));
  }
  await expect(page.locator("#failed-said")).toHaveText(t.pages.import.failed.ready);
});

test("columns that are not recognised are chosen, with the keyboard alone", async ({
  page,
  registrar,
  t,
}) => {
  const { keyboard } = page;
  const student = someone();
  const tabTo = async (target: string) => {
    const focused = page.locator(":focus");
    for (let presses = 0; presses < 30; presses += 1) {
      await keyboard.press("Tab");
      if (await focused.evaluate((element, selector) => element.matches(selector), target)) {
        return;
      }
    }
    throw new Error(`Tab does not lead to ${target}.`);
  };
  // Listened for from the beginning: a chooser that opens while that begins is not seen.
  const choosing = page.waitForEvent("filechooser");
  await page.goto(`${registrar.url}/import`);
  await expect(page.locator("#key")).toBeVisible();
  await tabTo("#key");
  await keyboard.type(await registrar.key());
  await tabTo("#file");
  await keyboard.press("Space");
  const chooser = await choosing;
  await chooser.setFiles(file("list.csv", `first_name,Sippe,Kontakt\nAda,King,${student.email}\n`));
  await expect(page.locator("#file-name")).toContainText("list.csv");
  await tabTo("#check");
  await keyboard.press("Enter");
  await expect(page.locator("#problem")).toHaveText(t.pages.import.files.columns_missing);
  await expect(page.locator("#problem")).toBeFocused();
  await expect(page.locator("#column-first_name")).toHaveValue("first_name");
  await tabTo("#column-last_name");
  await keyboard.type("Sippe");
  await tabTo("#column-email");
  await keyboard.type("Kontakt");
  await tabTo("#check");
  await keyboard.press("Enter");
  await expect(page.locator("#understood-title")).toBeFocused();
  await tabTo("#import");
  await keyboard.press("Enter");
  await expectOutcome(page, t, "finished");
  expect(await registrar.registered(student.email)).toBe(1);
});

test("what is no list is refused with what to do, before it is sent as a whole", async ({
  page,
  registrar,
  t,
}) => {
  const { files } = t.pages.import;
  const padding = Buffer.alloc(3_000_000, "x,y,z\n");
  await check(
    page,
    registrar,
    file("list.xlsx", Buffer.concat([Buffer.from("PK\x03\x04xl/"), padding])),
  );
  const problem = page.locator("#problem");
  await expect(problem).toHaveText(files.file_not_text);
  const cyrillic = Buffer.from([0xde, 0xeb, 0xe8, 0xff]);
  const head = Buffer.from("first_name,last_name,email\n");
  for (const [content, sentence] of [
    ["", files.file_empty],
    ["first_name,last_name,email\n", files.no_rows],
    [Buffer.concat([head, cyrillic, Buffer.from(",Li,a@example.org\n")]), files.encoding_unknown],
    [gzipSync(listOf(someStudents(50))).subarray(0, 60), files.gzip_broken],
    ['{\n"first_name": "Ada"\n}', files.json_not_by_line],
  ] as const) {
    await checkAlso(page, file("list.csv", content));
    await expect(problem).toHaveText(sentence);
  }
});

test("a Cyrillic list is read once its encoding is chosen", async ({ page, registrar, t }) => {
  const { email } = someone();
  const row = Buffer.concat([
    Buffer.from("first_name,last_name,email\n"),
    // Юлия Петрова
    Buffer.from("deebe8ff2ccfe5f2f0eee2e0", "hex"),
    Buffer.from(`,${email}\n`),
  ]);
  await check(page, registrar, file("list.csv", row));
  await expect(page.locator("#problem")).toHaveText(t.pages.import.files.encoding_unknown);
  await page.locator("#encoding").selectOption("windows-1251");
  await page.locator("#check").click();
  await expect(page.locator("#preview tr").first()).toContainText("Юлия");
  await importChecked(page, t);
  const names = await registrar.database.sql(
    `SELECT CONCAT(first_name, '|', last_name) FROM students WHERE email = '${email}'`,
  );
  expect(names).toEqual(["Юлия|Петрова"]);
});
