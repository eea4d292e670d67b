import type { Elements } from "./elements";
import { onFileChosen } from "./file-choice";
import { joinErrorFile, nameOfErrorFile } from "./file/error-file";
import { isFileOf } from "./file/same-file";
import { fill, type Sentences } from "./sentences";
import type { ImportStatus, Understood } from "./service/answers";
import { ServiceProblem, type Service } from "./service/service";

/** How long a browser may take to save a file. */
const SAVED_WITHIN_MS = 60_000;

/** An import, and what the page has of its file. */
interface Imported {
  readonly service: Service;
  readonly reference: string;
  readonly understood?: Understood;
  /** What was imported, unless the page was loaded again. */
  readonly file?: File;
}

/** Saves the rows that did not make it. */
export class ErrorDownload {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  #import: Imported | null = null;
  #status: ImportStatus | null = null;
  #file: File | null = null;

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
    elements.get("download").addEventListener("click", () => void this.#download(this.#file));
    elements.get("download-bare").addEventListener("click", () => void this.#download(null));
    onFileChosen(elements, { input: "again", drop: "failed-again" }, ([file]) => {
      if (file !== undefined) {
        void this.#chooseAgain(file);
      }
    });
  }

  show(imported: Imported, status: ImportStatus): void {
    this.#import = imported;
    this.#status = status;
    this.#file = imported.file ?? null;
    const failed = status.rejected + status.invalid + status.on_hold;
    const rows = this.#sentences.number(failed);
    this.#elements.say("failed-lead", fill(this.#sentences.t.failed.lead, { rows }));
    this.#elements.show("failed", failed > 0);
    this.#offer();
  }

  hide(): void {
    this.#import = null;
    this.#file = null;
    this.#elements.show("failed", false);
    this.#elements.say("failed-said", "");
  }

  #offer(): void {
    this.#elements.show("failed-again", this.#file === null);
    this.#elements.show("download", this.#file !== null);
  }

  async #chooseAgain(file: File): Promise<void> {
    const status = this.#status;
    if (status === null) {
      return;
    }
    if (!(await isFileOf(file, status))) {
      this.#elements.say("failed-said", this.#sentences.t.failed.other_file);
      return;
    }
    this.#file = file;
    this.#offer();
    this.#elements.get("download").focus();
    await this.#download(file);
  }

  /** Saves the rows that did not make it, with the columns of the file when there is one. */
  async #download(file: File | null): Promise<void> {
    const imported = this.#import;
    if (imported === null) {
      return;
    }
    const { failed, problems } = this.#sentences.t;
    this.#elements.say("failed-said", failed.preparing);
    try {
      const errors = await imported.service.errorFile(imported.reference);
      const understood = this.#status?.understood ?? imported.understood;
      const name = this.#status?.file_name ?? file?.name ?? "";
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
      const sentence =
        known?.kind === "unauthorized" ? problems.unauthorized : failed.not_downloaded;
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
