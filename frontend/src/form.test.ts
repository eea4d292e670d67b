import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadDraft, saveDraft } from "./draft";
import { startForm } from "./form";
import { answer, open, page, texts } from "./testing/pages";

const STATUS_ADDRESS = "http://localhost:3000/registrations/6XV0";
const fetch = vi.fn<(address: string, init: RequestInit) => Promise<Response>>();
const assign = vi.spyOn(location, "assign").mockImplementation(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetch);
  sessionStorage.clear();
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  fetch.mockReset();
});

function start(html = page("form-empty")): void {
  startForm(open(html));
}

function element(selector: string): HTMLInputElement {
  return document.querySelector<HTMLInputElement>(selector)!;
}

function type(field: string, value: string): void {
  element(`#${field}`).value = value;
  element(`#${field}`).dispatchEvent(new Event("input", { bubbles: true }));
}

function send(): void {
  const sent = new Event("submit", { bubbles: true, cancelable: true });
  element("form").dispatchEvent(sent);
  expect(sent.defaultPrevented).toBe(true);
}

const key = () => element("[name=idempotency_key]").value;
const sentKeys = () =>
  fetch.mock.calls.map(([, init]) => (init.headers as Record<string, string>)["Idempotency-Key"]);

describe("the draft", () => {
  it("survives a reload with its key, and says so", () => {
    start();
    const first = key();
    type("first_name", "Zoë");
    start();
    expect(element("#first_name").value).toBe("Zoë");
    expect(key()).toBe(first);
    expect(element("#progress").textContent).toContain(texts.form.restored);
  });

  it("does not overwrite what was typed before the script was there", () => {
    saveDraft({
      key: "k".repeat(32),
      values: { first_name: "Old", last_name: "L", email: "" },
    });
    const main = open(page("form-empty"));
    element("#first_name").value = "New";
    startForm(main);
    expect(element("#first_name").value).toBe("New");
    expect(element("#last_name").value).toBe("L");
  });

  it("is cleared on request", () => {
    start();
    type("email", "zoe@example.com");
    start();
    element("#progress button").click();
    expect(element("#email").value).toBe("");
    expect(loadDraft()).toBeNull();
    expect(document.activeElement?.id).toBe("first_name");
    expect(element("#progress").textContent).toBe("");
  });

  it("is what an answered page holds, when that was sent before the script was there", () => {
    saveDraft({
      key: "k".repeat(32),
      values: { first_name: "Old", last_name: "", email: "" },
    });
    start(page("form-refused"));
    expect(key()).toBe("0b8f6c1e-5d1f-4b59-9d41-2f6f0c7c9a11");
    const values = { first_name: "Zoë", last_name: "O’Neill", email: "zoe@example.com" };
    expect(loadDraft()).toEqual({ key: "0b8f6c1e-5d1f-4b59-9d41-2f6f0c7c9a11", values });
  });

  it("outlives an answer to a form that could not be read", async () => {
    const values = { first_name: "", last_name: "", email: "" };
    fetch.mockResolvedValue(answer(page("form-refused", { values, key: "another-key-0000" })));
    start();
    const drafted = key();
    type("first_name", "Zoë".repeat(9999));
    send();
    await vi.runAllTimersAsync();
    expect(document.activeElement?.id).toBe("notice");
    expect(element("#first_name").value).toBe("Zoë".repeat(9999));
    expect(key()).toBe(drafted);
    expect(element("#progress").textContent).toBe("");
  });

  it("has the key of the page that it was begun on", () => {
    start(page("form-empty", { key: "k".repeat(32) }));
    type("first_name", "Zoë");
    start(page("form-empty", { key: "l".repeat(32) }));
    expect(key()).toBe("k".repeat(32));
    element("#progress button").click();
    start(page("form-empty", { key: "m".repeat(32) }));
    expect(key()).toBe("m".repeat(32));
  });
});

