import { describe, expect, it } from "vitest";
import type { Understood } from "../service/answers";
import { joinErrorFile, nameOfErrorFile } from "./error-file";
import { rowsOf } from "./rows";

const COLUMNS = ["first_name", "last_name", "email"] as const;
const MARK = "\ufeff";

function understood(
  changed: Partial<Understood> = {},
  names: readonly string[] = COLUMNS,
): Understood {
  return {
    format: "csv",
    delimiter: ",",
    encoding: "UTF-8",
    gzip: false,
    header_row: 1,
    columns: COLUMNS.map((column, at) => ({ column, name: names[at] ?? column })),
    ignored: [],
    ...changed,
  };
}

/** The service's error file of these rows. */
function errors(...rows: string[]): Blob {
  const head = "_row,first_name,last_name,email,_column,_code,_advice";
  return new Blob([`${MARK}${[head, ...rows].join("\r\n")}\r\n`]);
}

async function joined(failed: Blob, file: BlobPart, how = understood()) {
  const { blob, unmatched } = await joinErrorFile(failed, new Blob([file]), "list.csv", how);
  // The mark, which text() takes away.
  const start = new Uint8Array(await blob.slice(0, 3).arrayBuffer());
  const lines = (await blob.text()).replace(MARK, "").split(/\r?\n/).slice(0, -1);
  return { lines, unmatched, isMarked: start[0] === 0xef };
}

describe("the error file of a spreadsheet", () => {
  it("has the columns of the file, with what is wrong in front", async () => {
    const file = "id,email,last_name,first_name,born\n1,a@x.org,King,Ada,1815\n2,bob,Ng,Bob,1999\n";
    const failed = errors('3,Bob,Ng,bob,email,invalid_email,"Enter it, please."');
    const { lines, unmatched, isMarked } = await joined(failed, file);
    expect(lines).toEqual([
      "_row,_column,_code,_advice,id,email,last_name,first_name,born",
      '3,email,invalid_email,"Enter it, please.",2,bob,Ng,Bob,1999',
    ]);
    expect(unmatched).toBe(0);
    expect(isMarked).toBe(true);
  });

  it("keeps the apostrophes of a file with another program's column of rows", async () => {
    const file = "_row,first_name,last_name,email\n1,'t Hooft,'s-Gravesande,bob\n";
    const failed = errors("2,''t Hooft,''s-Gravesande,bob,email,invalid_email,Do it.");
    const { lines } = await joined(failed, file);
    expect(lines[1]).toBe("2,email,invalid_email,Do it.,1,''t Hooft,''s-Gravesande,bob");
  });

  it("keeps the file's delimiter, its blank lines above and its line breaks inside", async () => {
    const file =
      'sep=;\r\nlist of 2026\r\n\r\nVorname;Nachname;E-Mail;Notiz\r\nAda;King;ada;"a\nb;c"\r\n';
    const names = ["Vorname", "Nachname", "E-Mail"];
    const how = understood({ delimiter: ";", header_row: 3 }, names);
    const { blob } = await joinErrorFile(
      errors("4,Ada,King,ada,email,invalid_email,Do it."),
      new Blob([file]),
      "list.csv",
      how,
    );
    expect((await blob.text()).replace(MARK, "")).toBe(
      "_row;_column;_code;_advice;Vorname;Nachname;E-Mail;Notiz\r\n" +
        '4;email;invalid_email;Do it.;Ada;King;ada;"a\nb;c"\r\n',
    );
  });

  it("leaves rows with too few or too many cells as they are, so that they are refused again", async () => {
    const file = "first_name,last_name,email,class\nAda,King\nBob,Ng,b@x.org,7a,oops\n";
    const failed = errors(
      "2,Ada,King,,,too_few_cells,Fill in.",
      "3,Bob,Ng,b@x.org,,too_many_cells,Quote.",
    );
    expect((await joined(failed, file)).lines.slice(1)).toEqual([
      "2,,too_few_cells,Fill in.,Ada,King",
      "3,,too_many_cells,Quote.,Bob,Ng,b@x.org,7a,oops",
    ]);
  });

  it("makes no row valid that has a quotation mark too few", async () => {
    const file = 'id,first_name,last_name,email\n1,"Ada,King,ada@x.org\n2,Bob,Ng,b\n';
    const failed = errors("2,,,,,unclosed_quote,Close it.", "3,Bob,Ng,b,email,invalid_email,Do.");
    expect((await joined(failed, file)).lines.slice(1)).toEqual([
      '2,,unclosed_quote,Close it.,1,"""Ada,King,ada@x.org"',
      "3,email,invalid_email,Do.,2,Bob,Ng,b",
    ]);
  });

  it("protects formulas and apostrophes in every column, and takes that away the next time", async () => {
    const file = "first_name,last_name,email,note\n=A1,'t Hooft,x,-5\n";
    const failed = errors("2,'=A1,''t Hooft,x,email,invalid_email,Do.");
    const once = await joined(failed, file);
    expect(once.lines).toEqual([
      "_row,_column,_code,_advice,first_name,last_name,email,note",
      "2,email,invalid_email,Do.,'=A1,''t Hooft,x,'-5",
    ]);
    const twice = await joined(failed, `${MARK}${once.lines.join("\r\n")}\r\n`);
    expect(twice.lines).toEqual(once.lines);
  });

  it("reads the file in the encoding that the service found", async () => {
    const bytes = Uint8Array.from("first_name,last_name,email\nJ\xf6rg,M\xfcller,x\n", (c) =>
      c.charCodeAt(0),
    );
    const failed = errors("2,Jörg,Müller,x,email,invalid_email,Do.");
    const { lines } = await joined(failed, bytes, understood({ encoding: "windows-1252" }));
    expect(lines[1]).toBe("2,email,invalid_email,Do.,Jörg,Müller,x");
  });

  it("shows the service's values of a row that the file has another in place of", async () => {
    const file = "first_name,last_name,email,class\nEve,Other,e@x.org,7b\n";
    const { lines, unmatched } = await joined(
      errors("2,Ada,King,ada,email,invalid_email,Do."),
      file,
    );
    expect(lines[1]).toBe("2,email,invalid_email,Do.,Ada,King,ada,");
    expect(unmatched).toBe(1);
  });

  it("finds rows whose values the service has written in its own way", async () => {
    const file = "first_name,last_name,email,class\n Ada , King ,ADA@X.org,7b\n";
    const failed = errors("2,Ada,King,ada@x.org,email,email_already_registered,Do.");
    expect(await joined(failed, file)).toMatchObject({
      lines: [expect.any(String), "2,email,email_already_registered,Do., Ada , King ,ADA@X.org,7b"],
      unmatched: 0,
    });
  });
});

