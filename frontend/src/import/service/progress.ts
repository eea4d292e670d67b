import type { ImportStatus } from "./answers";

/** How far the bytes of a file have come. */
export interface BytesShown {
  readonly sent: number;
  readonly fraction: number;
  /** Null until there is something to reckon from. */
  readonly secondsLeft: number | null;
}

/** How far the rows of an import have come. */
export interface RowsShown {
  readonly counts: Counts;
  /** Null while it is not known how many rows there are. */
  readonly fraction: number | null;
  readonly secondsLeft: number | null;
  /** More rows are decided than before. */
  readonly isNew: boolean;
}

export const OUTCOMES = ["registered", "unchanged", "rejected", "invalid", "on_hold"] as const;

export type Counts = Record<(typeof OUTCOMES)[number] | "waiting", number>;

/** Sooner than this a rate says nothing. */
const RATE_FROM_MS = 2000;

/** Bytes on their way, which never become fewer. */
export class ByteProgress {
  readonly #total: number;
  readonly #startedMs: number;
  #sent = 0;

  constructor(total: number, nowMs: number) {
    this.#total = total;
    this.#startedMs = nowMs;
  }

  update(sent: number, nowMs: number): BytesShown {
    // A browser counts what is around the file, too, and begins anew when it repeats a request.
    this.#sent = Math.max(this.#sent, Math.min(sent, this.#total));
    const tookMs = nowMs - this.#startedMs;
    const left = this.#total - this.#sent;
    const isKnown = tookMs >= RATE_FROM_MS && this.#sent > 0;
    return {
      sent: this.#sent,
      fraction: this.#total === 0 ? 1 : this.#sent / this.#total,
      secondsLeft: isKnown ? (left * tookMs) / this.#sent / 1000 : null,
    };
  }
}

/** Rows by what became of them, of which never fewer are decided. */
export class RowProgress {
  #total: number | null;
  #decided = -1;
  #fraction: number | null = null;

  /** The rows of the file, when the answer to the upload has said how many. */
  constructor(total: number | null) {
    this.#total = total;
  }

  /** What to show now; null when it is older than what is shown already. */
  update(status: ImportStatus): RowsShown | null {
    const decided = OUTCOMES.reduce((sum, outcome) => sum + status[outcome], 0);
    if (decided < this.#decided && !status.done) {
      return null;
    }
    const isNew = decided > this.#decided || status.done;
    this.#decided = decided;
    this.#total = status.rows ?? this.#total;
    const waiting = this.#total === null ? status.waiting : Math.max(this.#total - decided, 0);
    if (this.#total !== null) {
      const fraction = this.#total === 0 ? 1 : Math.min(decided / this.#total, 1);
      this.#fraction = Math.max(this.#fraction ?? 0, fraction);
    }
    const rate = status.rows_per_second ?? 0;
    return {
      isNew,
      counts: { ...pick(status), waiting },
      fraction: status.done ? 1 : this.#fraction,
      secondsLeft: rate > 0 && waiting > 0 && this.#total !== null ? waiting / rate : null,
    };
  }
}

function pick({ registered, unchanged, rejected, invalid, on_hold }: ImportStatus) {
  return { registered, unchanged, rejected, invalid, on_hold };
}
