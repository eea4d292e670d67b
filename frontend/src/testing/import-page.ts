import { afterEach, beforeEach, expect, vi } from "vitest";
import type { Checked, Understood } from "../import/service/answers";
import { startImport } from "../import/start";
import { open, page, texts } from "./pages";
import { until } from "./until";
import { FakeUpload, nextUpload } from "./uploads";

export const t = texts.import;
export const KEY = "registrar_0123456789";
export const LIST = "Vorname,last_name,email\nAda,King,ada@x.org\nBob,Ng,bob\n";

export const understood: Understood = {
  format: "csv",
  delimiter: ",",
  encoding: "UTF-8",
  gzip: false,
  header_row: 1,
  columns: [
    { column: "first_name", name: "Vorname" },
    { column: "last_name", name: "last_name" },
    { column: "email", name: "email" },
  ],
  ignored: [],
};

export const checked: Checked = {
  rows: 2,
  new: 1,
  unchanged: 0,
  duplicates: 0,
  invalid: 1,
  understood,
  errors: [{ row: 3, column: "email", code: "invalid_email", message: "Enter an address." }],
};

/** What the service says of imports, by method and address. */
export const answers = new Map<string, () => [number, unknown]>();
export const asked = vi.fn<(request: string, key: string | null) => void>();

export async function start(address = "/import"): Promise<HTMLElement> {
  history.replaceState(null, "", address);
  const main = open(page("import"));
  await startImport(main);
  return main;
}

export const get = (id: string) => document.getElementById(id)!;
export const input = (id: string) => get(id) as HTMLInputElement;
export const isShown = (id: string) => get(id).closest("[hidden]") === null;
export const said = (id: string) => get(id).textContent.trim().replace(/\s+/g, " ");

export function type(key: string): void {
  input("key").value = key;
}

export function choose(...files: File[]): void {
  Object.defineProperty(input("file"), "files", { value: files, configurable: true });
  input("file").dispatchEvent(new Event("change"));
}

export function submit(): void {
  get("choose").dispatchEvent(new Event("submit", { cancelable: true }));
}

export async function check(file: File): Promise<FakeUpload> {
  type(KEY);
  choose(file);
  await until(() => {
    expect(input("column-email").children.length).toBeGreaterThan(1);
  });
  submit();
  return nextUpload();
}

export const list = (text = LIST) => new File([text], "list.csv");

/** The page of importers is opened by each test of a file, with a service that the test plays. */
export function playService(): void {
  beforeEach(() => {
    FakeUpload.all = [];
    answers.clear();
    asked.mockClear();
    vi.stubGlobal("XMLHttpRequest", FakeUpload);
    vi.stubGlobal("fetch", (address: string, init: RequestInit) => {
      const request = `${init.method ?? "GET"} ${address}`;
      asked(request, new Headers(init.headers).get("Authorization"));
      const answer = answers.get(request);
      if (answer === undefined) {
        return Promise.reject(new TypeError("unreachable"));
      }
      const [code, body] = answer();
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return Promise.resolve(new Response(text, { status: code }));
    });
  });

  afterEach(() => {
    // What still watches stops.
    dispatchEvent(new Event("pagehide"));
    vi.unstubAllGlobals();
    history.replaceState(null, "", "/");
  });
}
