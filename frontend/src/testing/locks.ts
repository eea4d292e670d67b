type Use = () => Promise<void>;

/** The locks of a browser, which its windows share: one uses a lock, the next ones wait. */
export class LocksDouble {
  #used = false;
  readonly #waiting: (() => void)[] = [];

  request(_name: string, { signal }: { signal: AbortSignal }, use: Use): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        if (signal.aborted) {
          reject(new DOMException("Aborted", "AbortError"));
          this.#waiting.shift()?.();
          return;
        }
        this.#used = true;
        void use().then(() => {
          this.#used = false;
          resolve();
          this.#waiting.shift()?.();
        });
      };
      if (this.#used) {
        this.#waiting.push(turn);
      } else {
        turn();
      }
    });
  }

  /** As another window would, until it returns the lock. */
  takeElsewhere(): () => void {
    let release: () => void = () => undefined;
    const use = () => new Promise<void>((resolve) => (release = resolve));
    void this.request("", { signal: new AbortController().signal }, use);
    return () => {
      release();
    };
  }
}
