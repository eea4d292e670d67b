import type { Elements } from "./elements";
import { fill, type Sentences } from "./sentences";
import { ByteProgress } from "./service/progress";
import type { Upload } from "./service/service";

/** Without progress for so long, the page says that it goes on all the same. */
const SLOW_AFTER_MS = 8000;

/** Shows how far a file is sent. */
export class UploadView {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  #slow: ReturnType<typeof setTimeout> | undefined;

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
  }

  begin(title: string, bytes: number, stopped: AbortSignal): Upload {
    const elements = this.#elements;
    const progress = new ByteProgress(bytes, performance.now());
    elements.say("work-title", title);
    elements.say("work-cancel", this.#sentences.t.work.cancel);
    elements.button("work-cancel").disabled = false;
    elements.show("work", true);
    const progressed = (sent: number) => {
      const shown = progress.update(sent, performance.now());
      elements.fill("work-bar", shown.fraction);
      elements.say("work-said", this.#said(shown, bytes));
      this.#waitForMore();
    };
    progressed(0);
    return { progressed, stopped };
  }

  cancelling(): void {
    clearTimeout(this.#slow);
    this.#elements.say("work-slow", "");
    this.#elements.fill("work-bar", null);
    this.#elements.say("work-said", this.#sentences.t.work.cancelling);
    this.#elements.button("work-cancel").disabled = true;
  }

  /** The focus is on what is about to go. */
  hasFocus(): boolean {
    return this.#elements.get("work").contains(document.activeElement);
  }

  end(): void {
    clearTimeout(this.#slow);
    this.#elements.say("work-slow", "");
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

  #waitForMore(): void {
    clearTimeout(this.#slow);
    this.#elements.say("work-slow", "");
    this.#slow = setTimeout(() => {
      this.#elements.say("work-slow", this.#sentences.t.work.slow);
    }, SLOW_AFTER_MS);
  }
}
