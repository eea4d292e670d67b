import { normal, shownName } from "./columns";
import { protect, unprotect, written, type Row } from "./csv";
import { rowsOf, rowsOfCsv } from "./rows";
import { COLUMNS, type Understood } from "./service";
import { textOf } from "./text";

/** A row that did not make it, as the service says it. */
interface FailedRow {
  readonly number: number;
  readonly values: readonly string[];
  /** Where, which rule, and what to do. */
  readonly why: readonly string[];
}

/** The rows that did not make it, with everything that the file has of them. */
export interface ErrorFile {
  readonly blob: Blob;
  readonly name: string;
  /** Rows that are there without their other columns, since the file has others in their place. */
  readonly unmatched: number;
}

const ADDED = ["_row", "_column", "_code", "_advice"] as const;
/** The beginning of an object, with what an earlier error file has put there. */
const ADDED_BEFORE =
  /^\{\s*(?:"_row":\d+,"_column":"(?:[^"\\]|\\.)*","_code":"(?:[^"\\]|\\.)*","_advice":"(?:[^"\\]|\\.)*",?)?/;
/** Excel takes a file for UTF-8 by this mark alone. */
const BYTE_ORDER_MARK = "\ufeff";
/** With another one the service would not recognise the file by itself. */
const FOUND_DELIMITERS = [",", ";", "\t", "|"];
/** Strings are put together so far before they become a part of the file. */
const PART_CHARACTERS = 256 * 1024;

/**
 * Joins the service's error file, which has the three values of each row alone, with the file itself by
 * the numbers of the rows. What is added stands in front: a row with too few or too many cells stays as
 * it was, and is refused again unless it is corrected.
 */
export async function joinErrorFile(
  errors: Blob,
  file: Blob,
  fileName: string,
  understood: Understood,
): Promise<ErrorFile> {
  const out = new Parts();
  const failedRows = failedRowsOf(errors);
  const join =
    understood.format === "csv"
      ? await CsvJoin.begin(rowsOf(file, understood), understood, out)
      : new JsonJoin(rowsOf(file, understood), out);
  for await (const failed of failedRows) {
    await join.add(failed);
  }
  await join.end();
  return {
    blob: out.into(join.type),
    name: nameOfErrorFile(fileName, join.extension),
    unmatched: join.unmatched,
  };
}

export function nameOfErrorFile(fileName: string, extension = "csv"): string {
  const bare = fileName.replace(/(\.errors)?(\.[a-z]{2,6})?(\.gz)?$/i, "");
  return `${bare === "" ? "import" : bare}.errors.${extension}`;
}

async function* failedRowsOf(errors: Blob): AsyncGenerator<FailedRow> {
  for await (const { cells } of rowsOfCsv(
    textOf(errors, { encoding: "utf-8", gzip: false }),
    ",",
  )) {
    const [number, ...rest] = (cells ?? []).map(unprotect);
    if (number !== undefined && /^\d+$/.test(number)) {
      yield { number: Number(number), values: rest.slice(0, 3), why: rest.slice(3) };
    }
  }
}

/** The rows of a file in their order, of which some are asked for, in their order too. */
class Rows {
  readonly #rows: AsyncGenerator<Row>;
  #next: Row | null | undefined;

  constructor(rows: AsyncGenerator<Row>) {
    this.#rows = rows;
  }

  async find(number: number): Promise<Row | null> {
    for (;;) {
      if (this.#next === undefined || (this.#next && this.#next.number < number)) {
        const next = await this.#rows.next();
        this.#next = next.done === true ? null : next.value;
        continue;
      }
      return this.#next?.number === number ? this.#next : null;
    }
  }

  async end(): Promise<void> {
    await this.#rows.return(undefined);
  }
}

class CsvJoin {
  readonly type = "text/csv;charset=utf-8";
  readonly extension = "csv";
  unmatched = 0;
  readonly #rows: Rows;
  readonly #out: Parts;
  readonly #delimiter: string;
  /** The file is an error file, whose own columns give way and whose cells are protected. */
  readonly #wasErrorFile: boolean;
  readonly #added: ReadonlySet<number>;
  readonly #width: number;
  /** Where the three columns are. */
  readonly #used: readonly number[];

