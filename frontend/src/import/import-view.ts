import { announce } from "../announce";
import type { Elements } from "./elements";
import { ErrorDownload } from "./error-download";
import { fill, type Sentences } from "./sentences";
import type { ImportStatus, Understood } from "./service/answers";
import { OUTCOMES, RowProgress } from "./service/progress";
import { ServiceProblem, type Service } from "./service/service";
import { watch } from "./service/watch";

/** An import that is followed, and what is known of it already. */
export interface Followed {
  readonly service: Service;
  readonly reference: string;
  readonly rows?: number;
  readonly understood?: Understood;
  /** What was imported, unless the page was loaded again. */
  readonly file?: File;
}

/** When no row is decided for so long, the page says that it waits. */
const STILL_AFTER_MS = 20_000;
/** Those who listen hear of the progress so many times. */
const STEPS = 4;

/** Shows what becomes of an import. */
export class ImportView {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  readonly #refused: (problem: ServiceProblem) => void;
  #followed: Followed | null = null;
  #progress = new RowProgress(null);
  #last: ImportStatus | null = null;
  readonly #errors: ErrorDownload;
  #watching: AbortController | null = null;
  #step = 0;
  #still: ReturnType<typeof setTimeout> | undefined;

  constructor(
    elements: Elements,
    sentences: Sentences,
    refused: (problem: ServiceProblem) => void,
  ) {
    this.#elements = elements;
    this.#sentences = sentences;
    this.#refused = refused;
    elements.get("outcome-cancel").addEventListener("click", () => void this.#cancel());
    this.#errors = new ErrorDownload(elements, sentences);
    // Nothing is watched that cannot be seen: a tab holds a connection, of which a browser has few.
    document.addEventListener("visibilitychange", () => {
      this.#watchIfVisible();
    });
    addEventListener("pagehide", () => this.#watching?.abort());
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) {
        this.#watchIfVisible();
      }
    });
  }

  follow(followed: Followed): void {
    this.#followed = followed;
    this.#progress = new RowProgress(followed.rows ?? null);
    this.#last = null;
    this.#step = 0;
    // What was shown of another one.
    this.#elements.list("outcome-counts", []);
    this.#elements.say("outcome-message", "");
    this.#elements.say("outcome-file", "");
    const { t } = this.#sentences;
    this.#elements.say("lead", t.shown.followed);
    const { processing } = t.outcome.titles;
    const isSent = followed.rows !== undefined;
    this.#elements.say("outcome-title", isSent ? processing : t.outcome.opening);
    this.#elements.say("outcome-said", isSent ? t.outcome.starting : "");
    this.#elements.fill("outcome-bar", null);
    this.#elements.show("outcome-bar", true);
    this.#offerToCancel();
    this.#elements.show("outcome-cancel", isSent);
    this.#elements.show("another", false);
    this.#elements.show("outcome", true);
    this.#elements.get("outcome-title").focus();
    this.#watchIfVisible();
  }

  /** Nothing of an import is shown any more. */
  end(): void {
    this.#watching?.abort();
    clearTimeout(this.#still);
    this.#followed = null;
    this.#elements.show("outcome", false);
    this.#errors.hide();
  }

  #watchIfVisible(): void {
    this.#watching?.abort();
    const followed = this.#followed;
    if (document.visibilityState !== "visible" || followed === null || this.#last?.done === true) {
      return;
    }
    this.#watching = new AbortController();
    const page = {
      ...followed,
      show: (status: ImportStatus) => {
        this.#show(status);
      },
      reached: (yes: boolean) => {
        const { reconnecting } = this.#sentences.t.outcome;
        this.#elements.say("outcome-connection", yes ? "" : reconnecting);
      },
      refused: (problem: ServiceProblem) => {
        this.end();
        this.#refused(problem);
      },
    };
    void watch(page, this.#watching.signal);
  }

  #show(status: ImportStatus): void {
    const shown = this.#progress.update(status);
    if (shown === null) {
      return;
    }
    const { t } = this.#sentences;
    const elements = this.#elements;
    const before = this.#last?.status;
    this.#last = status;
    elements.say("outcome-title", t.outcome.titles[status.status]);
    elements.say("outcome-message", this.#sentences.outcome(status));
    elements.say("outcome-file", status.file_name ?? "");
    // Nothing is to be seen of a bar at its beginning.
    elements.fill("outcome-bar", shown.fraction === 0 ? null : shown.fraction);
    elements.show("outcome-bar", !status.done);
    elements.list(
      "outcome-counts",
      [...OUTCOMES, "waiting" as const].map((outcome) => [
        t.outcome[outcome],
        this.#sentences.number(shown.counts[outcome]),
      ]),
    );
    elements.say("outcome-said", this.#said(status, shown));
    if (shown.isNew) {
      this.#waitForMore(status);
    }
    elements.show("outcome-cancel", !status.done && status.status !== "cancelled");
    elements.show("another", status.done);
    const step = Math.floor((shown.fraction ?? 0) * STEPS);
    if (before !== status.status) {
      announce(t.outcome.titles[status.status]);
    } else if (step > this.#step && !status.done) {
      announce(fill(t.outcome.progress, { percent: this.#sentences.percent(shown.fraction ?? 0) }));
    }
    this.#step = Math.max(this.#step, step);
    if (status.done && this.#followed !== null) {
      this.#errors.show(this.#followed, status);
    }
  }

  #waitForMore({ done }: ImportStatus): void {
    clearTimeout(this.#still);
    this.#elements.say("outcome-still", "");
    if (!done) {
      this.#still = setTimeout(() => {
        this.#elements.say("outcome-still", this.#sentences.t.outcome.still);
      }, STILL_AFTER_MS);
    }
  }

  #said(
    { done, rows_per_second: rowsPerSecond }: ImportStatus,
    { fraction, secondsLeft }: NonNullable<ReturnType<RowProgress["update"]>>,
  ): string {
    const { t } = this.#sentences;
    if (rowsPerSecond === undefined) {
      return done ? "" : t.outcome.starting;
    }
    const rate = fill(t.outcome.rate, { rows: this.#sentences.number(rowsPerSecond) });
    if (done || fraction === null) {
      return rate;
    }
    return secondsLeft === null
      ? rate
      : fill(t.outcome.left, { rate, time: this.#sentences.time(secondsLeft) });
  }

  async #cancel(): Promise<void> {
    const followed = this.#followed;
    const button = this.#elements.button("outcome-cancel");
    if (followed === null || button.ariaDisabled === "true") {
      return;
    }
    const { t } = this.#sentences;
    button.ariaDisabled = "true";
    button.textContent = t.work.cancelling;
    announce(t.work.cancelling);
    try {
      await followed.service.cancel(followed.reference, new AbortController().signal);
      // It is carried out with the rows, so the button says so until it is gone.
      this.#elements.get("outcome-title").focus();
    } catch (problem) {
      this.#offerToCancel();
      const known = problem instanceof ServiceProblem ? problem : null;
      this.#elements.say(
        "outcome-connection",
        known?.kind === "unauthorized" ? t.problems.unauthorized : t.outcome.not_cancelled,
      );
    }
  }

  #offerToCancel(): void {
    const button = this.#elements.button("outcome-cancel");
    button.ariaDisabled = null;
    button.textContent = this.#sentences.t.outcome.cancel;
  }
}
