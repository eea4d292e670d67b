import type { Elements } from "./elements";
import { fill, type Sentences } from "./sentences";
import { ByteProgress } from "./service/progress";
import type { Upload } from "./service/service";

/** Without progress for so long, the page says that it goes on all the same. */
const SLOW_AFTER_MS = 8000;
/** Longer than the service takes nothing of an upload before it ends it: nothing arrives there any more. */
const STALLED_AFTER_MS = 6 * 60_000;
/** Longer than the service's proxy waits for an answer to a file that is sent. */
const UNANSWERED_AFTER_MS = 11 * 60_000;

/** Shows how far a file is sent. */
export class UploadView {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
  }

  /** Of the beginning of a file no bytes are shown: they would be taken for those of the file. */
  begin(title: string, bytes: number | null, stopped: AbortSignal, stalled: () => void): Upload {
    const elements = this.#elements;
    const progress = new ByteProgress(bytes ?? 0, performance.now());
    elements.say("work-title", title);
    elements.say("work-said", "");
    elements.say("work-cancel", this.#sentences.t.work.cancel);
    elements.button("work-cancel").disabled = false;
    elements.fill("work-bar", null);
    elements.show("work", true);
    const progressed = (sent: number) => {
      const shown = progress.update(sent, performance.now());
      if (bytes !== null) {
        elements.fill("work-bar", shown.fraction);
        elements.say("work-said", this.#said(shown, bytes));
      }
      this.#waitForMore(shown.sent === bytes, stalled);
    };
    progressed(0);
    return { progressed, stopped };
  }

  cancelling(): void {
    this.#stopWaiting();
    this.#elements.fill("work-bar", null);
    this.#elements.say("work-said", this.#sentences.t.work.cancelling);
    this.#elements.button("work-cancel").disabled = true;
  }

  end(): void {
    this.#stopWaiting();
    this.#elements.show("work", false);
  }

  #said({ sent, secondsLeft }: ReturnType<ByteProgress["update"]>, total: number): string {
    const { t } = this.#sentences;
    if (sent === total) {
      return t.work.confirming;
    }
    const [sentSize, totalSize] = [this.#sentences.size(sent), this.#sentences.size(total)];
    const bytes = fill(t.work.bytes, { sent: sentSize, total: totalSize });
    return secondsLeft === null
      ? bytes
      : fill(t.work.left, { bytes, time: this.#sentences.time(secondsLeft) });
  }

  #waitForMore(isSent: boolean, stalled: () => void): void {
    this.#stopWaiting();
    if (isSent) {
      this.#timers = [setTimeout(stalled, UNANSWERED_AFTER_MS)];
      return;
    }
    const sayThatItIsSlow = () => {
      const { slow, offline } = this.#sentences.t.work;
      this.#elements.say("work-slow", navigator.onLine ? slow : offline);
    };
    this.#timers = [
      setTimeout(sayThatItIsSlow, SLOW_AFTER_MS),
      setTimeout(stalled, STALLED_AFTER_MS),
    ];
  }

  #stopWaiting(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#elements.say("work-slow", "");
  }
}
