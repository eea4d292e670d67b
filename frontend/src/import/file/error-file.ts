import type { Understood } from "../service/answers";
import { unprotect } from "./csv";
import { CsvJoin } from "./csv-join";
import { Parts, type FailedRow } from "./join-parts";
import { JsonJoin } from "./json-join";
import { rowsOf, rowsOfCsv } from "./rows";
import { textOf } from "./text";

/** The rows that did not make it, with everything that the file has of them. */
export interface ErrorFile {
  readonly blob: Blob;
  readonly name: string;
  /**
   * Rows that are there without their other columns, since the file has others in their place, or are
   * not there, since the service's list of them cannot be read.
   */
  readonly unmatched: number;
}

/**
 * Joins the service's error file, which has the three values of each row alone, with the file itself by
 * the numbers of the rows. What is added stands in front: a row with too few or too many cells stays as
 * it was, and is refused again unless it is corrected.
 */
export async function joinErrorFile(
  errors: Blob,
  file: Blob,
  fileName: string,
  understood: Understood,
): Promise<ErrorFile> {
  const out = new Parts();
  const failedRows = failedRowsOf(errors);
  const join =
    understood.format === "csv"
      ? await CsvJoin.begin(rowsOf(file, understood), understood, out)
      : new JsonJoin(rowsOf(file, understood), understood, out);
  let lost = 0;
  for await (const failed of failedRows) {
    if (failed === null) {
      lost += 1;
    } else {
      await join.add(failed);
    }
  }
  await join.end();
  return {
    blob: out.into(join.type),
    name: nameOfErrorFile(fileName, join.extension),
    unmatched: join.unmatched + lost,
  };
}

export function nameOfErrorFile(fileName: string, extension = "csv"): string {
  const bare = fileName.replace(/(\.errors)?(\.[a-z]{2,6})?(\.gz)?$/i, "");
  return `${bare === "" ? "import" : bare}.errors.${extension}`;
}

/** What cannot be read of the service's own list is null. */
async function* failedRowsOf(errors: Blob): AsyncGenerator<FailedRow | null> {
  for await (const { cells, isBroken } of rowsOfCsv(
    textOf(errors, { encoding: "utf-8", gzip: false }),
    ",",
  )) {
    const [number, ...rest] = cells.map(unprotect);
    if (isBroken || number === undefined) {
      yield null;
    } else if (/^\d+$/.test(number)) {
      yield { number: Number(number), values: rest.slice(0, 3), why: rest.slice(3) };
    }
  }
}
