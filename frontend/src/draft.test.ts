import { afterEach, expect, it, vi } from "vitest";
import { loadDraft, newDraft, saveDraft } from "./draft";

afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

it.each(["", "{", "null", "[]", '{"key":1,"values":{}}', '{"key":"k","values":null}'])(
  "is none when the browser stored %j",
  (stored) => {
    sessionStorage.setItem("draft", stored);
    expect(loadDraft()).toBeNull();
  },
);

it("does without a browser that stores nothing", () => {
  const forbidden = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: forbidden, setItem: forbidden });
  saveDraft(newDraft());
  expect(loadDraft()).toBeNull();
});
