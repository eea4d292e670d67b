import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startAway } from "./away";
import { answer, open, page } from "./testing/pages";

const fetch = vi.fn<() => Promise<Response>>();
const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetch);
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  fetch.mockReset();
});

function start(path: string): void {
  history.replaceState(null, "", path);
  startAway(open(page("away-static")));
}

it("looks less and less often, and loads the page once the service answers", async () => {
  fetch.mockResolvedValue(answer(page("away-static")));
  start("/registrations/6XV0");
  let looks = 0;
  for (const pauseMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
    await vi.advanceTimersByTimeAsync(pauseMs);
    looks += 1;
    expect(fetch).toHaveBeenCalledTimes(looks);
  }
  expect(reload).not.toHaveBeenCalled();
  fetch.mockResolvedValue(answer(page("status-accepted")));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reload).toHaveBeenCalledOnce();
});

it("stays on a page that answered a form, from which one goes back to the answers", async () => {
  start("/register");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(fetch).not.toHaveBeenCalled();
  expect(document.querySelector("#automatic")?.classList).toContain("invisible");
});
