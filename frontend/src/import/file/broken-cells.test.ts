import { expect, it } from "vitest";
import { brokenCells } from "./broken-cells";

it("has all of a broken line in its cells", () => {
  for (const [line, cells] of [
    ['"Dwayne "The Rock" J",b,c', ['"Dwayne "The Rock" J"', "b", "c"]],
    ['"a, ""b""","c"d,', ['a, "b"', '"c"d', ""]],
    ['a,"b,c', ["a", '"b,c']],
    ['"","a" ,b', ["", '"a" ', "b"]],
  ] as const) {
    expect([line, brokenCells(line, ",", '"')]).toEqual([line, cells]);
  }
});