describe("sending", () => {
  it("posts the form with the draft's key and goes to the status page", async () => {
    fetch.mockResolvedValue(answer(page("status-accepted"), STATUS_ADDRESS));
    start();
    type("first_name", "Zoë");
    type("last_name", "O’Neill");
    type("email", "zoe@example.com");
    const drafted = key();
    send();
    await vi.runAllTimersAsync();

    expect(fetch).toHaveBeenCalledOnce();
    const [address, init] = fetch.mock.calls[0] ?? [];
    expect(address).toMatch(/\/register$/);
    expect(init).toMatchObject({
      method: "POST",
      headers: { Accept: "text/html", "Idempotency-Key": drafted },
    });
    expect((init?.body as URLSearchParams).get("idempotency_key")).toBe(drafted);
    expect((init?.body as URLSearchParams).get("first_name")).toBe("Zoë");
    expect(assign).toHaveBeenCalledExactlyOnceWith(STATUS_ADDRESS);
    expect(loadDraft()).toBeNull();
  });

  it("happens once for a double click, and the button says that it happens", async () => {
    fetch.mockReturnValue(new Promise(() => undefined));
    start();
    send();
    send();
    await vi.advanceTimersByTimeAsync(10);
    const button = element("form button");
    expect(fetch).toHaveBeenCalledOnce();
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.disabled).toBe(false);
    expect(button.textContent).toBe(texts.form.sending);
    expect(element("#announcer").textContent).toBe(texts.form.sending);
    expect(element("#email").readOnly).toBe(true);
  });

  it("shows what is to be corrected, with focus on the summary, and keeps the key", async () => {
    start();
    const drafted = key();
    fetch.mockResolvedValue(answer(page("form-wrong", { key: drafted })));
    send();
    await vi.runAllTimersAsync();
    expect(fetch).toHaveBeenCalledOnce();
    expect(document.activeElement?.id).toBe("error-summary");
    expect(document.title.startsWith(texts.error_prefix)).toBe(true);
    expect(element("#email").getAttribute("aria-invalid")).toBe("true");
    expect(key()).toBe(drafted);

    fetch.mockResolvedValue(answer(page("status-accepted"), STATUS_ADDRESS));
    send();
    await vi.runAllTimersAsync();
    expect(sentKeys()).toEqual([drafted, drafted]);
    expect(assign).toHaveBeenCalledExactlyOnceWith(STATUS_ADDRESS);
  });

  it("shows a refusal with focus on it, and does not repeat by itself", async () => {
    fetch.mockResolvedValue(answer(page("form-refused")));
    start();
    send();
    await vi.runAllTimersAsync();
    expect(fetch).toHaveBeenCalledOnce();
    expect(document.activeElement?.id).toBe("notice");
  });

  it.each([
    ["no connection", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["a service that is away", () => Promise.resolve(answer(page("away-static")))],
    ["something that is no page of ours", () => Promise.resolve(answer("<h1>Hotel WiFi</h1>"))],
  ])("is tried again with the same key after 1, 2 and 4 s on %s", async (_, failure) => {
    fetch.mockImplementation(failure);
    start();
    type("email", "zoe@example.com");
    send();
    for (const [pauseMs, calls] of [
      [999, 1],
      [1, 2],
      [1999, 2],
      [1, 3],
      [3999, 3],
    ] as const) {
      await vi.advanceTimersByTimeAsync(pauseMs);
      expect(fetch).toHaveBeenCalledTimes(calls);
      expect(element("#progress").textContent).toBe(texts.form.retrying);
    }
    await vi.advanceTimersByTimeAsync(1);
    expect(fetch).toHaveBeenCalledTimes(4);
    expect(new Set(sentKeys()).size).toBe(1);

    expect(document.activeElement?.id).toBe("notice");
    expect(element("#notice").textContent).toContain(texts.form.unreachable);
    expect(element("#progress").textContent).toBe("");
    expect(element("form button").textContent).toBe(texts.form.submit);
    expect(element("#email").value).toBe("zoe@example.com");
    expect(loadDraft()?.key).toBe(key());
  });

  it("reaches the status page when a further try is answered", async () => {
    fetch.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    fetch.mockResolvedValue(answer(page("status-accepted"), STATUS_ADDRESS));
    start();
    send();
    await vi.runAllTimersAsync();
    expect(assign).toHaveBeenCalledExactlyOnceWith(STATUS_ADDRESS);
  });

  it("says that the service cannot be reached after it said what to correct", async () => {
    fetch.mockResolvedValueOnce(answer(page("form-wrong")));
    start();
    send();
    await vi.runAllTimersAsync();
    fetch.mockRejectedValue(new TypeError("Failed to fetch"));
    send();
    await vi.runAllTimersAsync();
    expect(document.activeElement?.id).toBe("notice");
  });

  it("shows one notice, however often the service cannot be reached", async () => {
    fetch.mockRejectedValue(new TypeError("Failed to fetch"));
    start();
    send();
    await vi.runAllTimersAsync();
    send();
    await vi.runAllTimersAsync();
    expect(document.querySelectorAll("#notice")).toHaveLength(1);
  });

  it("gives up an answer that does not come within 35 s", async () => {
    fetch.mockImplementation(
      (_, { signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => {
            reject(new DOMException("Aborted", "AbortError"));
          });
        }),
    );
    start();
    send();
    await vi.advanceTimersByTimeAsync(34_999);
    expect(element("#progress").textContent).toBe("");
    await vi.advanceTimersByTimeAsync(1);
    expect(element("#progress").textContent).toBe(texts.form.retrying);
  });

  it("begins anew when the browser brings back a page whose form was accepted", async () => {
    fetch.mockResolvedValue(answer(page("status-accepted"), STATUS_ADDRESS));
    start();
    type("email", "zoe@example.com");
    send();
    await vi.runAllTimersAsync();
    dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    expect(element("#email").value).toBe("");
    expect(element("form button").getAttribute("aria-disabled")).toBe("false");
  });
});
