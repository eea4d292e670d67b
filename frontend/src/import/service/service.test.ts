import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeUpload, nextUpload } from "../../testing/uploads";
import { Service } from "./service";

const service = new Service("registrar_0123456789");
const reading = {
  encoding: "",
  delimiter: "",
  columns: { first_name: "", last_name: "", email: "" },
};
const progressed = () => undefined;

beforeEach(() => {
  FakeUpload.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeUpload);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it("sends nothing of an upload that was stopped before it began", async () => {
  const stopped = AbortSignal.abort();
  await expect(
    service.check(new Blob(["x"]), "list.csv", reading, { progressed, stopped }),
  ).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  expect(FakeUpload.all).toEqual([]);
});

it("keeps the address short, however long the names are that are sent", async () => {
  const { signal: stopped } = new AbortController();
  const name = "نام".repeat(35);
  const columns = { first_name: `${name}1`, last_name: `${name}2`, email: `${name}3` };
  void service.check(
    new Blob(["x"]),
    `${name}.csv`,
    { ...reading, columns },
    {
      progressed,
      stopped,
    },
  );
  const upload = await nextUpload();
  expect(upload.address.length).toBeLessThan(100);
  expect(upload.parameters.get("column.email")).toBe(`${name}3`);
  expect(upload.parameters.get("file_name")).toBe(`${name}.csv`);
  expect(await upload.file().text()).toBe("x");
});
