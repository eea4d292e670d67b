import type { Elements } from "./elements";
import { ServiceProblem, type Upload } from "./service/service";
import type { UploadView } from "./upload-view";

/** What is done with a file just now. */
export interface Running {
  readonly stopped: AbortSignal;
  /** By the importer, rather than because nothing arrived any more. */
  isCancelled(): boolean;
  /** Of the beginning of a file no bytes are shown: they would be taken for those of the file. */
  upload(title: string, bytes: number | null): Upload;
}

/** Does one thing with a file at a time. */
export class Work {
  readonly #elements: Elements;
  readonly #view: UploadView;
  readonly #failed: (problem: ServiceProblem) => void;
  #going: AbortController | null = null;

  constructor(elements: Elements, view: UploadView, failed: (problem: ServiceProblem) => void) {
    this.#elements = elements;
    this.#view = view;
    this.#failed = failed;
    elements.get("work-cancel").addEventListener("click", () => this.#going?.abort());
  }

  goesOn(): boolean {
    return this.#going !== null;
  }

  async do(file: File, what: (running: Running) => Promise<void>): Promise<void> {
    const going = new AbortController();
    const { signal: stopped } = going;
    const stalled = () => {
      going.abort(new ServiceProblem("upload_too_slow", "upload_too_slow", ""));
    };
    this.#going = going;
    this.#elements.get("check").setAttribute("aria-disabled", "true");
    try {
      await what({
        stopped,
        isCancelled: () => isCancelled(stopped),
        upload: (title, bytes) => this.#view.begin(title, bytes, stopped, stalled),
      });
    } catch (problem) {
      if (isCancelled(stopped) && !(problem instanceof ServiceProblem)) {
        this.#elements.get("check").focus();
      } else {
        const { reason } = stopped as { reason: unknown };
        this.#failed(await explained(reason instanceof ServiceProblem ? reason : problem, file));
      }
    } finally {
      this.#view.end();
      this.#going = null;
      this.#elements.get("check").removeAttribute("aria-disabled");
    }
  }
}

function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof ServiceProblem);
}

/** A browser does not say whether it is the service or the file that cannot be read. */
async function explained(problem: unknown, file: File): Promise<ServiceProblem> {
  const isReadable = await file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
  if (!isReadable) {
    return new ServiceProblem("file_changed", null, "");
  }
  return problem instanceof ServiceProblem ? problem : new ServiceProblem("other", null, "");
}
