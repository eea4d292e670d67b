import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import english from "../../../common/texts/en.json";
import { importStatus } from "../testing/import-status";
import { open, page, texts } from "../testing/pages";
import { FakeUpload, nextUpload } from "../testing/uploads";
import type { Checked, ImportStatus, Understood } from "./service/answers";
import { startImport } from "./start";

const t = texts.import;
const KEY = "registrar_0123456789";
const LIST = "Vorname,last_name,email\nAda,King,ada@x.org\nBob,Ng,bob\n";

const understood: Understood = {
  format: "csv",
  delimiter: ",",
  encoding: "UTF-8",
  gzip: false,
  header_row: 1,
  columns: [
    { column: "first_name", name: "Vorname" },
    { column: "last_name", name: "last_name" },
    { column: "email", name: "email" },
  ],
  ignored: [],
};

const checked: Checked = {
  rows: 2,
  new: 1,
  unchanged: 0,
  duplicates: 0,
  invalid: 1,
  understood,
  errors: [{ row: 3, column: "email", code: "invalid_email", message: "Enter an address." }],
};

/** What the service says of imports, by method and address. */
const answers = new Map<string, () => [number, unknown]>();
const asked = vi.fn<(request: string, key: string | null) => void>();

async function start(address = "/import"): Promise<HTMLElement> {
  history.replaceState(null, "", address);
  const main = open(page("import"));
  await startImport(main);
  return main;
}

const get = (id: string) => document.getElementById(id)!;
const input = (id: string) => get(id) as HTMLInputElement;
const isShown = (id: string) => get(id).closest("[hidden]") === null;
const said = (id: string) => get(id).textContent.trim().replace(/\s+/g, " ");

function type(key: string): void {
  input("key").value = key;
}

function choose(...files: File[]): void {
  Object.defineProperty(input("file"), "files", { value: files, configurable: true });
  input("file").dispatchEvent(new Event("change"));
}

function submit(): void {
  get("choose").dispatchEvent(new Event("submit", { cancelable: true }));
}

async function check(file: File): Promise<FakeUpload> {
  type(KEY);
  choose(file);
  await vi.waitFor(() => {
    expect(input("column-email").children.length).toBeGreaterThan(1);
  });
  submit();
  return nextUpload();
}

const list = (text = LIST) => new File([text], "list.csv");

beforeEach(() => {
  FakeUpload.all = [];
  answers.clear();
  asked.mockClear();
  vi.stubGlobal("XMLHttpRequest", FakeUpload);
  vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
    const request = `${init.method ?? "GET"} ${address}`;
    asked(request, new Headers(init.headers).get("Authorization"));
    const answer = answers.get(request);
    if (answer === undefined) {
      return Promise.reject(new TypeError("unreachable"));
    }
    const [code, body] = answer();
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status: code }));
  });
});

afterEach(() => {
  // What still watches stops.
  dispatchEvent(new Event("pagehide"));
  vi.unstubAllGlobals();
  history.replaceState(null, "", "/");
});

