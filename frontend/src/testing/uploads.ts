import { until } from "./until";

/** An upload of the page, which a test answers. */
export class FakeUpload {
  static all: FakeUpload[] = [];
  address = "";
  parameters = new FormData();
  readonly headers = new Map<string, string>();
  readonly upload = new EventTarget();
  status = 0;
  responseText = "";
  retryAfter: string | null = null;
  readonly #events = new EventTarget();

  open(_method: string, address: string): void {
    this.address = address;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers.set(name, value);
  }

  addEventListener(name: string, listener: () => void): void {
    this.#events.addEventListener(name, listener);
  }

  send(form: FormData): void {
    this.parameters = form;
    FakeUpload.all.push(this);
  }

  abort(): void {
    this.#end("abort");
  }

  getResponseHeader(name: string): string | null {
    return name === "Retry-After" ? this.retryAfter : null;
  }

  file(): File {
    return this.parameters.get("file") as File;
  }

  progress(loaded: number): void {
    this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded }));
  }

  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.#end("load");
  }

  fail(): void {
    this.#end("error");
  }

  #end(name: string): void {
    this.#events.dispatchEvent(new Event(name));
    this.#events.dispatchEvent(new Event("loadend"));
  }
}

/** The upload that the page begins next, or has begun after the last one that was taken. */
export async function nextUpload(): Promise<FakeUpload> {
  await until(() => {
    if (FakeUpload.all.length === 0) {
      throw new Error("There is no upload.");
    }
  });
  return FakeUpload.all.shift()!;
}
