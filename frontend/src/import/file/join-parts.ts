import type { Row } from "./csv";

/** A row that did not make it, as the service says it. */
export interface FailedRow {
  readonly number: number;
  readonly values: readonly string[];
  /** Where, which rule, and what to do. */
  readonly why: readonly string[];
}

/** What an error file has beside the columns of a file. */
export const ADDED = ["_row", "_column", "_code", "_advice"] as const;

/** Strings are put together so far before they become a part of the file. */
const PART_CHARACTERS = 256 * 1024;

/** The rows of a file in their order, of which some are asked for, in their order too. */
export class RowsInOrder {
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

/** What a file is put together from. */
export class Parts {
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
