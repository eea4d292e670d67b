import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startStatus } from "./status";
import { EventSourceDouble } from "./testing/event-source";
import { LocksDouble } from "./testing/locks";
import { answer, open, page, texts } from "./testing/pages";
import { become } from "./testing/visibility";

const PATH = "/registrations/6XV0";
const fetch = vi.fn<(address: string, init: RequestInit) => Promise<Response>>();
/** What a test's page listens to ends with it, which otherwise only a page does that is closed. */
const listen = vi.spyOn(document, "addEventListener");
let locks = new LocksDouble();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetch);
  vi.stubGlobal("EventSource", EventSourceDouble);
  locks = new LocksDouble();
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  history.replaceState(null, "", `${PATH}?lang=en`);
});

afterEach(() => {
  // Ends the watch of the test, as leaving the page does.
  dispatchEvent(new Event("pagehide"));
  EventSourceDouble.opened = [];
  fetch.mockReset();
  vi.unstubAllGlobals();
  vi.useRealTimers();
  for (const [type, listener] of listen.mock.calls) {
    document.removeEventListener(type, listener);
  }
  listen.mockClear();
  become("visible");
});

const start = (name: string) => {
  startStatus(open(page(name)));
};
const serves = (name: string) => {
  fetch.mockImplementation(() => Promise.resolve(answer(page(name), location.href)));
};
const isAway = () => {
  fetch.mockRejectedValue(new TypeError("Failed to fetch"));
};
const stream = () => EventSourceDouble.last();
const heading = () => document.querySelector("h1")?.textContent;
const text = (id: string) => document.getElementById(id)?.textContent;
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