it("checks a file, then imports it, then shows what became of it", async () => {
  await start();
  const dryRun = await check(list());
  expect(dryRun.parameters.get("dry_run")).toBe("true");
  expect(dryRun.headers.get("Authorization")).toBe(`Bearer ${KEY}`);
  dryRun.answer(200, checked);
  await vi.waitFor(() => {
    expect(isShown("import")).toBe(true);
  });
  expect(
    [...get("preview").children].map((row) => [...row.children].map((c) => c.textContent)),
  ).toEqual([
    ["2", "Ada", "King", "ada@x.org"],
    ["3", "Bob", "Ng", "bob"],
  ]);
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
  await vi.waitFor(() => {
    expect(said("outcome-title")).toBe(t.outcome.titles.processing);
  });
  expect(location.pathname).toBe("/imports/06EZ");
  expect(isShown("choose")).toBe(false);
  registered = 1;
  await vi.waitFor(
    () => {
      expect(said("outcome-title")).toBe(t.outcome.titles.finished);
    },
    { timeout: 10_000 },
  );
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
  await vi.waitFor(() => {
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
  await vi.waitFor(() => {
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
  await vi.waitFor(() => {
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

describe("a large file", () => {
  const large = LIST + "Eve,Li,eve@x.org\n".repeat(20_000);

  it("is sent as a whole once its beginning was understood, and shows how far it is", async () => {
    await start();
    const first = await check(list(large));
    expect(first.file().size).toBeLessThan(large.length);
    // How far the beginning is would be taken for how far the file is.
    expect(said("work-title")).toBe(t.work.beginning);
    first.progress(first.file().size);
    expect(get("work-bar").hasAttribute("value")).toBe(false);
    expect(said("work-said")).toBe("");
    first.answer(200, checked);
    const whole = await nextUpload();
    expect(whole.file().size).toBe(large.length);
    expect(isShown("understood")).toBe(true);
    whole.progress(large.length / 2);
    const bar = get("work-bar") as HTMLProgressElement;
    expect(bar.value).toBe(500);
    whole.progress(10);
    expect(bar.value).toBe(500);
    whole.progress(large.length);
    expect(said("work-said")).toBe(t.work.confirming);
    whole.answer(200, { ...checked, rows: 20_002, new: 20_001 });
    await vi.waitFor(() => {
      expect(said("import")).toBe("Register the students (20,001)");
    });
    expect(isShown("work")).toBe(false);
  });

  it("is not sent when its beginning is refused", async () => {
    await start();
    const first = await check(list(large));
    first.answer(415, {
      type: "/docs#unsupported-media-type",
      errors: [{ code: "file_not_text" }],
    });
    await vi.waitFor(() => {
      expect(said("problem")).toBe(t.files.file_not_text);
    });
    expect(FakeUpload.all).toEqual([]);
    expect(document.activeElement).toBe(get("problem"));
  });

  it("says why it was refused when all of it was sent, and may be checked again", async () => {
    await start();
    (await check(list(large))).answer(200, checked);
    (await nextUpload()).answer(413, {
      type: "/docs#file-too-large",
      errors: [{ code: "too_many_rows" }],
    });
    await vi.waitFor(() => {
      expect(said("problem")).toBe(t.files.too_many_rows);
    });
    submit();
    await nextUpload();
    expect(isShown("problem")).toBe(false);
  });
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
    await vi.waitFor(() => {
      expect(said("problem")).toBe(sentence);
    });
  }
});

it("says so when the service cannot be reached", async () => {
  await start();
  (await check(list())).fail();
  await vi.waitFor(() => {
    expect(said("problem")).toBe(t.problems.unreachable);
  });
});

describe("an upload that was stopped", () => {
  const cancelled: string[] = [];

  /** The service lists these, and those below once the upload was stopped. */
  async function stopUpload(before: ImportStatus[], after: ImportStatus[]): Promise<void> {
    cancelled.length = 0;
    await start();
    let isStopped = false;
    answers.set("GET /imports", () => [
      200,
      { imports: isStopped ? [...after, ...before] : before },
    ]);
    for (const reference of ["MINE", "OTHER"]) {
      answers.set(`POST /imports/${reference}/cancel`, () => {
        cancelled.push(reference);
        return [202, {}];
      });
      answers.set(`GET /imports/${reference}`, () => [
        200,
        importStatus({ status: "cancelled", done: true }),
      ]);
    }
    (await check(list())).answer(200, checked);
    await vi.waitFor(() => {
      expect(isShown("import")).toBe(true);
    });
    get("import").click();
    await nextUpload();
    isStopped = true;
    get("work-cancel").click();
  }

  const named = (reference: string) => importStatus({ file_name: "list.csv", reference });

  it("cancels what came of it and no other import of a file with that name", async () => {
    await stopUpload([named("OTHER")], [named("MINE")]);
    await vi.waitFor(() => {
      expect(said("outcome-title")).toBe(t.outcome.titles.cancelled);
    });
    expect(cancelled).toEqual(["MINE"]);
  });

  it("cancels nothing when there is none but others", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await stopUpload([named("OTHER")], []);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(said("problem")).toBe(t.problems.upload_stopped);
    } finally {
      vi.useRealTimers();
    }
    expect(cancelled).toEqual([]);
  });

  it("cancels nothing when two imports can be meant", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await stopUpload([], [named("MINE"), named("OTHER")]);
      await vi.advanceTimersByTimeAsync(20_000);
      expect(said("problem")).toBe(t.problems.upload_stopped);
    } finally {
      vi.useRealTimers();
    }
    expect(cancelled).toEqual([]);
  });
});

it("leads to the rows with mistakes, too, when no row is new", async () => {
  await start();
  (await check(list())).answer(200, { ...checked, rows: 500, new: 0, invalid: 500 });
  await vi.waitFor(() => {
    expect(isShown("import")).toBe(true);
  });
  expect(said("import")).toBe(t.checked.mistakes);
  expect(isShown("nothing-new")).toBe(true);
});

it("has nothing to go on with when every row was registered before", async () => {
  await start();
  (await check(list())).answer(200, { ...checked, new: 0, invalid: 0, unchanged: 2, errors: [] });
  await vi.waitFor(() => {
    expect(isShown("nothing-new")).toBe(true);
  });
  expect(isShown("import")).toBe(false);
});

it("keeps the check when the import cannot be taken, so that it can be sent again", async () => {
  await start();
  (await check(list())).answer(200, checked);
  await vi.waitFor(() => {
    expect(isShown("import")).toBe(true);
  });
  get("import").click();
  (await nextUpload()).answer(503, { type: "/docs#cannot-accept-now" });
  await vi.waitFor(() => {
    expect(said("problem")).toBe(t.problems["cannot-accept-now"]);
  });
  expect(isShown("import")).toBe(true);
  get("import").click();
  await nextUpload();
  expect(isShown("problem")).toBe(false);
});

it("gives an upload up that has stalled, and says so", async () => {
  await start();
  const dryRun = await check(list());
  vi.useFakeTimers();
  try {
    dryRun.progress(10);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said("work-slow")).toBe(t.work.slow);
    await vi.advanceTimersByTimeAsync(400_000);
    expect(said("problem")).toBe(t.files.upload_too_slow);
    expect(isShown("work")).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

it("says nothing of a slow upload while the last rows are gone through", async () => {
  await start();
  const dryRun = await check(list());
  vi.useFakeTimers();
  try {
    dryRun.progress(LIST.length);
    await vi.advanceTimersByTimeAsync(400_000);
    expect(said("work-said")).toBe(t.work.confirming);
    expect(said("work-slow")).toBe("");
    expect(isShown("work")).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

describe("the address of an import", () => {
  it("asks for the key and shows the import, without its file", async () => {
    await start("/imports/06EZ");
    expect(isShown("drop")).toBe(false);
    answers.set("GET /imports/06EZ", () => [
      200,
      importStatus({ status: "finished", done: true, rows: 3, registered: 2, rejected: 1 }),
    ]);
    type(KEY);
    submit();
    await vi.waitFor(() => {
      expect(said("outcome-title")).toBe(t.outcome.titles.finished);
    });
    expect(asked).toHaveBeenCalledWith("GET /imports/06EZ", `Bearer ${KEY}`);
    expect(isShown("failed-again")).toBe(true);
    expect(isShown("download")).toBe(false);
    expect(isShown("download-bare")).toBe(true);
  });

  it("says so when the key does not open it, and asks again", async () => {
    await start("/imports/06EZ");
    answers.set("GET /imports/06EZ", () => [401, { type: "/docs#unauthorized" }]);
    type(KEY);
    submit();
    await vi.waitFor(() => {
      expect(said("problem")).toBe(t.problems.unauthorized);
    });
    expect(isShown("outcome")).toBe(false);
    expect(document.activeElement).toBe(input("key"));
  });

  it("says so when no row is decided for a while, until there is one", async () => {
    vi.useFakeTimers();
    try {
      await start("/imports/06EZ");
      let registered = 0;
      answers.set("GET /imports/06EZ", () => [200, importStatus({ rows: 4, registered })]);
      type(KEY);
      submit();
      await vi.advanceTimersByTimeAsync(15_000);
      expect(said("outcome-still")).toBe("");
      expect(get("outcome-bar").hasAttribute("value")).toBe(false);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(said("outcome-still")).toBe(t.outcome.still);
      registered = 1;
      await vi.advanceTimersByTimeAsync(5_000);
      expect(said("outcome-still")).toBe("");
    } finally {
      vi.useRealTimers();
    }
  });

  it("says why the file was not read to its end", async () => {
    await start("/imports/06EZ");
    answers.set("GET /imports/06EZ", () => [
      200,
      importStatus({
        status: "broken_off",
        done: true,
        registered: 2,
        broken_off: "too_many_rows",
      }),
    ]);
    type(KEY);
    submit();
    await vi.waitFor(() => {
      expect(said("outcome-message")).toBe(t.files.too_many_rows);
    });
  });

  it("says that the rows could not be downloaded when the connection breaks then", async () => {
    await start("/imports/06EZ");
    answers.set("GET /imports/06EZ", () => [
      200,
      importStatus({ status: "finished", done: true, rows: 3, registered: 2, rejected: 1 }),
    ]);
    type(KEY);
    submit();
    await vi.waitFor(() => {
      expect(isShown("download-bare")).toBe(true);
    });
    for (const answer of [[503, { type: "/docs#cannot-accept-now" }], null] as const) {
      answers.delete("GET /imports/06EZ/errors.csv");
      if (answer !== null) {
        answers.set("GET /imports/06EZ/errors.csv", () => [...answer]);
      }
      get("download-bare").click();
      await vi.waitFor(() => {
        expect(said("failed-said")).toBe(t.failed.not_downloaded);
      });
    }
  });

  it("goes on asking while the service is away", async () => {
    vi.useFakeTimers();
    try {
      await start("/imports/06EZ");
      type(KEY);
      submit();
      await vi.advanceTimersByTimeAsync(100);
      expect(said("outcome-connection")).toBe(t.outcome.reconnecting);
      answers.set("GET /imports/06EZ", () => [
        200,
        importStatus({ rows: 4, registered: 1, waiting: 3 }),
      ]);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(said("outcome-connection")).toBe("");
      expect((get("outcome-bar") as HTMLProgressElement).value).toBe(250);
    } finally {
      vi.useRealTimers();
    }
  });
});
