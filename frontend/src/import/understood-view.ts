import { value, type Elements } from "./elements";
import { shownName } from "./file/columns";
import { rowsOf } from "./file/rows";
import { fill, type Sentences } from "./sentences";
import { COLUMNS, type Understood } from "./service/answers";

const PREVIEW_ROWS = 5;
/** The names of hundreds of columns would be longer than all the rest of the page. */
const IGNORED_SHOWN = 8;

/** Shows how the service understood a file, by the first rows of it as they are read. */
export async function showUnderstood(
  elements: Elements,
  sentences: Sentences,
  understood: Understood,
  beginning: Blob,
): Promise<void> {
  const { t } = sentences;
  const format = understood.format.toUpperCase();
  const used = understood.columns.map(({ column, name }) =>
    fill(t.understood.used, { column: sentences.column(column), name }),
  );
  const named = understood.ignored.slice(0, IGNORED_SHOWN).join(", ");
  const more = understood.ignored.length - IGNORED_SHOWN;
  const ignored =
    more > 0 ? fill(t.understood.more, { names: named, count: sentences.number(more) }) : named;
  elements.list("understood-facts", [
    [t.understood.format, understood.gzip ? fill(t.understood.gzip, { format }) : format],
    [t.understood.encoding, understood.encoding],
    [t.understood.delimiter, sentences.delimiter(understood)],
    [t.understood.header, understood.header_row ? sentences.row(understood.header_row) : ""],
    [t.understood.columns, used.join("\n")],
    [t.understood.ignored, ignored === "" ? t.understood.none : ignored],
  ]);
  const rows = await previewOf(beginning, understood).catch(() => []);
  elements.rows(
    "preview",
    rows.map(({ number, values }) => [sentences.row(number), ...values.map(value)]),
  );
  elements.show("understood", true);
}

interface PreviewRow {
  readonly number: number;
  readonly values: readonly string[];
}

/** The first rows below the header; those that are broken have no values. */
async function previewOf(beginning: Blob, understood: Understood): Promise<PreviewRow[]> {
  const preview: PreviewRow[] = [];
  // What was unpacked to show it is not packed any more.
  const first = new Uint8Array(await beginning.slice(0, 2).arrayBuffer());
  const gzip = first[0] === 0x1f && first[1] === 0x8b;
  const names = COLUMNS.map(
    (column) => understood.columns.find((used) => used.column === column)?.name ?? column,
  );
  let places: readonly number[] | null = null;
  for await (const { number, cells, isBroken, raw } of rowsOf(beginning, { ...understood, gzip })) {
    if (understood.format === "csv" && number <= (understood.header_row ?? 1)) {
      const header = cells.map(shownName);
      places = names.map((name) => header.indexOf(name));
      continue;
    }
    const values =
      places?.map((at) => (isBroken ? "" : (cells[at] ?? ""))) ?? membersOf(raw, names);
    preview.push({ number, values });
    if (preview.length === PREVIEW_ROWS) {
      break;
    }
  }
  return preview;
}

function membersOf(raw: string, names: readonly string[]): string[] {
  try {
    const object = JSON.parse(raw) as Record<string, unknown>;
    return names.map((name) => (typeof object[name] === "string" ? object[name] : ""));
  } catch {
    return names.map(() => "");
  }
}
