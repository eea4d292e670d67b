import { describe, expect, it } from "vitest";
import { CsvRows, lengthOfSeparatorLine, protect, unprotect, written } from "./csv";

/** The rows of a text that comes in parts of so many characters. */
function rowsOf(text: string, delimiter = ",", size = text.length): [number, string[] | string][] {
  const reader = new CsvRows(delimiter);
  const rows: [number, string[] | string][] = [];
  const take = () => {
    for (let row = reader.take(); row !== null; row = reader.take()) {
      rows.push([row.number, row.cells === null ? row.raw : [...row.cells]]);
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

describe.each([1, 2, 3, 1000])("text that comes %i characters at a time", (size) => {
  it("has the numbers that a spreadsheet shows", () => {
    expect(rowsOf('a,b\r\n\r\n"1\n2",3\n , \n4,5', ",", size)).toEqual([
      [1, ["a", "b"]],
      [3, ["1\n2", "3"]],
      [5, ["4", "5"]],
    ]);
  });

  it("may end its lines with carriage returns alone", () => {
    expect(rowsOf("a;b\r\r1;2\r", ";", size)).toEqual([
      [1, ["a", "b"]],
      [3, ["1", "2"]],
    ]);
  });

  it("loses no row after one with a quotation mark too few", () => {
    expect(rowsOf('a,b\n"1,2\n3,4\n"5"x,6\n"7",8\n', ",", size)).toEqual([
      [1, ["a", "b"]],
      [2, '"1,2'],
      [3, ["3", "4"]],
      [4, '"5"x,6'],
      [5, ["7", "8"]],
    ]);
  });

  it("keeps quotation marks that are doubled or inside a cell", () => {
    expect(rowsOf('"say ""hi""",5" pipe\n""\n"""",x\n', ",", size)).toEqual([
      [1, ['say "hi"', '5" pipe']],
      [3, ['"', "x"]],
    ]);
  });
});

it("goes on after a row that is longer than a row may be", () => {
  expect(rowsOf(`a,b\n${"é".repeat(40_000)},1\n2,3\n`).map(([number]) => number)).toEqual([
    1, 2, 3,
  ]);
});

it("knows the line that is for a spreadsheet alone", () => {
  const text = (line: string) => line.slice(lengthOfSeparatorLine(line));
  expect(text("sep=;\r\na;b")).toBe("a;b");
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
