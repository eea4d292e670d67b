import { afterEach, expect, it, vi } from "vitest";
import { loadDraft, saveDraft } from "./draft";

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
  `{"key":1,"values":${VALUES}}`,
  '{"key":"k","values":null}',
  '{"key":"k","values":{"first_name":"","last_name":""}}',
])("is none when the browser stored %j", (stored) => {
  sessionStorage.setItem("draft", stored);
  expect(loadDraft()).toBeNull();
});

it("does without a browser that stores nothing", () => {
  const forbidden = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  vi.stubGlobal("sessionStorage", { getItem: forbidden, setItem: forbidden });
  saveDraft({ key: "k", values: { first_name: "", last_name: "", email: "" } });
  expect(loadDraft()).toBeNull();
});
