import { vi } from "vitest";

/** An upload of the page, which a test answers. */
export class FakeUpload {
  static all: FakeUpload[] = [];
  address = "";
  body: Blob | null = null;
  readonly headers = new Map<string, string>();
  readonly upload = new EventTarget();
  status = 0;
  responseText = "";
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

  send(body: Blob): void {
    this.body = body;
    FakeUpload.all.push(this);
  }

  abort(): void {
    this.#end("abort");
  }

  get parameters(): URLSearchParams {
    return new URL(this.address, "http://localhost").searchParams;
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
  await vi.waitFor(() => {
    if (FakeUpload.all.length === 0) {
      throw new Error("There is no upload.");
    }
  });
  return FakeUpload.all.shift()!;
}
