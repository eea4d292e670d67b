import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ImportStatus } from "./answers";
import { ServiceProblem, type Service } from "./service";
import { statusIn, watch } from "./watch";

/** A service whose answers a test gives. */
class FakeService {
  status = vi.fn<() => Promise<ImportStatus>>();
  stream: ReadableStreamDefaultController<Uint8Array> | null = null;

  events(_reference: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    return Promise.resolve(
      new ReadableStream({
        start: (controller) => {
          this.stream = controller;
          signal.addEventListener("abort", () => {
            controller.error(new DOMException("Aborted", "AbortError"));
          });
        },
      }),
    );
  }

  send(text: string): void {
    this.stream?.enqueue(new TextEncoder().encode(text));
  }
}

const event = (status: ImportStatus) => `event: status\ndata: ${JSON.stringify(status)}\n\n`;
const at = (registered: number, done = false): ImportStatus => ({
  status: done ? "finished" : "processing",
  reference: "06EZ",
  done,
  registered,
  unchanged: 0,
  rejected: 0,
  invalid: 0,
  on_hold: 0,
  waiting: 0,
});

let service = new FakeService();
let shown: number[] = [];
let reached: boolean[] = [];
let refused: string[] = [];
let stopped = new AbortController();
let isLockFree = true;

function start(): Promise<void> {
  const page = {
    service: service as unknown as Service,
    reference: "06EZ",
    show: ({ registered }: ImportStatus) => shown.push(registered),
    reached: (yes: boolean) => reached.push(yes),
    refused: ({ kind }: ServiceProblem) => refused.push(kind),
  };
  return watch(page, stopped.signal);
}

beforeEach(() => {
  vi.useFakeTimers();
  [service, shown, reached, refused] = [new FakeService(), [], [], []];
  stopped = new AbortController();
  isLockFree = true;
  const locks = {
    request: (_name: string, _options: unknown, use: (lock: object | null) => unknown) =>
      Promise.resolve(use(isLockFree ? {} : null)),
  };
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
});

afterEach(() => {
  stopped.abort();
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

describe("with a stream", () => {
  it("shows what events say, also when they come in parts, and ends with the import", async () => {
    service.status.mockResolvedValue(at(0));
    const ended = start();
    await seconds(0);
    service.send(event(at(1)).slice(0, 20));
    await seconds(0);
    service.send(`${event(at(1)).slice(20)}:\n\n${event(at(2))}`);
    await seconds(0);
    expect(shown).toEqual([0, 1, 2]);
    expect(service.status).toHaveBeenCalledTimes(1);
    service.send(event(at(3, true)));
    service.stream?.close();
    await ended;
    expect(shown).toEqual([0, 1, 2, 3]);
  });

  it("asks again when nothing comes any more, not even a sign of life", async () => {
    service.status.mockResolvedValue(at(0));
    void start();
    await seconds(40);
    service.send(":\n\n");
    await seconds(40);
    expect(service.status).toHaveBeenCalledTimes(1);
    await seconds(10);
    expect(service.status).toHaveBeenCalledTimes(2);
  });

  it("is closed when the page is not seen any more", async () => {
    service.status.mockResolvedValue(at(0));
    const ended = start();
    await seconds(0);
    stopped.abort();
    await ended;
    await seconds(600);
    expect(service.status).toHaveBeenCalledTimes(1);
  });
});

it("asks now and then while another page has the stream", async () => {
  isLockFree = false;
  service.status.mockResolvedValue(at(5));
  void start();
  await seconds(9);
  expect(service.status).toHaveBeenCalledTimes(5);
  expect(service.stream).toBeNull();
});

it("asks more and more seldom while the service is away, and says when it is back", async () => {
  service.status.mockRejectedValue(new ServiceProblem("unreachable", null, ""));
  void start();
  await seconds(60);
  expect(service.status.mock.calls.length).toBeLessThan(6);
  expect(new Set(reached)).toEqual(new Set([false]));
  service.status.mockResolvedValue(at(1));
  await seconds(60);
  expect(reached.at(-1)).toBe(true);
});

it("asks no more when the key does not open the import", async () => {
  service.status.mockRejectedValue(new ServiceProblem("unknown-import", null, ""));
  await start();
  expect(refused).toEqual(["unknown-import"]);
});

it("reads nothing from an event without data", () => {
  expect(statusIn(":")).toBeNull();
  expect(statusIn("event: status")).toBeNull();
  expect(statusIn("data: {")).toBeNull();
  expect(statusIn('event: status\ndata: {"registered":1}')).toEqual({ registered: 1 });
});
