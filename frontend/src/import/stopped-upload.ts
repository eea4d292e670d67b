import { ServiceProblem, type Service } from "./service/service";
import { pause } from "./service/watch";

/** An import is listed once its first rows were seen. */
const LISTED_WITHIN_TRIES = 10;
const LISTED_AGAIN_MS = 1000;

/** Cancels what comes of an upload that is stopped, whose reference is never answered. */
export class StoppedUpload {
  readonly #service: Service;
  readonly #fileName: string;
  /** The imports that were there before it; null when they are not known. */
  readonly #others: Promise<ReadonlySet<string> | null>;

  /** For an upload that begins now, and does not wait for this. */
  constructor(service: Service, fileName: string, stopped: AbortSignal) {
    this.#service = service;
    this.#fileName = fileName;
    this.#others = service.newest(stopped).then(
      (listed) => new Set(listed.map(({ reference }) => reference)),
      () => null,
    );
  }

  /** Cancels the import; its reference. What could be another's import is left alone. */
  async cancel(): Promise<string> {
    const before = await this.#others;
    const { signal } = new AbortController();
    for (let tries = 0; tries < LISTED_WITHIN_TRIES; tries += 1) {
      const listed = await this.#service.newest(signal).catch(() => []);
      const [own, ...others] = listed.filter(
        ({ reference, file_name: name, done }) =>
          before?.has(reference) === false && name === this.#fileName && !done,
      );
      if (own !== undefined && others.length === 0) {
        await this.#service.cancel(own.reference, signal);
        return own.reference;
      }
      await pause(LISTED_AGAIN_MS, signal);
    }
    throw new ServiceProblem("upload_stopped", null, "");
  }
}
