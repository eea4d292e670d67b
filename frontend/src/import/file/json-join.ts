import { COLUMNS } from "../service/answers";
import type { Row } from "./csv";
import { ADDED, RowsInOrder, type FailedRow, type Parts } from "./join-parts";

/** The beginning of an object, with what an earlier error file has put there. */
const ADDED_BEFORE =
  /^\{\s*(?:"_row":\d+,"_column":"(?:[^"\\]|\\.)*","_code":"(?:[^"\\]|\\.)*","_advice":"(?:[^"\\]|\\.)*",?)?/;

/** One object a line, with what is added in front of the object's own members, which stay as they are. */
export class JsonJoin {
  readonly type = "application/x-ndjson";
  readonly extension = "ndjson";
  unmatched = 0;
  readonly #rows: RowsInOrder;
  readonly #out: Parts;

  constructor(rows: AsyncGenerator<Row>, out: Parts) {
    this.#rows = new RowsInOrder(rows);
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
