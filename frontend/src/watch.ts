import { isFinal, isSame, statusInEvent, type RegistrationStatus } from "./registration-status";

/** What a watch needs of the page. */
export interface Watched {
  /** The address of the stream. */
  readonly events: string;
  /** What the page shows now. */
  status(): RegistrationStatus;
  /** How long to wait before looking without a stream. */
  refreshMs(): number;
  /** Whether the page shows what changes without an event, such as how long the queue is. */
  changesSilently(): boolean;
  /** Shows what the service says now, unless stopped; false when it could not be reached. */
  look(stopped: AbortSignal): Promise<boolean>;
  /** The service was not reached, or was again. */
  reached(yes: boolean): void;
}

const LONGEST_PAUSE_MS = 60_000;
const FAILURES_OF_A_STREAM = 3;

/**
 * Who holds it may have a stream. Browsers open six connections to a host, for all windows together, and
 * one more window would not even load: so one has a stream, and the others look now and then. Browsers
 * know locks on secure origins only; elsewhere all look.
 */
export const LOCK = "registrar-events";

/**
 * Keeps a page up to date until its registration has a final outcome: by a stream, else by looking.
 * Stopped once, it does nothing any more.
 */
export class Watch {
  readonly #page: Watched;
  readonly #stopped = new AbortController();
  /** Whether the stream works: it sends the status as soon as it is open, unless a proxy holds that back. */
  #heard = false;
  #streamFailures = 0;
  #lookFailures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  /** A look was asked for while another was under way. */
  #again = false;

  constructor(page: Watched) {
    this.#page = page;
  }

  start(): void {
    if (isFinal(this.#page.status())) {
      this.stop();
      return;
    }
    this.#waitForStream();
    this.#lookLater();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  /**
   * Looks at once, or once more after the look that is under way: of two at a time, the answer that
   * is older could come last, and a final status, after which nothing is asked, would be replaced.
   */
  async lookNow(): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) {
      return;
    }
    if (this.#looking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = true;
    this.#again = false;
    const reached = await this.#page.look(signal);
    this.#looking = false;
    if (signal.aborted as boolean) {
      return;
    }
    this.#page.reached(reached);
    this.#lookFailures = reached ? 0 : this.#lookFailures + 1;
    if (isFinal(this.#page.status())) {
      this.stop();
    } else if (this.#again as boolean) {
      void this.lookNow();
    } else {
      this.#lookLater();
    }
  }

  #waitForStream(): void {
    const locks = navigator.locks as LockManager | undefined;
    if (!locks || !("EventSource" in window)) {
      return;
    }
    const { signal } = this.#stopped;
    locks
      .request(LOCK, { signal }, () => this.#listen())
      .catch(() => {
        // Stopped before its turn, or forbidden by the student's settings: it looks all the same.
      });
  }

  /** Until it is stopped, or the stream gives up. */
  #listen(): Promise<void> {
    if (this.#stopped.signal.aborted) {
      return Promise.resolve();
    }
    const stream = new EventSource(this.#page.events);
    stream.addEventListener("status", ({ data }: MessageEvent<string>) => {
      this.#streamFailures = 0;
      this.#heard = true;
      const sent = statusInEvent(data);
      if (sent && !isSame(sent, this.#page.status())) {
        void this.lookNow();
      } else {
        this.#lookLater();
      }
    });
    return new Promise((resolve) => {
      const close = () => {
        stream.close();
        resolve();
      };
      this.#stopped.signal.addEventListener("abort", close);
      stream.addEventListener("error", () => {
        this.#streamFailures += 1;
        // Closed for good, or a browser that tries again and again in vain.
        if (
          stream.readyState === EventSource.CLOSED ||
          this.#streamFailures >= FAILURES_OF_A_STREAM
        ) {
          close();
        }
        this.#heard = false;
        this.#lookLater();
      });
    });
  }

  /** While no stream reports changes, after a look that failed, and where no event would come. */
  #lookLater(): void {
    clearTimeout(this.#timer);
    if (this.#stopped.signal.aborted) {
      return;
    }
    if (this.#heard && this.#lookFailures === 0 && !this.#page.changesSilently()) {
      return;
    }
    const pause = Math.min(this.#page.refreshMs() * 2 ** this.#lookFailures, LONGEST_PAUSE_MS);
    this.#timer = setTimeout(() => void this.lookNow(), pause);
  }
}
