import { gzipSync } from "node:zlib";
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
import { Installation } from "./harness/installation";
import { expectNoSidewaysScrolling } from "./harness/layout";
import { someone } from "./harness/students";

test.afterEach(async ({ installations }) => {
  await installations.restoreAll();
});

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

test("a key that is over its limit is said, and what to do", async ({ page, t }) => {
  const registrar = await Installation.start({
    worker: false,
    api: { REGISTRAR_IMPORTS_PER_MINUTE: "1" },
  });
  try {
    await check(page, registrar, file("list.csv", listOf(someStudents(1))));
    await expect(page.locator("#import")).toBeVisible();
    await page.locator("#import").click();
    const problem = page.locator("#problem");
    await expect(problem).toHaveText(t.pages.import.problems["too-many-imports"]);
    await expect(problem).toBeFocused();
    await expect(page.locator("#import")).toBeVisible();
  } finally {
    await registrar.stop();
  }
});

for (const way of ["as they are", "in a form"]) {
  test(`100 MB in flight, sent ${way}, are refused with a reason that arrives`, async ({
    page,
    registrar,
  }) => {
    await page.goto(`${registrar.url}/import`);
    const answer = await page.evaluate(
      async ({ key, isForm }) => {
        const row = "x".repeat(1023) + "\n";
        const file = new Blob([row.repeat(100 * 1024)]);
        const form = new FormData();
        form.set("file", file, "list.csv");
        const answer = await fetch("/imports", {
          method: "POST",
          headers: { Authorization: `Bearer ${key}` },
          body: isForm ? form : file,
        });
        return {
          status: answer.status,
          body: (await answer.json()) as { errors: { code: string }[] },
        };
      },
      { key: await registrar.key(), isForm: way === "in a form" },
    );
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([422, "columns_missing"]);
  });
}

test("progress never goes back, and every row is counted", async ({ page, registrar, t }) => {
  await page.addInitScript(() => {
    const seen: [string, number][] = [];
    Object.assign(window, { seen });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        if (target instanceof HTMLProgressElement && target.hasAttribute("value")) {
          seen.push([
            `${target.id} ${document.querySelector("#work-title")?.textContent ?? ""}`,
            target.value,
          ]);
        }
      }
    }).observe(document, { subtree: true, attributeFilter: ["value"] });
  });
  const students = someStudents(4_000);
  const wide = listOf(students).replaceAll("\n", `,${"x".repeat(500)}\n`);
  await check(page, registrar, file("large.csv", wide));
  await importChecked(page, t);
  expect(await counts(page)).toEqual([4_000, 0, 0, 0, 0, 0]);
  const seen = await page.evaluate(() => (window as unknown as { seen: [string, number][] }).seen);
  const bars = new Map<string, number[]>();
  for (const [bar, value] of seen) {
    bars.set(bar, [...(bars.get(bar) ?? []), value]);
  }
  expect([...bars.keys()].some((bar) => bar.startsWith("work-bar"))).toBe(true);
  expect([...bars.keys()].some((bar) => bar.startsWith("outcome-bar"))).toBe(true);
  for (const [bar, values] of bars) {
    expect([bar, values]).toEqual([bar, [...values].sort((one, other) => one - other)]);
  }
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

test("an import is cancelled in the middle", async ({ page, t }) => {
  const registrar = await Installation.start({ worker: false });
  try {
    // A worker that starts knows of it at once, and takes no row before the import is cancelled.
    await registrar.registrar("lanes", "pause", "bulk", "--for", "30m", "--reason", "tests");
    registrar.startWorker();
    await check(page, registrar, file("list.csv", listOf(someStudents(30))));
    await page.locator("#import").click();
    await expectOutcome(page, t, "processing");
    await page.locator("#outcome-cancel").click();
    await expect(page.locator("#outcome-title")).toBeFocused();
    await expectOutcome(page, t, "cancelled");
    await registrar.registrar("lanes", "resume", "bulk");
    await expect.poll(() => counts(page)).toEqual([0, 0, 30, 0, 0, 0]);
  } finally {
    await registrar.stop();
  }
});

test("a service that is away is no end of an import", async ({ page, registrar, t }) => {
  await check(page, registrar, file("list.csv", listOf(someStudents(3))));
  await expect(page.locator("#import")).toBeVisible();
  registrar.way.cut();
  await page.locator("#import").click();
  await expect(page.locator("#problem")).toContainText(/twice/);
  registrar.way.restore();
  await page.locator("#check").click();
  await importChecked(page, t);
  expect(await counts(page)).toEqual([3, 0, 0, 0, 0, 0]);
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
