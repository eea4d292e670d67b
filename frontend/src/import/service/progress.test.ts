import { describe, expect, it } from "vitest";
import { importStatus } from "../../testing/import-status";
import { ByteProgress, RowProgress } from "./progress";

describe("bytes on their way", () => {
  it("never become fewer, nor more than there are", () => {
    const progress = new ByteProgress(1000, 0);
    const sent = [400, 300, 0, 900, 1200].map((bytes) => progress.update(bytes, 100).sent);
    expect(sent).toEqual([400, 400, 400, 900, 1000]);
  });

  it("take as long as those before them", () => {
    const progress = new ByteProgress(1000, 5000);
    expect(progress.update(100, 5500).secondsLeft).toBeNull();
    expect(progress.update(250, 15_000).secondsLeft).toBe(30);
    expect(progress.update(1000, 20_000)).toEqual({ sent: 1000, fraction: 1, secondsLeft: 0 });
  });

  it("of an empty file have all come", () => {
    expect(new ByteProgress(0, 0).update(0, 0).fraction).toBe(1);
  });
});

describe("rows of an import", () => {
  it("are in proportion to those that the answer to the upload named", () => {
    const progress = new RowProgress(200);
    const shown = progress.update(
      importStatus({ registered: 40, invalid: 10, rows_per_second: 25 }),
    );
    expect(shown).toEqual({
      isNew: true,
      counts: { registered: 40, unchanged: 0, rejected: 0, invalid: 10, on_hold: 0, waiting: 150 },
      fraction: 0.25,
      secondsLeft: 6,
    });
  });

  it("add up at any moment", () => {
    const progress = new RowProgress(null);
    for (const registered of [0, 120, 200]) {
      const counts = progress.update(importStatus({ rows: 200, registered }))?.counts;
      const sum = Object.values(counts ?? {}).reduce((one, other) => one + other, 0);
      expect(sum).toBe(200);
    }
  });

  it("have no proportion before it is known how many there are, and keep it from then on", () => {
    const progress = new RowProgress(null);
    expect(progress.update(importStatus({ registered: 10 }))?.fraction).toBeNull();
    expect(progress.update(importStatus({ registered: 10, rows: 40, waiting: 30 }))?.fraction).toBe(
      0.25,
    );
    expect(progress.update(importStatus({ registered: 20 }))?.fraction).toBe(0.5);
  });

  it("are not shown by an answer that is older than what is shown", () => {
    const progress = new RowProgress(100);
    progress.update(importStatus({ registered: 60 }));
    expect(progress.update(importStatus({ registered: 50 }))).toBeNull();
    expect(progress.update(importStatus({ registered: 55, on_hold: 5 }))?.fraction).toBe(0.6);
    // The last answer is the last word.
    expect(progress.update(importStatus({ registered: 50, done: true }))?.counts.registered).toBe(
      50,
    );
  });

  it("are all decided when the import is done, also when it broke off before any came", () => {
    const progress = new RowProgress(null);
    expect(progress.update(importStatus({ status: "broken_off", done: true }))?.fraction).toBe(1);
  });
});
