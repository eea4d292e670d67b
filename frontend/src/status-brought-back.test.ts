import { expect, it, vi } from "vitest";
import { startStatus } from "./status";
import { EventSourceDouble } from "./testing/event-source";
import { LocksDouble } from "./testing/locks";
import { answer, open, page } from "./testing/pages";
import { until } from "./testing/until";

it("stops when the page is left and goes on when the browser brings it back", async () => {
  const fetch = vi.fn(() => Promise.resolve(answer(page("status-accepted"))));
  vi.stubGlobal("fetch", fetch);
  vi.stubGlobal("EventSource", EventSourceDouble);
  Object.defineProperty(navigator, "locks", { value: new LocksDouble() });
  startStatus(open(page("status-accepted")));
  const stream = EventSourceDouble.last();
  stream.tell({ status: "accepted" });
  dispatchEvent(new Event("pagehide"));
  expect(stream.readyState).toBe(EventSourceDouble.CLOSED);

  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await until(() => {
    expect(fetch).toHaveBeenCalledOnce();
  });
  await until(() => {
    expect(EventSourceDouble.opened).toHaveLength(2);
  });
});
