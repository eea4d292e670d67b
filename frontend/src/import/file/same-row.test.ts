import { expect, it } from "vitest";
import cases from "../../../../tests/corpus/listed-rows.json";
import type { Understood } from "../service/answers";
import { protect, written } from "./csv";
import { joinErrorFile } from "./error-file";

const COLUMNS = ["first_name", "last_name", "email"] as const;

// The service's crate, with which the command joins, is held to the same rows.
it.each(cases)("joins a row with what is listed of it: $about", async (one) => {
  const understood: Understood = {
    format: one.format === "ndjson" ? "ndjson" : "csv",
    delimiter: ",",
    encoding: "UTF-8",
    gzip: false,
    header_row: 1,
    columns: COLUMNS.map((column) => ({ column, name: column })),
    ignored: [],
  };
  const cells = [String(one.row), ...one.listed, "email", "invalid_email", "Do."];
  const list = cells.map((cell) => written(protect(cell), ",")).join(",");
  const header = "_row,first_name,last_name,email,_column,_code,_advice";
  const errors = new Blob([`\ufeff${header}\r\n${list}\r\n`]);
  const { unmatched } = await joinErrorFile(errors, new Blob([one.text]), "list", understood);
  expect(unmatched === 0).toBe(one.is_same);
});
