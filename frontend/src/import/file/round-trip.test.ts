import { expect, it } from "vitest";
import type { Understood } from "../service/answers";
import { CsvRows, protect, unprotect, written } from "./csv";
import { joinErrorFile } from "./error-file";

const PARTS = ["Ada", "'", "=", "-5", "@x", "\t", '"', ",", ";", "|", "\n", "\r\n", " ", "_row"];
/** What not every encoding has. */
const LETTERS = {
  "windows-1252": ["é", "ß"],
  "utf-16le": ["é", "۳", "𝄞"],
  "utf-8": ["é", "۳", "𝄞"],
};
const ENCODINGS = Object.keys(LETTERS) as (keyof typeof LETTERS)[];
const DELIMITERS = [",", ";", "\t", "|"];
const FILES = 100;

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 16) % below;
  };
}

function encoded(text: string, encoding: keyof typeof LETTERS): Blob {
  switch (encoding) {
    case "utf-8":
      return new Blob([text]);
    case "utf-16le":
      return new Blob([Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))]);
    case "windows-1252":
      return new Blob([Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))]);
  }
}

async function gzipped(blob: Blob): Promise<Blob> {
  return new Response(blob.stream().pipeThrough(new CompressionStream("gzip"))).blob();
}

function rowsOf(text: string, delimiter: string): (readonly string[])[] {
  const reader = new CsvRows(delimiter);
  reader.push(text);
  reader.end();
  const rows = [];
  for (let row = reader.take(); row !== null; row = reader.take()) {
    rows.push(row.cells);
  }
  return rows;
}

/** The service's error file, which has the three values of each row alone. */
function errorsOf(failed: readonly (readonly [number, ...string[]])[]): Blob {
  const lines = failed.map(([row, ...values]) =>
    [String(row), ...values.map(protect), "email", "a_code", "'Do it, now."]
      .map((each) => written(each, ","))
      .join(","),
  );
  const head = "_row,first_name,last_name,email,_column,_code,_advice";
  return new Blob([`\ufeff${[head, ...lines].join("\r\n")}\r\n`]);
}

it("changes nothing of a row, whatever is in it and however often it comes back", async () => {
  const number = numbers(7);
  for (let made = 0; made < FILES; made += 1) {
    const delimiter = DELIMITERS[number(DELIMITERS.length)] ?? ",";
    const encoding = ENCODINGS[number(ENCODINGS.length)] ?? "utf-8";
    const parts = [...PARTS, ...LETTERS[encoding]];
    const cell = () =>
      Array.from({ length: number(5) }, () => parts[number(parts.length)]).join("");
    const header = ["id", "first_name", "email", "last_name", "'note"];
    // The first cell is never blank, so that the row is not; some rows end too early or too late.
    const rows = Array.from({ length: 1 + number(6) }, (_, at) => [
      String(at),
      ...Array.from({ length: 2 + number(6) }, cell),
    ]);
    const text = [header, ...rows]
      .map((cells) => cells.map((each) => written(each, delimiter)).join(delimiter))
      .join("\n");
    let file = encoded(text, encoding);
    const understood: Understood = {
      format: "csv",
      delimiter,
      encoding,
      gzip: number(4) === 0,
      header_row: 1,
      columns: (["first_name", "last_name", "email"] as const).map((name) => ({
        column: name,
        name,
      })),
      ignored: [],
    };
    file = understood.gzip ? await gzipped(file) : file;
    for (const [time, how] of [
      ["once", understood],
      ["twice", { ...understood, encoding: "utf-8", gzip: false }],
      ["three times", { ...understood, encoding: "utf-8", gzip: false }],
    ] as const) {
      const failed = rows.map(
        (cells, at) => [at + 2, cells[1] ?? "", cells[3] ?? "", cells[2] ?? ""] as const,
      );
      const joined = await joinErrorFile(errorsOf(failed), file, "list.csv", how);
      file = joined.blob;
      const [head, ...back] = rowsOf((await file.text()).replace("\ufeff", ""), delimiter).map(
        (cells) => cells.slice(4).map(unprotect),
      );
      expect([time, made, joined.unmatched, head, back]).toEqual([time, made, 0, header, rows]);
    }
  }
});

it("changes nothing of an object of JSON, however often it comes back", async () => {
  const number = numbers(11);
  const texts = ["Ada", "'", "=1", '\\"', "\\u0041", "}", "]", ",", "\\\\", " ", "é", "۳", "_row"];
  const string = () =>
    `"${Array.from({ length: number(4) }, () => texts[number(texts.length)]).join("")}"`;
  const value = () =>
    [
      string,
      () => "12345678901234567890.10",
      () => "null",
      () => `[${string()},{"a":${string()}}]`,
    ][number(4)]?.() ?? "";
  const space = () => [" ", "", "  "][number(3)] ?? "";
  for (let made = 0; made < FILES; made += 1) {
    const objects = Array.from({ length: 1 + number(5) }, () => {
      const members = ["id", "first_name", "last_name", "email", "_note"]
        .filter(() => number(5) > 0)
        .map((name) => `"${name}"${space()}:${space()}${value()}`);
      return `{${members.join(`,${space()}`)}}`;
    });
    const isArray = number(2) === 0;
    let file = new Blob([isArray ? `[\n${objects.join(",\n")}\n]\n` : `${objects.join("\n")}\n`]);
    for (const time of ["once", "twice"]) {
      const understood: Understood = {
        format: isArray && time === "once" ? "json" : "ndjson",
        encoding: "utf-8",
        gzip: false,
        columns: [],
        ignored: [],
      };
      const failed = objects.map((_, at) => [at + 1, "", "", ""] as const);
      const joined = await joinErrorFile(errorsOf(failed), file, "list.json", understood);
      file = joined.blob;
      const lines = (await file.text()).trimEnd().split("\n");
      const added =
        /^\{"_row":\d+,"_column":"email","_code":"a_code","_advice":"Do it, now."(?:,|(?=\}$))/;
      const back = lines.map((line) => line.replace(added, "{"));
      expect([time, made, joined.unmatched, back]).toEqual([time, made, 0, objects]);
    }
  }
});