describe("with a stream", () => {
  it("shows the outcome as soon as an event has it, says it once and closes the stream", async () => {
    start("status-accepted");
    expect(stream().url).toBe(`${PATH}/events`);
    stream().tell({ status: "accepted" });
    await seconds(600);
    expect(fetch).not.toHaveBeenCalled();

    serves("status-registered");
    stream().tell({ status: "registered" });
    await seconds(0);
    expect(fetch).toHaveBeenCalledOnce();
    expect(fetch.mock.calls[0]?.[0]).toBe(location.href);
    expect(heading()).toBe(texts.status.titles.registered);
    expect(document.title).toContain(texts.status.titles.registered);
    expect(text("announcer")).toBe(texts.status.titles.registered);
    expect(stream().readyState).toBe(EventSourceDouble.CLOSED);

    await seconds(600);
    expect(fetch).toHaveBeenCalledOnce();
  });

  it("shows a pause and its end", async () => {
    start("status-accepted");
    serves("status-paused");
    stream().tell({ status: "accepted", paused_until: "2026-11-23T18:30:07Z" });
    await seconds(0);
    expect(text("message")).toContain("paused");
    // The same instant in another spelling is no change.
    stream().tell({ status: "accepted", paused_until: "2026-11-23T18:30:07.0+00:00" });
    await seconds(0);
    expect(fetch).toHaveBeenCalledOnce();

    serves("status-accepted");
    stream().tell({ status: "accepted" });
    await seconds(0);
    expect(text("message")).not.toContain("paused");
  });

  it("follows one on hold, which may go on", async () => {
    start("status-on_hold");
    serves("status-registered");
    stream().tell({ status: "registered" });
    await seconds(0);
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it("is not led back from an outcome by an answer that is older and comes later", async () => {
    const asked: ((response: Response) => void)[] = [];
    fetch.mockImplementation(() => new Promise((resolve) => asked.push(resolve)));
    const answerTo = async (look: number, name: string) => {
      asked[look]?.(answer(page(name)));
      await seconds(0);
    };
    start("status-on_hold");
    stream().tell({ status: "accepted" });
    stream().tell({ status: "registered" });
    await answerTo(1, "status-registered");
    await answerTo(0, "status-accepted");
    await answerTo(1, "status-registered");
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it("looks once at a time, and again for what was sent meanwhile", async () => {
    let end: (response: Response) => void = () => undefined;
    fetch.mockImplementationOnce(() => new Promise((resolve) => (end = resolve)));
    start("status-accepted");
    stream().tell({ status: "on_hold" });
    stream().tell({ status: "registered" });
    become("visible");
    await seconds(0);
    expect(fetch).toHaveBeenCalledOnce();

    serves("status-registered");
    end(answer(page("status-on_hold")));
    await seconds(0);
    expect(fetch).toHaveBeenCalledTimes(2);
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it.each([
    ["the button", "#copy", "registered"],
    ["the link", "main a", "registered"],
    ["the link", "main a", "rejected"],
  ])("leaves the focus on %s (%s) when it is %s", async (_, selector, status) => {
    start("status-accepted");
    document.querySelector<HTMLElement>(selector)?.focus();
    serves(`status-${status}`);
    stream().tell({ status });
    await seconds(0);
    expect(document.activeElement).toBe(document.querySelector(selector));
  });

  it("looks again at what changes without an event", async () => {
    start("status-unreadable");
    stream().tell({ status: "accepted" });
    serves("status-accepted");
    await seconds(10);
    expect(text("message")).not.toContain("cannot be read");
    // Nothing that needs to be said aloud.
    expect(text("announcer")).toBe("");
  });

  it("ignores what it cannot read", async () => {
    start("status-accepted");
    stream().dispatchEvent(new MessageEvent("status", { data: "<html>" }));
    await seconds(600);
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe("without a stream", () => {
  it("looks by itself where the stream is refused", async () => {
    start("status-accepted");
    stream().fail({ forGood: true });
    serves("status-accepted");
    await seconds(2);
    expect(fetch).toHaveBeenCalledOnce();
    serves("status-registered");
    await seconds(2);
    expect(heading()).toBe(texts.status.titles.registered);
    await seconds(600);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("gives a stream up that fails three times in a row", () => {
    start("status-accepted");
    stream().fail({ forGood: false });
    stream().fail({ forGood: false });
    expect(stream().readyState).toBe(EventSourceDouble.CONNECTING);
    stream().fail({ forGood: false });
    expect(stream().readyState).toBe(EventSourceDouble.CLOSED);
  });

  it("keeps a stream that fails now and then", () => {
    start("status-accepted");
    for (let i = 0; i < 9; i += 1) {
      stream().fail({ forGood: false });
      stream().tell({ status: "accepted" });
    }
    expect(stream().readyState).not.toBe(EventSourceDouble.CLOSED);
  });

  it("looks by itself while a proxy holds the events back", async () => {
    start("status-accepted");
    serves("status-registered");
    await seconds(2);
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it("looks by itself in a browser that knows no locks, as on an origin that is not secure", async () => {
    Object.defineProperty(navigator, "locks", { value: undefined, configurable: true });
    start("status-accepted");
    serves("status-registered");
    await seconds(2);
    expect(EventSourceDouble.opened).toHaveLength(0);
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it("looks by itself while another window has the stream, and has it next", async () => {
    const release = locks.takeElsewhere();
    start("status-accepted");
    serves("status-accepted");
    await seconds(4);
    expect(EventSourceDouble.opened).toHaveLength(0);
    expect(fetch).toHaveBeenCalledTimes(2);
    release();
    await seconds(0);
    stream().tell({ status: "accepted" });
    await seconds(600);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("looks by itself in a browser that knows no streams", async () => {
    vi.stubGlobal("EventSource", undefined);
    Reflect.deleteProperty(window, "EventSource");
    start("status-accepted");
    serves("status-registered");
    await seconds(2);
    expect(heading()).toBe(texts.status.titles.registered);
  });

  it("says that the connection is lost, looks less and less often, and says when it is back", async () => {
    start("status-accepted");
    stream().fail({ forGood: true });
    isAway();
    let at = 0;
    for (const [index, looksAt] of [2, 6, 14, 30, 62, 122, 182].entries()) {
      await seconds(looksAt - at);
      at = looksAt;
      expect(fetch).toHaveBeenCalledTimes(index + 1);
      expect(text("connection")).toBe(texts.status.reconnecting);
    }
    serves("status-accepted");
    await seconds(60);
    expect(text("connection")).toBe(texts.status.live);
  });

  it("takes no page but that of the registration for an answer", async () => {
    start("status-accepted");
    stream().fail({ forGood: true });
    fetch.mockImplementation(() => Promise.resolve(answer(page("away-static"))));
    await seconds(2);
    expect(heading()).toBe(texts.status.titles.accepted);
    expect(text("connection")).toBe(texts.status.reconnecting);
  });
});

describe("in a tab that is hidden", () => {
  it("holds no connection and asks nothing, and looks at once when it is shown", async () => {
    let dropped: AbortSignal | null | undefined;
    fetch.mockImplementationOnce((_, { signal }) => {
      dropped = signal;
      return new Promise(() => undefined);
    });
    start("status-accepted");
    stream().tell({ status: "on_hold" });
    become("hidden");
    expect(stream().readyState).toBe(EventSourceDouble.CLOSED);
    expect(dropped?.aborted).toBe(true);
    await seconds(600);
    expect(fetch).toHaveBeenCalledOnce();

    serves("status-registered");
    become("visible");
    await seconds(0);
    expect(heading()).toBe(texts.status.titles.registered);
    expect(text("announcer")).toBe(texts.status.titles.registered);
  });

  it("does not begin before it is shown", async () => {
    become("hidden");
    start("status-accepted");
    await seconds(600);
    expect(EventSourceDouble.opened).toHaveLength(0);
    expect(fetch).not.toHaveBeenCalled();
    serves("status-accepted");
    become("visible");
    await seconds(0);
    expect(EventSourceDouble.opened).toHaveLength(1);
    expect(fetch).toHaveBeenCalledOnce();
  });

  it("leaves the stream to other windows, also while it waits for it", async () => {
    const release = locks.takeElsewhere();
    start("status-accepted");
    become("hidden");
    release();
    await seconds(0);
    expect(EventSourceDouble.opened).toHaveLength(0);
    become("visible");
    expect(EventSourceDouble.opened).toHaveLength(1);
    become("hidden");
    await seconds(0);
    locks.takeElsewhere();
    become("visible");
    await seconds(0);
    expect(EventSourceDouble.opened).toHaveLength(1);
  });

  it("shows nothing of an answer that comes after it was hidden", async () => {
    let answerLate: (response: Response) => void = () => undefined;
    fetch.mockImplementationOnce(() => new Promise((resolve) => (answerLate = resolve)));
    start("status-on_hold");
    stream().tell({ status: "accepted" });
    become("hidden");
    serves("status-registered");
    become("visible");
    await seconds(0);
    answerLate(answer(page("status-accepted")));
    await seconds(0);
    expect(heading()).toBe(texts.status.titles.registered);
  });
});

it.each(["status-registered", "status-rejected"])("%s is final: nothing is asked", async (name) => {
  start(name);
  await seconds(600);
  expect(EventSourceDouble.opened).toHaveLength(0);
  expect(fetch).not.toHaveBeenCalled();
});
