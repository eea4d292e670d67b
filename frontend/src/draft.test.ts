import { afterEach, expect, it, vi } from "vitest";
import { loadDraft, newDraft, saveDraft } from "./draft";

afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

const VALUES = '{"first_name":"","last_name":"","email":""}';

it.each([
  "",
  "{",
  "null",
  "[]",
  '{"key":1,"values":{}}',
  '{"key":"k","values":null}',
  `{"key":"k","values":${VALUES}}`,
  `{"key":"k","values":${VALUES},"sent":{}}`,
])("is none when the browser stored %j", (stored) => {
  sessionStorage.setItem("draft", stored);
  expect(loadDraft()).toBeNull();
});

it("does without a browser that stores nothing", () => {
  const forbidden = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: forbidden, setItem: forbidden });
  saveDraft(newDraft());
  expect(loadDraft()).toBeNull();
});
