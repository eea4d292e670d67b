import { afterEach, expect, it, vi } from "vitest";
import { startCopy } from "./copy";
import { open, page, texts } from "./testing/pages";
import { until } from "./testing/until";

const writeText = vi.fn<(text: string) => Promise<void>>();

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  writeText.mockReset();
});

function start(): HTMLButtonElement {
  const main = open(page("status-registered"));
  startCopy(main);
  return main.querySelector("#copy")!;
}

it("copies the reference as it is written in addresses, and says so for a while", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  writeText.mockResolvedValue();
  const button = start();
  button.click();
  await vi.advanceTimersByTimeAsync(0);
  expect(writeText).toHaveBeenCalledExactlyOnceWith("6XV0HN8Q2JZKM4T7W9C3RB5YDE1FGA0PSX42");
  expect(button.textContent).toBe(texts.status.copied);
  expect(document.getElementById("announcer")?.textContent).toBe(texts.status.copied);
  await vi.advanceTimersByTimeAsync(4000);
  expect(button.textContent).toBe(texts.status.copy);
});

it("selects the reference where copying is forbidden", async () => {
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  writeText.mockRejectedValue(new DOMException("Denied", "NotAllowedError"));
  start().click();
  await until(() => {
    expect(getSelection()?.toString()).toBe("6XV0HN8Q2JZKM4T7W9C3RB5YDE1FGA0PSX42");
  });
});

it("offers nothing where the browser cannot copy", () => {
  vi.stubGlobal("navigator", {});
  expect(start().dataset).not.toHaveProperty("ready");
});
