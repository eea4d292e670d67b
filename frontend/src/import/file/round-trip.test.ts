import { expect, it } from "vitest";
import type { Understood } from "../service/answers";
import { CsvRows, protect, unprotect, written } from "./csv";
import { joinErrorFile } from "./error-file";

const PARTS = [
  "Ada",
  "'",
  "=",
  "-5",
  "@x",
  "\t",
  '"',
  ",",
  ";",
  "\n",
  "\r\n",
  " ",
  "é",
  "۳",
  "_row",
];
const FILES = 300;

/** The same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(state / 2 ** 16) % below;
  };
}

function rowsOf(text: string, delimiter: string): (readonly string[])[] {
  const reader = new CsvRows(delimiter);
  reader.push(text);
  reader.end();
  const rows = [];
  for (let row = reader.take(); row !== null; row = reader.take()) {
    rows.push(row.cells ?? []);
  }
  return rows;
}

it("changes nothing of a row, whatever is in it and however often it comes back", async () => {
  const number = numbers(7);
  for (let made = 0; made < FILES; made += 1) {
    const delimiter = [",", ";", "\t"][number(3)] ?? ",";
    const cell = () =>
      Array.from({ length: number(5) }, () => PARTS[number(PARTS.length)]).join("");
    const header = ["id", "first_name", "email", "last_name", "'note"];
    // The first cell is never blank, so that the row is not.
    const rows = Array.from({ length: 1 + number(6) }, (_, at) => [
      String(at),
      ...Array.from({ length: 2 + number(6) }, cell),
    ]);
    const write = (cells: readonly string[]) =>
      cells.map((each) => written(each, delimiter)).join(delimiter);
    let file = [header, ...rows].map(write).join("\n");
    const understood: Understood = {
      format: "csv",
      delimiter,
      encoding: "UTF-8",
      gzip: false,
      header_row: 1,
      columns: (["first_name", "last_name", "email"] as const).map((name) => ({
        column: name,
        name,
      })),
      ignored: [],
    };
    for (const time of ["once", "twice"]) {
      const failed = rows.map((cells, at) => {
        const values = [1, 3, 2].map((place) => protect(cells[place] ?? ""));
        const line = [String(at + 2), ...values, "email", "a_code", "'Do it, now."];
        return line.map((each) => written(each, ",")).join(",");
      });
      const errors = new Blob([["\ufeff_row,a,b,c,_column,_code,_advice", ...failed].join("\r\n")]);
      const joined = await joinErrorFile(errors, new Blob([file]), "list.csv", understood);
      file = (await joined.blob.text()).replace("\ufeff", "");
      const [head, ...back] = rowsOf(file, delimiter).map((cells) => cells.slice(4).map(unprotect));
      expect([time, made, joined.unmatched, head, back]).toEqual([time, made, 0, header, rows]);
    }
  }
});
