import type { Understood } from "../service/answers";
import type { CsvRows, Row } from "./csv";
import { begin } from "./csv-head";
import { textOf } from "./text";

/** The rows of CSV, with the header among them; without a number of it nothing is known of the file. */
export async function* rowsOfCsv(
  text: AsyncIterable<string>,
  delimiter: string,
  headerRow = 0,
): AsyncGenerator<Row> {
  let rows: CsvRows | null = null;
  let start = "";
  for await (const part of text) {
    if (rows === null) {
      start += part;
      rows = begin(start, delimiter, headerRow, false);
    } else {
      rows.push(part);
    }
    yield* taken(rows);
  }
  rows ??= begin(start, delimiter, headerRow, true);
  rows?.end();
  yield* taken(rows);
}

function* taken(rows: CsvRows | null): Generator<Row> {
  for (let row = rows?.take(); row; row = rows?.take()) {
    yield row;
  }
}

/** The lines of NDJSON that are not blank, as they are in the file. */
export async function* rowsOfNdjson(text: AsyncIterable<string>): AsyncGenerator<Row> {
  let number = 0;
  let rest = "";
  const row = (line: string): Row[] => {
    number += 1;
    return line.trim() === "" ? [] : [{ number, cells: [], isBroken: false, raw: line.trim() }];
  };
  for await (const part of text) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield* row(line);
    }
  }
  yield* row(rest);
}

/** The values of a JSON array, as they are in the file: parsed, large numbers would change. */
export async function* rowsOfJsonArray(text: AsyncIterable<string>): AsyncGenerator<Row> {
  let whole = "";
  for await (const part of text) {
    whole += part;
  }
  yield* valuesOfJsonArray(whole);
}

/** The values that are whole, of an array that may be cut off. */
export function* valuesOfJsonArray(whole: string): Generator<Row> {
  let number = 0;
  let depth = 0;
  let inText = false;
  let start = 0;
  for (let at = 0; at < whole.length; at += 1) {
    const character = whole[at];
    if (inText) {
      if (character === "\\") {
        at += 1;
      } else {
        inText = character !== '"';
      }
      continue;
    }
    const closes = character === "]" || character === "}";
    if ((character === "," && depth === 1) || (character === "]" && depth === 1)) {
      const raw = whole.slice(start, at).trim();
      if (raw !== "") {
        number += 1;
        yield { number, cells: [], isBroken: false, raw: raw.replace(/\s*\n\s*/g, " ") };
      }
      start = at + 1;
    }
    if (character === '"') {
      inText = true;
    } else if (character === "[" || character === "{") {
      depth += 1;
      if (depth === 1) {
        start = at + 1;
      }
    } else if (closes) {
      depth -= 1;
    }
  }
}

/** The rows of a file that was understood so. */
export function rowsOf(file: Blob, understood: Understood): AsyncGenerator<Row> {
  const text = textOf(file, understood);
  switch (understood.format) {
    case "csv":
      return rowsOfCsv(text, understood.delimiter ?? ",", understood.header_row);
    case "ndjson":
      return rowsOfNdjson(text);
    case "json":
      return rowsOfJsonArray(text);
  }
}