  private constructor(rows: Rows, header: readonly string[], understood: Understood, out: Parts) {
    this.#rows = rows;
    this.#out = out;
    const found = understood.delimiter ?? ",";
    this.#delimiter = FOUND_DELIMITERS.includes(found) ? found : ",";
    const names = header.map((name) => name.trim());
    this.#wasErrorFile = names.includes("_row");
    const isAdded = (name: string) =>
      this.#wasErrorFile && (ADDED as readonly string[]).includes(name);
    this.#added = new Set(names.flatMap((name, at) => (isAdded(name) ? [at] : [])));
    this.#width = names.reduce((width, name, at) => (name === "" ? width : at + 1), 0);
    this.#used = COLUMNS.map((column) => {
      const called = understood.columns.find((used) => used.column === column)?.name ?? column;
      return names.findIndex((name) => shownName(name) === called);
    });
    this.#write([...ADDED], this.#kept(header.slice(0, this.#width)));
  }

  static async begin(
    rows: AsyncGenerator<Row>,
    understood: Understood,
    out: Parts,
  ): Promise<CsvJoin> {
    const all = new Rows(rows);
    const header = await all.find(understood.header_row ?? 1);
    out.push(BYTE_ORDER_MARK);
    return new CsvJoin(all, header?.cells ?? [], understood, out);
  }

  async add({ number, values, why }: FailedRow): Promise<void> {
    const row = await this.#rows.find(number);
    this.#write([String(number), ...why], this.#cells(row, values));
  }

  async end(): Promise<void> {
    await this.#rows.end();
  }

  #cells(row: Row | null, values: readonly string[]): string[] {
    const own = row?.cells ?? null;
    if (own !== null && this.#matches(own, values)) {
      return this.#kept(own);
    }
    // Without cells of its own, or another row. What of it can be seen is kept, the three values are the
    // service's: it must not become valid by being read differently.
    const isBroken = row !== null && row.cells === null;
    this.unmatched += isBroken ? 0 : 1;
    const seen: readonly (string | undefined)[] = isBroken ? row.raw.split(this.#delimiter) : [];
    const whole = Array.from({ length: Math.max(this.#width, seen.length) }, (_, at) => {
      const used = this.#used.indexOf(at);
      return used < 0 ? (seen[at] ?? "") : (values[used] ?? "");
    });
    return whole.filter((_, at) => !this.#added.has(at));
  }

  /** Without the columns of an earlier error file. */
  #kept(cells: readonly string[]): string[] {
    const kept = cells.filter((_, at) => !this.#added.has(at));
    return this.#wasErrorFile ? kept.map(unprotect) : kept;
  }

  /** Whether it is the row that the service means, which has read its values in its own way. */
  #matches(cells: readonly string[], values: readonly string[]): boolean {
    const own = this.#used.map((at) => normal(cells[at] ?? ""));
    const named = values.map(normal);
    return named.every((value) => value === "")
      ? own.every((value) => value === "")
      : named.some((value, at) => value !== "" && value === own[at]) ||
          own.some((value) => value.includes("\ufffd"));
  }

  #write(added: readonly string[], cells: readonly string[]): void {
    const line = [...added, ...cells].map((cell) => written(protect(cell), this.#delimiter));
    this.#out.push(`${line.join(this.#delimiter)}\r\n`);
  }
}

/** One object a line, with what is added in front of the object's own members, which stay as they are. */
class JsonJoin {
  readonly type = "application/x-ndjson";
  readonly extension = "ndjson";
  unmatched = 0;
  readonly #rows: Rows;
  readonly #out: Parts;

  constructor(rows: AsyncGenerator<Row>, out: Parts) {
    this.#rows = new Rows(rows);
    this.#out = out;
  }

  async add({ number, values, why }: FailedRow): Promise<void> {
    const raw = (await this.#rows.find(number))?.raw;
    const added = Object.fromEntries(ADDED.map((name, at) => [name, at ? why[at - 1] : number]));
    const head = JSON.stringify(added).slice(0, -1);
    const object =
      raw?.startsWith("{") && isObject(raw) ? raw.replace(ADDED_BEFORE, "").trim() : null;
    if (object !== null) {
      this.#out.push(object === "}" ? `${head}}\n` : `${head},${object}\n`);
      return;
    }
    this.unmatched += raw === undefined ? 1 : 0;
    const own = Object.fromEntries(COLUMNS.map((column, at) => [column, values[at] ?? ""]));
    this.#out.push(
      `${JSON.stringify({ ...added, ...own, ...(raw !== undefined && { _line: raw }) })}\n`,
    );
  }

  async end(): Promise<void> {
    await this.#rows.end();
  }
}

function isObject(raw: string): boolean {
  try {
    return typeof JSON.parse(raw) === "object";
  } catch {
    return false;
  }
}

/** What a file is put together from. */
class Parts {
  readonly #parts: BlobPart[] = [];
  #text = "";

  push(text: string): void {
    this.#text += text;
    if (this.#text.length > PART_CHARACTERS) {
      this.#parts.push(new Blob([this.#text]));
      this.#text = "";
    }
  }

  into(type: string): Blob {
    return new Blob([...this.#parts, this.#text], { type });
  }
}
