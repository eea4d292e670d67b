import { LOCK } from "../../watch";
import type { ImportStatus } from "./answers";
import { ServiceProblem, type Service } from "./service";

/** What a watch needs of the page. */
export interface Watched {
  readonly service: Service;
  readonly reference: string;
  show(status: ImportStatus): void;
  /** The service was not reached, or was again. */
  reached(yes: boolean): void;
  /** The import cannot be watched with this key. */
  refused(problem: ServiceProblem): void;
}

const REFRESH_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;
/** The service writes at least every 15 s. */
const SILENCE_MS = 45_000;
/** These are of no use to ask again. */
const FINAL = ["unauthorized", "unknown-import", "not-found"];

/** Shows an import until it is done or it is stopped: by a stream, else by asking now and then. */
export async function watch(page: Watched, stopped: AbortSignal): Promise<void> {
  const watching = new Watching(page, stopped);
  while (watching.goesOn()) {
    await watching.once();
  }
}

class Watching {
  readonly #page: Watched;
  readonly #stopped: AbortSignal;
  #failures = 0;
  #isDone = false;

  constructor(page: Watched, stopped: AbortSignal) {
    this.#page = page;
    this.#stopped = stopped;
  }

  goesOn(): boolean {
    return !this.#isDone && !this.#stopped.aborted;
  }

  /** Asks, then listens as long as there is a stream. */
  async once(): Promise<void> {
    const { service, reference } = this.#page;
    const show = (status: ImportStatus) => {
      this.#show(status);
    };
    try {
      show(await service.status(reference, this.#stopped));
      if (this.goesOn()) {
        await listenIfFree(this.#page, show, this.#stopped);
      }
    } catch (problem) {
      this.#fail(problem);
    }
    if (this.goesOn()) {
      const ms = Math.min(REFRESH_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
      await pause(ms, this.#stopped);
    }
  }

  #show(status: ImportStatus): void {
    if (this.goesOn()) {
      this.#isDone = status.done;
      this.#failures = 0;
      this.#page.show(status);
      this.#page.reached(true);
    }
  }

  #fail(problem: unknown): void {
    if (!this.goesOn()) {
      return;
    }
    if (problem instanceof ServiceProblem && FINAL.includes(problem.kind)) {
      this.#isDone = true;
      this.#page.refused(problem);
      return;
    }
    this.#failures += 1;
    this.#page.reached(false);
  }
}

/** Listens unless another page does. What ends a stream is no failure: asking shows what is the matter. */
async function listenIfFree(
  page: Watched,
  show: (status: ImportStatus) => void,
  stopped: AbortSignal,
): Promise<void> {
  // Browsers know locks on secure origins only.
  const locks = navigator.locks as LockManager | undefined;
  await locks
    ?.request(LOCK, { ifAvailable: true }, (lock) => lock && listen(page, show, stopped))
    .catch(() => undefined);
}

async function listen(
  { service, reference }: Watched,
  show: (status: ImportStatus) => void,
  stopped: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const end = () => {
    ended.abort();
  };
  stopped.addEventListener("abort", end);
  let timer = setTimeout(end, SILENCE_MS);
  try {
    const reader = (await service.events(reference, ended.signal)).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      const events = (text + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      text = events.pop() ?? "";
      for (const status of events.map(statusIn)) {
        if (status !== null) {
          show(status);
        }
      }
    }
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener("abort", end);
    end();
  }
}

/** What an event says; null when it says nothing. */
export function statusIn(event: string): ImportStatus | null {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""));
  try {
    return data.length === 0 ? null : (JSON.parse(data.join("\n")) as ImportStatus);
  } catch {
    return null;
  }
}

export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
