import { announce } from "../announce";
import { showChecked } from "./checked-view";
import type { Elements } from "./elements";
import { onFileChosen } from "./file-choice";
import { beginningOf } from "./file/text";
import { ImportView } from "./import-view";
import { Notice } from "./notice";
import { ReadingFields } from "./reading-fields";
import { fill, type Sentences } from "./sentences";
import { Service, ServiceProblem } from "./service/service";
import { StoppedUpload } from "./stopped-upload";
import { showUnderstood } from "./understood-view";
import { UploadView } from "./upload-view";

/** What can be sent in a header; a key is nothing else. */
const KEY = /^[\x21-\x7e]+$/;
const IMPORT_PATH = /^\/imports\/([^/]+)\/?$/;
/** What these are about can be chosen. */
const ABOUT_COLUMNS = ["columns_missing", "column_doubled"];
const ABOUT_READING = [...ABOUT_COLUMNS, "encoding_unknown"];

/** What is known of an import beside its address. */
type Known = Omit<Parameters<ImportView["follow"]>[0], "service" | "reference">;

/** The page on which a file is checked and imported. */
export class ImportPage {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  readonly #notice: Notice;
  readonly #fields: ReadingFields;
  readonly #upload: UploadView;
  readonly #import: ImportView;
  /** Of the import that the address names. */
  #reference = IMPORT_PATH.exec(location.pathname)?.[1];
  /** Of that import, for when another key is needed in the middle. */
  #known: Known = {};
  #file: File | null = null;
  /** While a file is checked or sent. */
  #work: AbortController | null = null;
  #leaves = false;

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
    this.#notice = new Notice(elements, sentences.errorPrefix);
    this.#fields = new ReadingFields(elements, sentences);
    this.#upload = new UploadView(elements, sentences);
    this.#import = new ImportView(elements, sentences, (problem) => {
      this.#show(problem);
    });
  }

  start(): void {
    const elements = this.#elements;
    this.#showForm();
    elements.get("choose").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    onFileChosen(elements, { input: "file", drop: "drop" }, (files) => void this.#choose(files));
    this.#fields.onChange((isReadAnew) => {
      this.#hideFindings();
      if (isReadAnew) {
        void this.#offerColumns();
      }
    });
    elements.get("another").addEventListener("click", (event) => {
      event.preventDefault();
      this.#startAnew();
    });
    elements.get("import").addEventListener("click", () => void this.#send());
    elements.get("work-cancel").addEventListener("click", () => this.#work?.abort());
    addEventListener("beforeunload", (event) => {
      if (this.#leaves) {
        event.preventDefault();
      }
    });
  }

  /** Asks for a file, or for the key of the import that the address names. */
  #showForm(): void {
    const { t } = this.#sentences;
    const isForFile = this.#reference === undefined;
    this.#elements.show("file-parts", isForFile);
    this.#elements.show("reading-parts", isForFile);
    this.#elements.say("lead", isForFile ? t.lead : t.shown.lead);
    this.#elements.say("check", isForFile ? t.check : t.show);
    this.#elements.show("choose", true);
  }

  /** Another file with the same key, which only this page knows. */
  #startAnew(): void {
    this.#import.end();
    this.#reference = undefined;
    this.#known = {};
    history.replaceState(null, "", `/import${location.search}`);
    this.#file = null;
    this.#elements.say("file-name", "");
    this.#fields.reset();
    this.#showForm();
    this.#elements.get("file").focus();
  }

  async #choose([file, ...others]: readonly File[]): Promise<void> {
    if (this.#work !== null || file === undefined) {
      return;
    }
    this.#notice.clear();
    if (others.length > 0) {
      this.#notice.say(this.#sentences.t.problems.two_files, "file");
      return;
    }
    this.#file = file;
    const size = this.#sentences.size(file.size);
    const chosen = fill(this.#sentences.t.file.chosen, { name: file.name, size });
    this.#elements.say("file-name", chosen);
    announce(chosen);
    this.#fields.reset();
    this.#hideFindings();
    await this.#offerColumns();
  }

  async #offerColumns(): Promise<void> {
    if (this.#file !== null) {
      await this.#fields.offerColumnsOf(this.#file).catch(() => undefined);
    }
  }

  async #submit(): Promise<void> {
    if (this.#work !== null) {
      return;
    }
    this.#notice.clear();
    const service = this.#service();
    if (service === null) {
      return;
    }
    if (this.#reference !== undefined) {
      this.#elements.show("choose", false);
      this.#import.follow({ service, reference: this.#reference, ...this.#known });
    } else if (this.#file === null) {
      this.#notice.say(this.#sentences.t.problems.no_file, "file");
    } else {
      this.#hideFindings();
      await this.#check(service, this.#file);
    }
  }

  #service(): Service | null {
    const key = this.#elements.input("key").value.trim();
    const { problems } = this.#sentences.t;
    if (!KEY.test(key)) {
      this.#notice.say(key === "" ? problems.no_key : problems.unauthorized, "key");
      return null;
    }
    return new Service(key);
  }

  /** Asks about the beginning first, so that a file that is not understood is not sent for nothing. */
  async #check(service: Service, file: File): Promise<void> {
    await this.#doing(async (stopped, stalled) => {
      const { work } = this.#sentences.t;
      const reading = this.#fields.reading();
      const { blob, isWhole } = await beginningOf(file);
      const first = isWhole
        ? this.#upload.begin(work.checking, blob.size, stopped, stalled)
        : this.#upload.begin(work.beginning, null, stopped, stalled);
      let checked = await service.check(blob, file.name, reading, first);
      await showUnderstood(this.#elements, this.#sentences, checked.understood, blob);
      this.#elements.get("understood-title").focus();
      if (!isWhole) {
        const whole = this.#upload.begin(work.checking, file.size, stopped, stalled);
        checked = await service.check(file, file.name, reading, whole);
        await showUnderstood(this.#elements, this.#sentences, checked.understood, blob);
      }
      showChecked(this.#elements, this.#sentences, checked);
      if (this.#upload.hasFocus()) {
        this.#elements.get("checked-title").focus();
      }
    });
  }

  async #send(): Promise<void> {
    const service = this.#service();
    const file = this.#file;
    if (service === null || file === null || this.#work !== null) {
      return;
    }
    this.#notice.clear();
    await this.#doing(async (stopped, stalled) => {
      this.#leaves = true;
      this.#elements.show("checked", false);
      const title = this.#sentences.t.work.importing;
      const upload = this.#upload.begin(title, file.size, stopped, stalled);
      this.#elements.get("work-title").focus();
      try {
        const stoppedUpload = new StoppedUpload(service, file.name, stopped);
        const accepted = await service
          .import(file, file.name, this.#fields.reading(), upload)
          .catch(async (problem: unknown) => {
            if (!isCancelled(stopped)) {
              throw problem;
            }
            this.#upload.cancelling();
            this.#follow(service, await stoppedUpload.cancel(), { file });
            return null;
          });
        if (accepted !== null) {
          const { reference, rows, understood } = accepted;
          this.#follow(service, reference, { rows, understood, file });
        }
      } catch (problem) {
        // It can be sent again as it was checked.
        this.#elements.show("checked", true);
        throw problem;
      }
    });
  }

  #follow(service: Service, reference: string, known: Known): void {
    this.#reference = reference;
    this.#known = known;
    history.replaceState(null, "", `/imports/${encodeURIComponent(reference)}${location.search}`);
    this.#hideFindings();
    this.#elements.show("choose", false);
    this.#import.follow({ service, reference, ...known });
  }

  async #doing(work: (stopped: AbortSignal, stalled: () => void) => Promise<void>): Promise<void> {
    const doing = new AbortController();
    this.#work = doing;
    this.#elements.get("check").setAttribute("aria-disabled", "true");
    try {
      await work(doing.signal, () => {
        doing.abort(new ServiceProblem("upload_too_slow", "upload_too_slow", ""));
      });
    } catch (problem) {
      const isOver = isCancelled(doing.signal) && !(problem instanceof ServiceProblem);
      if (!isOver) {
        const { reason } = doing.signal as { reason: unknown };
        this.#show(await this.#explained(reason instanceof ServiceProblem ? reason : problem));
      } else {
        this.#elements.get("check").focus();
      }
    } finally {
      this.#upload.end();
      this.#work = null;
      this.#leaves = false;
      this.#elements.get("check").removeAttribute("aria-disabled");
    }
  }

  /** A browser does not say whether it is the service or the file that cannot be read. */
  async #explained(problem: unknown): Promise<ServiceProblem> {
    const isReadable = await this.#file
      ?.slice(0, 1)
      .arrayBuffer()
      .then(
        () => true,
        () => false,
      );
    if (isReadable === false) {
      return new ServiceProblem("file_changed", null, "");
    }
    return problem instanceof ServiceProblem ? problem : new ServiceProblem("other", null, "");
  }

  /** Says what is the matter, with what can be done about it at hand. */
  #show(problem: ServiceProblem): void {
    this.#showForm();
    if (ABOUT_COLUMNS.includes(problem.code ?? "")) {
      this.#fields.askForColumns();
    } else if (ABOUT_READING.includes(problem.code ?? "")) {
      this.#fields.open();
    }
    const about = problem.kind === "unauthorized" ? "key" : null;
    this.#notice.say(this.#sentences.problem(problem), about);
  }

  #hideFindings(): void {
    this.#elements.show("understood", false);
    this.#elements.show("checked", false);
  }
}

/** By the importer, rather than because nothing arrived any more. */
function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof ServiceProblem);
}
