import { announce } from "../announce";
import type { Elements } from "./elements";
import { joinErrorFile, nameOfErrorFile } from "./error-file";
import { onFileChosen } from "./file-choice";
import { OUTCOMES, RowProgress } from "./progress";
import { fill, type Sentences } from "./sentences";
import { ServiceProblem, type ImportStatus, type Service, type Understood } from "./service";
import { isFileOf } from "./same-file";
import { watch } from "./watch";

/** An import that is followed, and what is known of it already. */
export interface Followed {
  readonly service: Service;
  readonly reference: string;
  readonly rows?: number;
  readonly understood?: Understood;
  /** What was imported, unless the page was loaded again. */
  readonly file?: File;
}

/** How long a browser may take to save a file. */
const SAVED_WITHIN_MS = 60_000;
/** Those who listen hear of the progress so many times. */
const STEPS = 4;

/** Shows what becomes of an import, and hands its error file out. */
export class ImportView {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  readonly #refused: (problem: ServiceProblem) => void;
  #followed: Followed | null = null;
  #progress = new RowProgress(null);
  #last: ImportStatus | null = null;
  #file: File | null = null;
  #watching: AbortController | null = null;
  #step = 0;

  constructor(
    elements: Elements,
    sentences: Sentences,
    refused: (problem: ServiceProblem) => void,
  ) {
    this.#elements = elements;
    this.#sentences = sentences;
    this.#refused = refused;
    elements.get("outcome-cancel").addEventListener("click", () => void this.#cancel());
    elements.get("download").addEventListener("click", () => void this.#download(this.#file));
    elements.get("download-bare").addEventListener("click", () => void this.#download(null));
    onFileChosen(elements, { input: "again", drop: "failed-again" }, ([file]) => {
      if (file !== undefined) {
        void this.#chooseAgain(file);
      }
    });
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
    this.#file = followed.file ?? null;
    this.#progress = new RowProgress(followed.rows ?? null);
    this.#last = null;
    this.#step = 0;
    // What was shown of another one.
    this.#elements.list("outcome-counts", []);
    this.#elements.say("outcome-message", "");
    this.#elements.say("outcome-file", "");
    const { t } = this.#sentences;
    this.#elements.say("outcome-title", t.outcome.titles.processing);
    this.#elements.say("outcome-said", t.outcome.starting);
    this.#elements.fill("outcome-bar", null);
    this.#elements.show("outcome", true);
    this.#elements.get("outcome-title").focus();
    this.#watchIfVisible();
  }

  /** Nothing of an import is shown any more. */
  end(): void {
    this.#watching?.abort();
    this.#followed = null;
    this.#file = null;
    this.#elements.show("outcome", false);
    this.#elements.show("failed", false);
    this.#elements.say("failed-said", "");
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
    elements.say("outcome-message", t.outcome.messages[status.status]);
    elements.say("outcome-file", status.file_name ?? "");
    elements.fill("outcome-bar", shown.fraction);
    elements.show("outcome-bar", !status.done);
    elements.list(
      "outcome-counts",
      [...OUTCOMES, "waiting" as const].map((outcome) => [
        t.outcome[outcome],
        this.#sentences.number(shown.counts[outcome]),
      ]),
    );
    elements.say("outcome-said", this.#said(status, shown));
    elements.show("outcome-cancel", !status.done && status.status !== "cancelled");
    elements.show("another", status.done);
    const step = Math.floor((shown.fraction ?? 0) * STEPS);
    if (before !== status.status) {
      announce(t.outcome.titles[status.status]);
    } else if (step > this.#step && !status.done) {
      announce(fill(t.outcome.progress, { percent: this.#sentences.percent(shown.fraction ?? 0) }));
    }
    this.#step = Math.max(this.#step, step);
    if (status.done) {
      this.#showFailed(status);
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

  #showFailed({ rejected, invalid, on_hold: onHold }: ImportStatus): void {
    const failed = rejected + invalid + onHold;
    const rows = this.#sentences.number(failed);
    this.#elements.say("failed-lead", fill(this.#sentences.t.failed.lead, { rows }));
    this.#elements.show("failed", failed > 0);
    this.#elements.show("failed-again", this.#file === null);
    this.#elements.show("download", this.#file !== null);
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
      this.#elements.get("outcome-title").focus();
    } catch (problem) {
      const known = problem instanceof ServiceProblem ? problem : null;
      this.#elements.say(
        "outcome-connection",
        known === null ? t.problems.other : this.#sentences.problem(known),
      );
    }
    button.ariaDisabled = null;
    button.textContent = t.outcome.cancel;
  }

  async #chooseAgain(file: File): Promise<void> {
    const status = this.#last;
    if (status === null) {
      return;
    }
    if (!(await isFileOf(file, status))) {
      this.#elements.say("failed-said", this.#sentences.t.failed.other_file);
      return;
    }
    this.#file = file;
    this.#showFailed(status);
    this.#elements.get("download").focus();
    await this.#download(file);
  }

  /** Saves the rows that did not make it, with the columns of the file when there is one. */
  async #download(file: File | null): Promise<void> {
    const followed = this.#followed;
    if (followed === null) {
      return;
    }
    const { failed, problems } = this.#sentences.t;
    this.#elements.say("failed-said", failed.preparing);
    try {
      const errors = await followed.service.errorFile(followed.reference);
      const understood = this.#last?.understood ?? followed.understood;
      const name = this.#last?.file_name ?? file?.name ?? "";
      const joined =
        file && understood
          ? await joinErrorFile(errors, file, name, understood).catch(() => null)
          : null;
      save(joined?.blob ?? errors, joined?.name ?? nameOfErrorFile(name));
      const unmatched = this.#sentences.number(joined?.unmatched ?? 0);
      this.#elements.say(
        "failed-said",
        file && !joined
          ? failed.not_joined
          : joined && joined.unmatched > 0
            ? fill(failed.unmatched, { rows: unmatched })
            : failed.ready,
      );
    } catch (problem) {
      const known = problem instanceof ServiceProblem ? problem : null;
      const sentence = known === null ? problems.other : this.#sentences.problem(known);
      this.#elements.say("failed-said", sentence);
    }
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, SAVED_WITHIN_MS);
}
