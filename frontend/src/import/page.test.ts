import { expect, it } from "vitest";
import english from "../../../common/texts/en.json";
import {
  KEY,
  LIST,
  understood,
  checked,
  answers,
  start,
  get,
  input,
  isShown,
  said,
  type,
  choose,
  submit,
  check,
  list,
  t,
  playService,
} from "../testing/import-page";
import { importStatus } from "../testing/import-status";
import { until } from "../testing/until";
import { nextUpload } from "../testing/uploads";

playService();

it("checks a file, then imports it, then shows what became of it", async () => {
  await start();
  const dryRun = await check(list());
  expect(dryRun.parameters.get("dry_run")).toBe("true");
  expect(dryRun.headers.get("Authorization")).toBe(`Bearer ${KEY}`);
  dryRun.answer(200, checked);
  await until(() => {
    expect(isShown("import")).toBe(true);
  });
  expect(
    [...get("preview").children].map((row) => [...row.children].map((c) => c.textContent)),
  ).toEqual([
    ["2", "Ada", "King", "ada@x.org"],
    ["3", "Bob", "Ng", "bob"],
  ]);
  for (const [selector, role] of [
    ["table", "table"],
    ["tr", "row"],
    ["th", "columnheader"],
    ["td", "cell"],
  ] as const) {
    const named = document.querySelectorAll(`${selector}[role="${role}"]`);
    expect(named).toHaveLength(document.querySelectorAll(selector).length);
  }
  expect(said("errors")).toContain(english.fields.email.invalid_email);
  expect(said("import")).toBe("Register the students (1)");

  let registered = 0;
  answers.set("GET /imports/06EZ", () => [
    200,
    importStatus(
      registered === 0
        ? {}
        : { status: "finished", done: true, rows: 2, registered, invalid: 1, understood },
    ),
  ]);
  get("import").click();
  const upload = await nextUpload();
  expect(upload.parameters.get("dry_run")).toBe("false");
  expect(await upload.file().text()).toBe(LIST);
  upload.answer(202, { ...checked, reference: "06EZ" });
  await until(() => {
    expect(said("outcome-title")).toBe(t.outcome.titles.processing);
  });
  expect(location.pathname).toBe("/imports/06EZ");
  expect(isShown("choose")).toBe(false);
  registered = 1;
  await until(() => {
    expect(said("outcome-title")).toBe(t.outcome.titles.finished);
  });
  expect(isShown("failed")).toBe(true);
  expect(isShown("download")).toBe(true);
});

it("takes another file with the same key", async () => {
  await start("/imports/06EZ?lang=en");
  answers.set("GET /imports/06EZ", () => [
    200,
    importStatus({ status: "finished", done: true, rows: 0 }),
  ]);
  type(KEY);
  submit();
  await until(() => {
    expect(isShown("another")).toBe(true);
  });
  get("another").click();
  expect(location.pathname + location.search).toBe("/import?lang=en");
  expect(isShown("outcome")).toBe(false);
  expect(input("key").value).toBe(KEY);
  choose(list());
  submit();
  expect((await nextUpload()).parameters.get("file_name")).toBe("list.csv");
});

it("keeps the key out of every address and every storage", async () => {
  await start();
  const upload = await check(list());
  upload.answer(200, checked);
  await until(() => {
    expect(isShown("import")).toBe(true);
  });
  expect(upload.address).not.toContain(KEY);
  expect(location.href).not.toContain(KEY);
  expect([sessionStorage.length, localStorage.length]).toEqual([0, 0]);
});

it("asks for what is missing, where it is missing", async () => {
  await start();
  submit();
  expect(said("problem")).toBe(t.problems.no_key);
  expect(document.activeElement).toBe(input("key"));
  expect(get("problem").nextElementSibling).toBe(input("key"));
  expect(input("key").getAttribute("aria-invalid")).toBe("true");
  expect(input("key").getAttribute("aria-describedby")).toBe("key-hint problem");
  expect(document.title).toMatch(/^Error: /);
  type(KEY);
  submit();
  expect(said("problem")).toBe(t.problems.no_file);
  expect(document.activeElement).toBe(input("file"));
  expect(input("key").hasAttribute("aria-invalid")).toBe(false);
  expect(input("key").getAttribute("aria-describedby")).toBe("key-hint");
  choose(list(), list());
  expect(said("problem")).toBe(t.problems.two_files);
});

