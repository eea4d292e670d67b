/**
 * The cells of a line that is broken by its quotation marks, with all of its text to be corrected: a cell
 * that is broken keeps its marks, and an unclosed one has the rest of the line.
 */
export function brokenCells(line: string, delimiter: string, quote: string): string[] {
  const cells: string[] = [];
  for (let start = 0; start <= line.length;) {
    const closing = line[start] === quote ? closingQuote(line, start, quote) : start;
    const found = closing === null ? -1 : line.indexOf(delimiter, closing);
    const end = found < 0 ? line.length : found;
    const cell = line.slice(start, end);
    const isWhole = line[start] === quote && closing === end - 1;
    cells.push(isWhole ? cell.slice(1, -1).replaceAll(quote + quote, quote) : cell);
    start = end + 1;
  }
  return cells;
}

/** Where the quotation mark is that closes the one there; null when none does. */
function closingQuote(line: string, opened: number, quote: string): number | null {
  for (let at = line.indexOf(quote, opened + 1); at >= 0; at = line.indexOf(quote, at + 2)) {
    if (line[at + 1] !== quote) {
      return at;
    }
  }
  return null;
}
