import { describe, expect, it, vi } from "vitest";
import {
  LIST,
  checked,
  answers,
  start,
  get,
  isShown,
  said,
  submit,
  check,
  list,
  t,
  playService,
} from "../testing/import-page";
import { importStatus } from "../testing/import-status";
import { until } from "../testing/until";
import { FakeUpload, nextUpload } from "../testing/uploads";
import type { ImportStatus } from "./service/answers";

playService();

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
    await until(() => {
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
    await until(() => {
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
    await until(() => {
      expect(said("problem")).toBe(t.files.too_many_rows);
    });
    submit();
    await nextUpload();
    expect(isShown("problem")).toBe(false);
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
    await until(() => {
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
    await until(() => {
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