it("has as many columns as the service takes, with what is added on top", async () => {
  const names = [...Array.from({ length: 997 }, (_, at) => `c${String(at)}`), ...COLUMNS];
  const cells = [...Array.from({ length: 997 }, () => "x"), "Ada", "King", "ada"];
  const failed = errors("2,Ada,King,ada,email,invalid_email,Do.");
  const once = await joined(failed, `${names.join(",")}\n${cells.join(",")}\n`);
  const twice = await joined(failed, `${MARK}${once.lines.join("\r\n")}\r\n`);
  expect(twice.lines).toEqual(once.lines);
  expect(twice.lines[1]).toContain(",x,Ada,King,ada");
});

it("says of how many rows that the service has listed it could read nothing", async () => {
  const failed = errors('2,"Ada"x,King,ada,email,invalid_email,Do.');
  expect((await joined(failed, "first_name,last_name,email\nAda,King,ada\n")).unmatched).toBe(1);
});

it("has the columns of a file that has its values in apostrophes", async () => {
  const file =
    "list of 2026\n'id','first_name','last_name','email'\n" +
    "'1','Ada','O''Neill, Jr.','ada'\n'2','Bob'x,'Ng','b@x.org'\n";
  const failed = errors(
    '3,Ada,"O\'Neill, Jr.",ada,email,invalid_email,Do.',
    "4,,,,,text_after_quote,Do.",
  );
  expect((await joined(failed, file, understood({ header_row: 2 }))).lines).toEqual([
    "_row,_column,_code,_advice,id,first_name,last_name,email",
    '3,email,invalid_email,Do.,1,Ada,"O\'Neill, Jr.",ada',
    "4,,text_after_quote,Do.,2,''Bob'x,Ng,b@x.org",
  ]);
});

it("has the columns of a header that is broken by its quotation marks, as the service has", async () => {
  const file = 'id,"first"_name,last_name,email\n1,Ada,King,ada\n';
  const failed = errors("2,Ada,King,ada,email,invalid_email,Do.");
  const how = understood({}, ['"first"_name', "last_name", "email"]);
  expect((await joined(failed, file, how)).lines.slice(1)).toEqual([
    "2,email,invalid_email,Do.,1,Ada,King,ada",
  ]);
});

it("is not joined with a file that has other columns than the service read", async () => {
  const file = "first_name,'last_name','email'\nAda,'King','ada'\n";
  const failed = errors("2,Ada,King,ada,email,invalid_email,Do.");
  await expect(joined(failed, file)).rejects.toThrow("columns");
});

describe("the error file of JSON", () => {
  const how = understood({ format: "ndjson" });

  it("has the members of each object as they were, with what is wrong in front", async () => {
    const file =
      '{"first_name":"Ada","last_name":"King","email":"a@x.org"}\n\n' +
      '{ "email":"bob", "id":12345678901234567890, "first_name":"Bob","last_name":"Ng"}\nnot json\n';
    const failed = errors(
      "3,Bob,Ng,bob,email,invalid_email,Do.",
      "4,,,,,not_json,Send one object a line.",
    );
    const { lines } = await joined(failed, file, how);
    expect(lines).toEqual([
      '{"_row":3,"_column":"email","_code":"invalid_email","_advice":"Do.","email":"bob", "id":12345678901234567890, "first_name":"Bob","last_name":"Ng"}',
      '{"_row":4,"_column":"","_code":"not_json","_advice":"Send one object a line.","first_name":"","last_name":"","email":"","_line":"not json"}',
    ]);
    const again = await joined(
      errors("1,Bob,Ng,bob,email,invalid_email,Do."),
      `${lines[0] ?? ""}\n`,
      how,
    );
    expect(again.lines[0]).toBe(lines[0]?.replace('"_row":3', '"_row":1'));
  });

  it("takes the objects of an array one by one", async () => {
    const file =
      '[\n {"first_name": "A]", "tags": ["x", {"y": 1}], "email": "a"},\n {"email": "b\\"}"} ]';
    const rows = rowsOf(new Blob([file]), understood({ format: "json" }));
    const raws: [number, string][] = [];
    for await (const { number, raw } of rows) {
      raws.push([number, raw]);
    }
    expect(raws).toEqual([
      [1, '{"first_name": "A]", "tags": ["x", {"y": 1}], "email": "a"}'],
      [2, '{"email": "b\\"}"}'],
    ]);
  });
});

it("is named after the file", () => {
  expect(nameOfErrorFile("list.csv")).toBe("list.errors.csv");
  expect(nameOfErrorFile("list.errors.csv")).toBe("list.errors.csv");
  expect(nameOfErrorFile("list.csv.gz")).toBe("list.errors.csv");
  expect(nameOfErrorFile("")).toBe("import.errors.csv");
});
