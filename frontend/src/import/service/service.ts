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
    return this.#send(file, query(name, reading, true), upload) as Promise<Checked>;
  }

  /** Sends a file to be imported. */
  import(file: Blob, name: string, reading: Reading, upload: Upload): Promise<Accepted> {
    return this.#send(file, query(name, reading, false), upload) as Promise<Accepted>;
  }

  async status(reference: string, stopped: AbortSignal): Promise<ImportStatus> {
    const response = await this.#ask(addressOf(reference), stopped);
    return (await response.json()) as ImportStatus;
  }

  /** The newest imports. */
  async newest(stopped: AbortSignal): Promise<ImportStatus[]> {
    const response = await this.#ask("/imports", stopped);
    return ((await response.json()) as { imports: ImportStatus[] }).imports;
  }

  async cancel(reference: string, stopped: AbortSignal): Promise<void> {
    await this.#ask(`${addressOf(reference)}/cancel`, stopped, "POST");
  }

  /** The rows that did not make it; the whole of them may take as long as it takes. */
  async errorFile(reference: string): Promise<Blob> {
    const response = await this.#fetch(`${addressOf(reference)}/errors.csv`, {});
    return response.blob();
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

  async #ask(address: string, stopped: AbortSignal, method = "GET"): Promise<Response> {
    const ended = new AbortController();
    const end = () => {
      ended.abort();
    };
    const timer = setTimeout(end, TIMEOUT_MS);
    stopped.addEventListener("abort", end);
    try {
      return await this.#fetch(address, { method, signal: ended.signal });
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
      throw problemIn(response.status, await response.text().catch(() => ""));
    }
    return response;
  }

  /** By XMLHttpRequest, which alone says how much was sent. */
  #send(file: Blob, parameters: string, { progressed, stopped }: Upload): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = () => {
        request.abort();
      };
      request.open("POST", `/imports?${parameters}`);
      request.setRequestHeader("Authorization", `Bearer ${this.#key}`);
      request.setRequestHeader("Accept", "application/json");
      // What the file is, its first bytes say.
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", ({ loaded }) => {
        progressed(loaded);
      });
      request.addEventListener("load", () => {
        const { status, responseText } = request;
        const answer = status < 300 ? parsed(responseText) : null;
        if (answer === null) {
          reject(problemIn(status, responseText));
        } else {
          resolve(answer);
        }
      });
      request.addEventListener("error", () => {
        reject(unreachable());
      });
      request.addEventListener("abort", () => {
        reject(new DOMException("The upload was cancelled.", "AbortError"));
      });
      request.addEventListener("loadend", () => {
        stopped.removeEventListener("abort", abort);
      });
      stopped.addEventListener("abort", abort);
      request.send(file);
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

function addressOf(reference: string): string {
  return `/imports/${encodeURIComponent(reference)}`;
}

function query(name: string, { encoding, delimiter, columns }: Reading, dryRun: boolean): string {
  const parameters = new URLSearchParams({ file_name: name });
  if (dryRun) {
    parameters.set("dry_run", "true");
  }
  const given = [
    ["encoding", encoding],
    ["delimiter", delimiter],
    ...COLUMNS.map((column) => [`column.${column}`, columns[column]]),
  ] as [string, string][];
  for (const [parameter, value] of given.filter(([, value]) => value !== "")) {
    parameters.set(parameter, value);
  }
  return parameters.toString();
}

function problemIn(status: number, text: string): ServiceProblem {
  const body = parsed(text) as {
    type?: string;
    message?: string;
    errors?: { code?: string }[];
  } | null;
  const named = body?.type?.split("#")[1];
  // What nginx or another proxy answers names no kind.
  const kind = named ?? (status >= 500 ? "cannot-accept-now" : "other");
  return new ServiceProblem(kind, body?.errors?.[0]?.code ?? null, body?.message ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
