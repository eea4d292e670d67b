import { describe, expect, it, vi } from "vitest";
import {
  KEY,
  answers,
  asked,
  start,
  get,
  input,
  isShown,
  said,
  type,
  submit,
  t,
  playService,
} from "../testing/import-page";
import { importStatus } from "../testing/import-status";
import { until } from "../testing/until";

playService();

const finished = (): [number, unknown] => [
  200,
  importStatus({ status: "finished", done: true, rows: 3, registered: 2, rejected: 1 }),
];

describe("the address of an import", () => {
  it("asks for the key and shows the import, without its file", async () => {
    await start("/imports/06EZ");
    expect(isShown("drop")).toBe(false);
    answers.set("GET /imports/06EZ", finished);
    type(KEY);
    submit();
    await until(() => {
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
    await until(() => {
      expect(said("problem")).toBe(t.problems.unauthorized);
    });
    expect(isShown("outcome")).toBe(false);
    expect(document.activeElement).toBe(input("key"));
  });

  it("says that an import is being cancelled until it is", async () => {
    await start("/imports/06EZ");
    let status: Parameters<typeof importStatus>[0] = {};
    answers.set("GET /imports/06EZ", () => [200, importStatus(status)]);
    answers.set("POST /imports/06EZ/cancel", () => {
      status = { rows: 4, registered: 2 };
      return [202, importStatus({})];
    });
    type(KEY);
    submit();
    await until(() => {
      expect(isShown("outcome-cancel")).toBe(true);
    });
    get("outcome-cancel").click();
    await until(() => {
      expect(said("outcome-counts")).toContain("2");
    });
    expect(said("outcome-cancel")).toBe(t.work.cancelling);
    status = { status: "cancelled", done: true };
    await until(() => {
      expect(isShown("outcome-cancel")).toBe(false);
    });
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
    await until(() => {
      expect(said("outcome-message")).toBe(t.files.too_many_rows);
    });
  });

  it("says that the rows could not be downloaded when the connection breaks then", async () => {
    await start("/imports/06EZ");
    answers.set("GET /imports/06EZ", finished);
    type(KEY);
    submit();
    await until(() => {
      expect(isShown("download-bare")).toBe(true);
    });
    for (const answer of [[503, { type: "/docs#cannot-accept-now" }], null] as const) {
      answers.delete("GET /imports/06EZ/errors.csv");
      if (answer !== null) {
        answers.set("GET /imports/06EZ/errors.csv", () => [...answer]);
      }
      get("download-bare").click();
      await until(() => {
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
