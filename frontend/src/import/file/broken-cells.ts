/**
 * The cells of a line that is broken by its quotation marks, with all of its text to be corrected: a cell
 * that is broken keeps its marks, and an unclosed one has the rest of the line.
 */
export function brokenCells(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let start = 0; start <= line.length;) {
    const closing = line[start] === '"' ? closingQuote(line, start) : start;
    const found = closing === null ? -1 : line.indexOf(delimiter, closing);
    const end = found < 0 ? line.length : found;
    const cell = line.slice(start, end);
    const isWhole = line[start] === '"' && closing === end - 1;
    cells.push(isWhole ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    start = end + 1;
  }
  return cells;
}

/** Where the quotation mark is that closes the one there; null when none does. */
function closingQuote(line: string, opened: number): number | null {
  for (let at = line.indexOf('"', opened + 1); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line[at + 1] !== '"') {
      return at;
    }
  }
  return null;
}
