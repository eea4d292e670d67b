import { COLUMNS, type Accepted, type Checked, type ImportStatus, type Reading } from "./answers";

/** Why the service did not do what it was asked for. */
export class ServiceProblem extends Error {
  /** The name in the problem's type, or `unreachable`. */
  readonly kind: string;
  /** What is wrong with the file as a whole. */
  readonly code: string | null;

  constructor(kind: string, code: string | null, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** A key has its rows again only after so long when they are used up for the day. */
const DAILY_S = 600;
/** Longer than the API takes for any answer but that to an upload. */
const TIMEOUT_MS = 35_000;

/** The service, as the holder of a key sees it. The key goes into no address. */
export class Service {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Sends a file to be checked. */
  check(file: Blob, name: string, reading: Reading, upload: Upload): Promise<Checked> {
    return this.#send(formOf(file, name, reading, true), upload) as Promise<Checked>;
  }

  /** Sends a file to be imported. */
  import(file: Blob, name: string, reading: Reading, upload: Upload): Promise<Accepted> {
    return this.#send(formOf(file, name, reading, false), upload) as Promise<Accepted>;
  }

  async status(reference: string, stopped: AbortSignal): Promise<ImportStatus> {
    return (await this.#ask(addressOf(reference), stopped)) as ImportStatus;
  }

  /** The newest imports. */
  async newest(stopped: AbortSignal): Promise<ImportStatus[]> {
    return ((await this.#ask("/imports", stopped)) as { imports: ImportStatus[] }).imports;
  }

  async cancel(reference: string, stopped: AbortSignal): Promise<void> {
    await this.#ask(`${addressOf(reference)}/cancel`, stopped, "POST");
  }

  /** The rows that did not make it; the whole of them may take as long as it takes. */
  async errorFile(reference: string): Promise<Blob> {
    const response = await this.#fetch(`${addressOf(reference)}/errors.csv`, {});
    return response.blob().catch(() => {
      throw unreachable();
    });
  }

  /** The stream of events. */
  async events(reference: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#fetch(
      `${addressOf(reference)}/events`,
      { signal },
      "text/event-stream",
    );
    if (body === null) {
      throw unreachable();
    }
    return body;
  }

  async #ask(address: string, stopped: AbortSignal, method = "GET"): Promise<unknown> {
    const ended = new AbortController();
    const end = () => {
      ended.abort();
    };
    const timer = setTimeout(end, TIMEOUT_MS);
    stopped.addEventListener("abort", end);
    try {
      const response = await this.#fetch(address, { method, signal: ended.signal });
      return await response.json().catch(() => {
        throw unreachable();
      });
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener("abort", end);
    }
  }

  async #fetch(address: string, init: RequestInit, accept = "application/json"): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(address, {
        ...init,
        headers: { Authorization: `Bearer ${this.#key}`, Accept: accept },
        cache: "no-store",
      });
    } catch {
      throw unreachable();
    }
    if (!response.ok) {
      const text = await response.text().catch(() => "");
      throw problemIn(response.status, text, response.headers.get("Retry-After"));
    }
    return response;
  }

  /** By XMLHttpRequest, which alone says how much was sent. */
  #send(form: FormData, { progressed, stopped }: Upload): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (stopped.aborted) {
        reject(cancelled());
        return;
      }
      const request = new XMLHttpRequest();
      const abort = () => {
        request.abort();
      };
      request.open("POST", "/imports");
      request.setRequestHeader("Authorization", `Bearer ${this.#key}`);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", ({ loaded }) => {
        progressed(loaded);
      });
      request.addEventListener("load", () => {
        const { status, responseText } = request;
        const answer = status < 300 ? parsed(responseText) : null;
        if (answer === null) {
          reject(problemIn(status, responseText, request.getResponseHeader("Retry-After")));
        } else {
          resolve(answer);
        }
      });
      request.addEventListener("error", () => {
        reject(unreachable());
      });
      request.addEventListener("abort", () => {
        reject(cancelled());
      });
      request.addEventListener("loadend", () => {
        stopped.removeEventListener("abort", abort);
      });
      stopped.addEventListener("abort", abort);
      request.send(form);
    });
  }
}

/** An upload on its way. */
export interface Upload {
  readonly progressed: (bytes: number) => void;
  readonly stopped: AbortSignal;
}

export function unreachable(): ServiceProblem {
  return new ServiceProblem("unreachable", null, "");
}

function cancelled(): DOMException {
  return new DOMException("The upload was cancelled.", "AbortError");
}

function addressOf(reference: string): string {
  return `/imports/${encodeURIComponent(reference)}`;
}

/** Names are too long for an address: a letter of Persian has six bytes there. */
function formOf(
  file: Blob,
  name: string,
  { encoding, delimiter, columns }: Reading,
  dryRun: boolean,
): FormData {
  const form = new FormData();
  form.set("dry_run", String(dryRun));
  form.set("file_name", name);
  form.set("encoding", encoding);
  form.set("delimiter", delimiter);
  for (const column of COLUMNS) {
    form.set(`column.${column}`, columns[column]);
  }
  // What stands before the file is known when it is read.
  form.set("file", file, name);
  return form;
}

function problemIn(status: number, text: string, retryAfter: string | null): ServiceProblem {
  const body = parsed(text) as {
    type?: string;
    message?: string;
    errors?: { code?: string }[];
  } | null;
  const named = body?.type?.split("#")[1];
  const isForToday = named === "too-many-imports" && Number(retryAfter) >= DAILY_S;
  // What nginx or another proxy answers names no kind.
  const kind = isForToday
    ? "too-many-rows-today"
    : (named ?? (status >= 500 ? "cannot-accept-now" : "other"));
  return new ServiceProblem(kind, body?.errors?.[0]?.code ?? null, body?.message ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
