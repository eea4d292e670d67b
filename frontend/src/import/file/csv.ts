import { brokenCells } from "./broken-cells";

/** A row of a file, numbered as a spreadsheet does: the service counts in the same way. */
export interface Row {
  readonly number: number;
  /** Of a row that is broken those of its first line, with all of its text. */
  readonly cells: readonly string[];
  readonly isBroken: boolean;
  /** Of a row that is broken its first line, as it is in the file. */
  readonly raw: string;
}

/** The service's own bounds. */
const ROW_MAX_BYTES = 64 * 1024;
/** With what is added to an error file. */
const COLUMNS_MAX = 1004;
const READ_AGAIN_MAX = 16 * 1024 * 1024;

/** So many characters are never too many bytes. */
const PLAIN_MAX_CHARACTERS = ROW_MAX_BYTES / 3 - 1;
const BYTE_ORDER_MARK = "\ufeff";
/** What old programs end a file with is blank, too. */
const NOT_BLANK = /[^\p{White_Space}\0\cZ]/u;

/** What the service found in a file. */
export interface Written {
  /** What is around values, beside those that have nothing around them. */
  readonly quote?: string | undefined;
  readonly headerRow?: number | undefined;
}

interface Scanned {
  readonly cells: string[];
  readonly end: number;
  readonly isBroken: boolean;
}

/** Splits text that comes in parts into the rows that are not blank. */
export class CsvRows {
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #endOrQuote: RegExp;
  readonly #headerRow: number;
  /** Files that were put together have it again. */
  #header: string | null = null;
  #text = "";
  #position = 0;
  #ended = false;
  /** The row before ended with a carriage return, whose line feed may follow. */
  #afterReturn = false;
  /** What is left of a broken line is passed over. */
  #skipsLine = false;
  #rows = 0;
  #readAgain = 0;

  constructor(delimiter: string, { quote = '"', headerRow = 0 }: Written = {}) {
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#endOrQuote = new RegExp(`[\\r\\n${quote}]`, "g");
    this.#headerRow = headerRow;
  }

  push(text: string): void {
    this.#text = this.#text.slice(this.#position) + text;
    this.#position = 0;
  }

  /** There is no more text: the last line ends, whether the file says so or not. */
  end(): void {
    if (!this.#ended) {
      this.push("\n");
      this.#ended = true;
    }
  }

  /** The next row; null when there is none until more text comes. */
  take(): Row | null {
    for (;;) {
      if (!this.#skipBlankLines()) {
        return null;
      }
      const scanned = this.#scan();
      if (scanned === null) {
        return null;
      }
      this.#rows += 1;
      if (scanned.isBroken) {
        const raw = this.#resumeAfterFirstLine(scanned.end);
        const cells = brokenCells(raw, this.#delimiter, this.#quote);
        return { number: this.#rows, cells, isBroken: true, raw };
      }
      this.#afterReturn = this.#text[scanned.end - 1] === "\r";
      this.#position = scanned.end;
      if (scanned.cells.some((cell) => NOT_BLANK.test(cell)) && !this.#isRepeated(scanned.cells)) {
        return { number: this.#rows, cells: scanned.cells, isBroken: false, raw: "" };
      }
    }
  }

  #isRepeated(cells: readonly string[]): boolean {
    if (this.#rows === this.#headerRow) {
      this.#header = cells.join("");
      return false;
    }
    return this.#header !== null && cells.join("") === this.#header;
  }

  #skipBlankLines(): boolean {
    for (; this.#position < this.#text.length; this.#position += 1) {
      const character = this.#text[this.#position];
      const isEnd = character === "\n" || character === "\r";
      if (this.#skipsLine) {
        this.#skipsLine = !isEnd;
      } else if (isEnd) {
        this.#rows += character === "\n" && this.#afterReturn ? 0 : 1;
      } else if (character !== BYTE_ORDER_MARK) {
        return true;
      }
      this.#afterReturn = character === "\r";
    }
    return false;
  }

  /** Reads a row to its end, or as far as a row may go; null when its end has not come yet. */
  #scan(): Scanned | null {
    return this.#scanPlain() ?? this.#scanQuoted();
  }

