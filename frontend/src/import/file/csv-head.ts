import { CsvRows, type Row } from "./csv";

/** A first line for the spreadsheet is recognised once there is so much text. */
const SEPARATOR_LINE_CHARACTERS = 16;

/** Begins to read a text once its start shows how it is written; null when more of it has to come. */
export function begin(
  start: string,
  delimiter: string,
  headerRow: number,
  isWhole: boolean,
): CsvRows | null {
  if (start.length < SEPARATOR_LINE_CHARACTERS && !isWhole) {
    return null;
  }
  const text = start.slice(lengthOfSeparatorLine(start));
  const header = headerIn(text, delimiter, headerRow, isWhole);
  if (header === null) {
    return null;
  }
  const quote = isInApostrophes(header) ? "'" : '"';
  const rows = new CsvRows(delimiter, { quote, headerRow });
  rows.push(text);
  return rows;
}

/** The header with nothing but quotation marks around its names; null when it has not come yet. */
function headerIn(
  text: string,
  delimiter: string,
  headerRow: number,
  isWhole: boolean,
): readonly string[] | null {
  const rows = new CsvRows(delimiter);
  rows.push(text);
  if (isWhole) {
    rows.end();
  }
  let found: Row | null = null;
  while ((found?.number ?? 0) < headerRow) {
    found = rows.take();
    if (found === null) {
      return isWhole ? [] : null;
    }
  }
  return found?.number === headerRow ? found.cells : [];
}

/** An apostrophe around every name is a quotation mark to the program that wrote it. */
function isInApostrophes(names: readonly string[]): boolean {
  const bare = names.map((name) => name.trim()).filter((name) => name !== "");
  return bare.length > 0 && bare.every((name) => /^'.*'$/s.test(name));
}

/** The length of a line for the spreadsheet alone, such as `sep=;`, which is no row. */
export function lengthOfSeparatorLine(text: string): number {
  const found = text.search(/[\r\n]/);
  const end = found < 0 ? text.length : found;
  const line = text.slice(0, end).trim().replace(/^"/, "");
  if (!/^sep=/i.test(line) || line.length > 6) {
    return 0;
  }
  return end + (text.startsWith("\r\n", end) ? 2 : Math.min(text.length - end, 1));
}
