import { COLUMNS, type Understood } from "../service/answers";
import { shownName } from "./columns";
import { protect, unprotect, written, type Row } from "./csv";
import { ADDED, RowsInOrder, type FailedRow, type Parts } from "./join-parts";
import { isSameRow } from "./same-row";

/** Excel takes a file for UTF-8 by this mark alone. */
const BYTE_ORDER_MARK = "\ufeff";
/** With another one the service would not recognise the file by itself. */
const FOUND_DELIMITERS = [",", ";", "\t", "|"];

/** Rows of CSV, with what is added in front of their own cells. */
export class CsvJoin {
  readonly type = "text/csv;charset=utf-8";
  readonly extension = "csv";
  unmatched = 0;
  readonly #rows: RowsInOrder;
  readonly #out: Parts;
  readonly #delimiter: string;
  /** The file is an error file, whose own columns give way and whose cells are protected. */
  readonly #wasErrorFile: boolean;
  readonly #added: ReadonlySet<number>;
  readonly #width: number;
  /** Where the three columns are. */
  readonly #used: readonly number[];

  private constructor(
    rows: RowsInOrder,
    header: readonly string[],
    understood: Understood,
    out: Parts,
  ) {
    this.#rows = rows;
    this.#out = out;
    const found = understood.delimiter ?? ",";
    this.#delimiter = FOUND_DELIMITERS.includes(found) ? found : ",";
    const names = header.map((name) => name.trim());
    const added = names.filter((name) => (ADDED as readonly string[]).includes(name));
    // Other programs call a column of theirs so, too.
    this.#wasErrorFile = names.includes("_row") && added.length > 1;
    const isAdded = (name: string) => this.#wasErrorFile && added.includes(name);
    this.#added = new Set(names.flatMap((name, at) => (isAdded(name) ? [at] : [])));
    this.#width = names.reduce((width, name, at) => (name === "" ? width : at + 1), 0);
    this.#used = COLUMNS.map((column) => {
      const called = understood.columns.find((used) => used.column === column)?.name ?? column;
      return names.findIndex((name) => shownName(name) === called);
    });
    if (this.#used.includes(-1)) {
      // As with quotation marks of another kind: the service's three values are better than none.
      throw new Error("The file has other columns than the service read.");
    }
    this.#write([...ADDED], this.#kept(header.slice(0, this.#width)));
  }

  static async begin(
    rows: AsyncGenerator<Row>,
    understood: Understood,
    out: Parts,
  ): Promise<CsvJoin> {
    const all = new RowsInOrder(rows);
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
    // A broken cell keeps its quotation marks: the row must not become valid by being read differently.
    const own = row?.isBroken === true ? [] : this.#used.map((at) => row?.cells[at] ?? "");
    if (row !== null && isSameRow(values, own)) {
      return this.#kept(row.cells);
    }
    // Another row: of the one that is meant, the service has the three values.
    this.unmatched += 1;
    const whole = Array.from({ length: this.#width }, (_, at) => {
      const used = this.#used.indexOf(at);
      return used < 0 ? "" : (values[used] ?? "");
    });
    return whole.filter((_, at) => !this.#added.has(at));
  }

  /** Without the columns of an earlier error file. */
  #kept(cells: readonly string[]): string[] {
    const kept = cells.filter((_, at) => !this.#added.has(at));
    return this.#wasErrorFile ? kept.map(unprotect) : kept;
  }

  #write(added: readonly string[], cells: readonly string[]): void {
    const line = [...added, ...cells].map((cell) => written(protect(cell), this.#delimiter));
    this.#out.push(`${line.join(this.#delimiter)}\r\n`);
  }
}
