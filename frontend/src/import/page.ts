import { announce } from "../announce";
import { check, type Chosen } from "./checking";
import type { Elements } from "./elements";
import { onFileChosen } from "./file-choice";
import { ImportView, type Followed } from "./import-view";
import { Notice } from "./notice";
import { ReadingFields } from "./reading-fields";
import { send } from "./sending";
import { fill, type Sentences } from "./sentences";
import { Service, type ServiceProblem } from "./service/service";
import { UploadView } from "./upload-view";
import { Work } from "./work";

/** What can be sent in a header; a key is nothing else. */
const KEY = /^[\x21-\x7e]+$/;
const IMPORT_PATH = /^\/imports\/([^/]+)\/?$/;
/** What these are about can be chosen. */
const ABOUT_COLUMNS = ["columns_missing", "column_doubled"];
const ABOUT_READING = [...ABOUT_COLUMNS, "encoding_unknown"];

/** What is known of an import beside its address. */
type Known = Omit<Followed, "service" | "reference">;

/** The page on which a file is checked and imported. */
export class ImportPage {
  readonly #elements: Elements;
  readonly #sentences: Sentences;
  readonly #notice: Notice;
  readonly #fields: ReadingFields;
  readonly #upload: UploadView;
  readonly #work: Work;
  readonly #import: ImportView;
  /** Of the import that the address names. */
  #reference = IMPORT_PATH.exec(location.pathname)?.[1];
  /** Of that import, for when another key is needed in the middle. */
  #known: Known = {};
  #file: File | null = null;

  constructor(elements: Elements, sentences: Sentences) {
    this.#elements = elements;
    this.#sentences = sentences;
    this.#notice = new Notice(elements, sentences.errorPrefix);
    this.#fields = new ReadingFields(elements, sentences);
    this.#upload = new UploadView(elements, sentences);
    const show = (problem: ServiceProblem) => {
      this.#show(problem);
    };
    this.#work = new Work(elements, this.#upload, show);
    this.#import = new ImportView(elements, sentences, show);
  }

  start(): void {
    const elements = this.#elements;
    this.#showForm();
    elements.get("choose").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    onFileChosen(elements, { input: "file", drop: "drop" }, (files, isFolder) => {
      void this.#choose(files, isFolder);
    });
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

  async #choose([file, ...others]: readonly File[], isFolder: boolean): Promise<void> {
    if (this.#work.goesOn() || file === undefined) {
      return;
    }
    this.#notice.clear();
    const { folder, two_files: twoFiles } = this.#sentences.t.problems;
    if (isFolder || others.length > 0) {
      this.#notice.say(isFolder ? folder : twoFiles, "file");
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
    if (this.#work.goesOn()) {
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
      const chosen = this.#chosen(service, this.#file);
      await this.#work.do(chosen.file, (running) =>
        check(this.#elements, this.#sentences, chosen, running),
      );
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

  #chosen(service: Service, file: File): Chosen {
    return { service, file, reading: this.#fields.reading() };
  }

  async #send(): Promise<void> {
    const service = this.#service();
    const file = this.#file;
    if (service === null || file === null || this.#work.goesOn()) {
      return;
    }
    this.#notice.clear();
    const chosen = this.#chosen(service, file);
    await this.#work.do(file, async (running) => {
      this.#follow(await send(this.#elements, this.#sentences, this.#upload, chosen, running));
    });
  }

  #follow({ service, reference, ...known }: Followed): void {
    this.#reference = reference;
    this.#known = known;
    history.replaceState(null, "", `/imports/${encodeURIComponent(reference)}${location.search}`);
    this.#hideFindings();
    this.#elements.show("choose", false);
    this.#import.follow({ service, reference, ...known });
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
