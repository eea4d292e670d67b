import { expect, it } from "vitest";
import files from "../../../../tests/corpus/csv-rows.json";
import { CsvRows, protect, unprotect, written, type Written } from "./csv";
import { lengthOfSeparatorLine } from "./csv-head";

/** The rows of a text that comes in parts of so many characters. */
function rowsOf(
  text: string,
  delimiter = ",",
  size = text.length,
  how: Written = {},
): [number, string[] | string][] {
  const reader = new CsvRows(delimiter, how);
  const rows: [number, string[] | string][] = [];
  const take = () => {
    for (let row = reader.take(); row !== null; row = reader.take()) {
      rows.push([row.number, row.isBroken ? row.raw : [...row.cells]]);
    }
  };
  for (let at = 0; at < text.length; at += size) {
    reader.push(text.slice(at, at + size));
    take();
  }
  reader.end();
  take();
  return rows;
}

// The service's reader is held to the same files.
it.each(files)("reads as the service does: $about", (file) => {
  for (const size of [1, 2, 3, 1000]) {
    const how = { quote: file.quote, headerRow: file.header_row };
    expect(rowsOf(file.text, file.delimiter, size, how)).toEqual(file.rows);
  }
});

it("goes on after a row that is longer than a row may be", () => {
  expect(rowsOf(`a,b\n${"é".repeat(40_000)},1\n2,3\n`).map(([number]) => number)).toEqual([
    1, 2, 3,
  ]);
});

it("knows the line that is for a spreadsheet alone", () => {
  const text = (line: string) => line.slice(lengthOfSeparatorLine(line));
  expect(text("sep=;\r\na;b")).toBe("a;b");
  expect(text("sep=\t\r\na\tb")).toBe("a\tb");
  expect(text('"sep=,"\na,b')).toBe('"sep=,"\na,b'.slice(8));
  expect(text("SEP=\t\na\tb")).toBe("a\tb");
  expect(text("separator;x\n")).toBe("separator;x\n");
});

it("protects what a spreadsheet would calculate so that it can be taken back", () => {
  for (const cell of [
    "=1+1",
    "+49 30",
    "-",
    "@here",
    "\tx",
    "'t Hooft",
    "''",
    "O'Neill",
    "plain",
    "",
  ]) {
    expect(unprotect(protect(cell))).toBe(cell);
    expect(protect(cell)).not.toMatch(/^[=+\-@\t]/);
  }
  expect(written('a "b"; c', ";")).toBe('"a ""b""; c"');
  expect(written("a, b", ";")).toBe("a, b");
});
