import { describe, expect, it } from "vitest";
import en from "../../../common/texts/en.json";
import fa from "../../../common/texts/fa.json";
import { Sentences } from "./sentences";
import { ServiceProblem } from "./service/service";

const english = new Sentences(en, "en-GB");
const persian = new Sentences(fa, "fa");

describe("advice about a row", () => {
  const advice = (column: string | undefined, code: string, message: string) =>
    persian.advice({ row: 2, code, message, ...(column !== undefined && { column }) });

  it("is in the page's language, with what the service has filled in", () => {
    const row = "The same student as in row 17 of this file. Delete one of the two rows.";
    expect(advice(undefined, "same_as_row", row).text).toBe(
      fa.pages.import.rows.same_as_row.replace("{row}", "۱۷"),
    );
    const long = "Your first name must be 100 characters or fewer.";
    expect(advice("first_name", "too_long", long).text).toContain("100");
    const lookalike =
      "Write “3” instead of “۳” in your email address, for instance with an English keyboard.";
    expect(advice("email", "lookalike_character", lookalike)).toEqual({
      text: fa.fields.email.lookalike_character.replace("{character}", "۳").replace("{meant}", "3"),
      isEnglish: false,
    });
  });

  it("is the service's own where it is not known, and says so", () => {
    for (const [code, message] of [
      ["never_heard_of", "Do it."],
      ["same_as_row", "A sentence of another version."],
    ] as const) {
      expect(advice(undefined, code, message)).toEqual({ text: message, isEnglish: true });
    }
  });
});

it("says what is wrong with the file, else with the request, else what the service says", () => {
  const said = (kind: string, code: string | null, message = "") =>
    english.problem(new ServiceProblem(kind, code, message));
  const { files, problems } = en.pages.import;
  expect(said("unreadable-file", "gzip_broken")).toBe(files.gzip_broken);
  expect(said("too-many-imports", null)).toBe(problems["too-many-imports"]);
  expect(said("brand-new", "brand_new", "Do it.")).toBe("Do it.");
  expect(said("brand-new", null)).toBe(problems.other);
});

it("writes numbers as the reader does", () => {
  expect(english.size(1_234_567)).toBe("1.2\u00a0MB");
  expect(english.size(999)).toBe("999\u00a0bytes");
  expect(persian.number(1234)).toBe("۱٬۲۳۴");
  expect([0.2, 59, 90, 5400].map((seconds) => english.time(seconds))).toEqual([
    "1\u00a0s",
    "59\u00a0s",
    "2\u00a0min",
    "2\u00a0h",
  ]);
  // What is not done is not shown as done.
  expect(english.percent(0.9999)).toBe("99%");
});
