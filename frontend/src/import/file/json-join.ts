import { COLUMNS, type Understood } from "../service/answers";
import { shownName } from "./columns";
import type { Row } from "./csv";
import { ADDED, RowsInOrder, type FailedRow, type Parts } from "./join-parts";
import { isSameRow } from "./same-row";

/** The beginning of an object, with what an earlier error file has put there. */
const ADDED_BEFORE =
  /^\{\s*(?:"_row":\d+,"_column":"(?:[^"\\]|\\.)*","_code":"(?:[^"\\]|\\.)*","_advice":"(?:[^"\\]|\\.)*",?)?/;

/** One object a line, with what is added in front of the object's own members, which stay as they are. */
export class JsonJoin {
  readonly type = "application/x-ndjson";
  readonly extension = "ndjson";
  unmatched = 0;
  readonly #rows: RowsInOrder;
  readonly #columns: Understood["columns"];
  readonly #out: Parts;

  constructor(rows: AsyncGenerator<Row>, { columns }: Understood, out: Parts) {
    this.#rows = new RowsInOrder(rows);
    this.#columns = columns;
    this.#out = out;
  }

  async add({ number, values, why }: FailedRow): Promise<void> {
    const raw = (await this.#rows.find(number))?.raw;
    const added = Object.fromEntries(ADDED.map((name, at) => [name, at ? why[at - 1] : number]));
    const head = JSON.stringify(added).slice(0, -1);
    const members = raw?.startsWith("{") === true ? membersOf(raw) : null;
    const isSame = isSameRow(values, members === null ? [] : this.#own(members, values, why));
    if (raw !== undefined && members !== null && isSame) {
      const object = raw.replace(ADDED_BEFORE, "").trim();
      this.#out.push(object === "}" ? `${head}}\n` : `${head},${object}\n`);
      return;
    }
    // Of another row than the one that is meant, the service has the three values.
    const line = isSame ? raw : undefined;
    this.unmatched += line === undefined ? 1 : 0;
    const own = Object.fromEntries(COLUMNS.map((column, at) => [column, values[at] ?? ""]));
    this.#out.push(
      `${JSON.stringify({ ...added, ...own, ...(line !== undefined && { _line: line }) })}\n`,
    );
  }

  /** The three values of an object; of what is written differently once it is parsed, the listed ones. */
  #own(
    members: Readonly<Record<string, unknown>>,
    listed: readonly string[],
    [columns = "", codes = ""]: readonly string[],
  ): string[] {
    const doubled = codes.split(" ").includes("doubled") ? columns.split(" ") : [];
    return COLUMNS.map((column, at) => {
      const names = this.#columns.filter((used) => used.column === column).map(({ name }) => name);
      const found = Object.entries(members).find(([name]) => names.includes(shownName(name)));
      const value = found?.[1] ?? "";
      const isComparable = typeof value === "string" && !doubled.includes(column);
      return isComparable ? value : (listed[at] ?? "");
    });
  }

  async end(): Promise<void> {
    await this.#rows.end();
  }
}

function membersOf(raw: string): Record<string, unknown> | null {
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return null;
  }
}