it("asks which columns are meant, with those that are known, and sends what was chosen", async () => {
  await start();
  const upload = await check(list("first_name,last_name,Kontakt\nAda,King,ada@x.org\n"));
  upload.answer(422, {
    type: "/docs#unreadable-file",
    errors: [{ code: "columns_missing" }],
    message: "No column was found for email.",
  });
  await until(() => {
    expect(said("problem")).toBe(t.files.columns_missing);
  });
  expect((get("reading") as HTMLDetailsElement).open).toBe(true);
  expect(input("column-first_name").value).toBe("first_name");
  expect(input("column-email").value).toBe("");
  const offered = [...get("column-email").children].map((option) => option.textContent);
  expect(offered).toContain("Kontakt (such as ada@x.org)");

  input("column-email").value = "Kontakt";
  input("column-email").dispatchEvent(new Event("change", { bubbles: true }));
  submit();
  const again = await nextUpload();
  expect(again.parameters.get("column.email")).toBe("Kontakt");
});

it("shows which columns were chosen twice", async () => {
  await start();
  const columns = ["first_name", "last_name", "email"];
  const names = "Kosename,Sippe,Kontakt";
  let upload = await check(list(`${names}\nAda,King,ada@x.org\n`));
  const refuse = async (expected: readonly string[]) => {
    upload.answer(422, { type: "/docs#unreadable-file", errors: [{ code: "columns_missing" }] });
    await until(() => {
      expect(isShown("problem")).toBe(true);
    });
    const isWrong = (column: string) => get(`column-${column}`).hasAttribute("aria-invalid");
    expect(columns.filter(isWrong)).toEqual(expected);
  };
  await refuse(columns);
  for (const [at, name] of ["Kosename", "Sippe", "Sippe"].entries()) {
    const select = input(`column-${columns[at] ?? ""}`);
    select.value = name;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  submit();
  upload = await nextUpload();
  await refuse(["last_name", "email"]);
  expect(input("column-email").value).toBe("Sippe");
});

it("says when a day's rows are used up, which a moment changes nothing of", async () => {
  await start();
  for (const [seconds, sentence] of [
    ["30", t.problems["too-many-imports"]],
    ["40000", t.problems["too-many-rows-today"]],
  ] as const) {
    const upload = await check(list());
    upload.retryAfter = seconds;
    upload.answer(429, { type: "/docs#too-many-imports" });
    await until(() => {
      expect(said("problem")).toBe(sentence);
    });
  }
});

it("says so when the service cannot be reached", async () => {
  await start();
  (await check(list())).fail();
  await until(() => {
    expect(said("problem")).toBe(t.problems.unreachable);
  });
});

it("leads to the rows with mistakes, too, when no row is new", async () => {
  await start();
  (await check(list())).answer(200, { ...checked, rows: 500, new: 0, invalid: 500 });
  await until(() => {
    expect(isShown("import")).toBe(true);
  });
  expect(said("import")).toBe(t.checked.mistakes);
  expect(isShown("nothing-new")).toBe(true);
});

it("has nothing to go on with when every row was registered before", async () => {
  await start();
  (await check(list())).answer(200, { ...checked, new: 0, invalid: 0, unchanged: 2, errors: [] });
  await until(() => {
    expect(isShown("nothing-new")).toBe(true);
  });
  expect(isShown("import")).toBe(false);
});

it("keeps the check when the import cannot be taken, so that it can be sent again", async () => {
  await start();
  (await check(list())).answer(200, checked);
  await until(() => {
    expect(isShown("import")).toBe(true);
  });
  get("import").click();
  (await nextUpload()).answer(503, { type: "/docs#cannot-accept-now" });
  await until(() => {
    expect(said("problem")).toBe(t.problems["cannot-accept-now"]);
  });
  expect(isShown("import")).toBe(true);
  get("import").click();
  await nextUpload();
  expect(isShown("problem")).toBe(false);
});