  /** Most rows are a line without quotation marks. */
  #scanPlain(): Scanned | null {
    this.#endOrQuote.lastIndex = this.#position;
    const found = this.#endOrQuote.exec(this.#text);
    const end = found?.index ?? Infinity;
    if (found?.[0] === this.#quote || end - this.#position > PLAIN_MAX_CHARACTERS) {
      return null;
    }
    const cells = this.#text.slice(this.#position, end).split(this.#delimiter);
    return { cells, end: end + 1, isBroken: cells.length > COLUMNS_MAX };
  }

  #scanQuoted(): Scanned | null {
    const text = this.#text;
    const quote = this.#quote;
    const cells: string[] = [];
    let cell = "";
    let place: "start" | "plain" | "quoted" | "closed" | "after" = "start";
    /** Blanks stand in front of the quotation mark, which then may not have a line break behind it. */
    let isSpaced = false;
    let isBroken = false;
    let bytes = 0;
    for (let at = this.#position; at < text.length; at += 1) {
      const character = text[at] ?? "";
      bytes += bytesOf(character);
      if (bytes > ROW_MAX_BYTES) {
        return { cells, end: at, isBroken: true };
      }
      if (place === "quoted") {
        if (character === quote) {
          place = "closed";
        } else if (isSpaced && (character === "\n" || character === "\r")) {
          return { cells, end: at + 1, isBroken: true };
        } else {
          cell += character;
        }
      } else if (character === this.#delimiter) {
        cells.push(cell);
        cell = "";
        place = "start";
        isSpaced = false;
      } else if (character === "\n" || character === "\r") {
        cells.push(cell);
        return { cells, end: at + 1, isBroken: isBroken || cells.length > COLUMNS_MAX };
      } else if (place === "closed" && character === quote) {
        cell += character;
        place = "quoted";
      } else if (place === "closed" || place === "after") {
        isBroken ||= !isBlank(character);
        cell += isBlank(character) ? "" : character;
        place = isBlank(character) ? "after" : "plain";
      } else if (place === "start" && character === quote) {
        isSpaced = cell !== "";
        cell = "";
        place = "quoted";
      } else if (place === "start" && isBlank(character)) {
        cell += character;
      } else {
        cell += character;
        place = "plain";
      }
    }
    return this.#ended ? { cells, end: text.length, isBroken: true } : null;
  }

  /** A row that is broken by its quotation marks may have swallowed those below: they are read again. */
  #resumeAfterFirstLine(end: number): string {
    const scanned = this.#text.slice(this.#position, end);
    const line = scanned.search(/[\r\n]/);
    const length = line >= 0 && this.#readAgain < READ_AGAIN_MAX ? line + 1 : scanned.length;
    this.#readAgain += scanned.length - length;
    const last = scanned[length - 1];
    this.#afterReturn = last === "\r";
    this.#skipsLine = last !== "\r" && last !== "\n";
    this.#position += length;
    return scanned.slice(0, line >= 0 ? line : length);
  }
}

/** What may stand around quotation marks. */
function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}

/** In UTF-8, of which each half of a pair has two. */
function bytesOf(character: string): number {
  const code = character.charCodeAt(0);
  if (code < 0x80) {
    return 1;
  }
  return code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
}

/** A cell as it is written, in quotation marks where it needs them. */
export function written(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
}

/** One apostrophe keeps a spreadsheet from calculating a cell; reading the file takes it away again. */
export function protect(cell: string): string {
  return /^[=+\-@\t\r']/.test(cell) ? `'${cell}` : cell;
}

/** Takes away what {@link protect} put in front. */
export function unprotect(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}
