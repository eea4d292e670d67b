import en from "../../../common/texts/en.json";
import type { ImportStatus, RowError, Understood } from "./service/answers";
import type { ServiceProblem } from "./service/service";

export type Texts = typeof en;

const KILOBYTE = 1000;
const MEGABYTE = 1000 * KILOBYTE;

/** What the page says, in its language. */
export class Sentences {
  readonly t: Texts["pages"]["import"];
  /** In front of the title of a page that says what is the matter. */
  readonly errorPrefix: string;
  readonly #texts: Texts;
  readonly #locale: string;

  constructor(texts: Texts, locale: string) {
    this.t = texts.pages.import;
    this.errorPrefix = texts.pages.error_prefix;
    this.#texts = texts;
    this.#locale = locale;
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.#locale, { maximumFractionDigits: 1 }).format(value);
  }

  /** The number of a row, as a spreadsheet shows it. */
  row(number: number): string {
    return new Intl.NumberFormat(this.#locale, { useGrouping: false }).format(number);
  }

  /** Rounded down: what is not done is not shown as done. */
  percent(fraction: number): string {
    return new Intl.NumberFormat(this.#locale, { style: "percent" }).format(
      Math.floor(fraction * 100) / 100,
    );
  }

  size(bytes: number): string {
    const { sizes } = this.t;
    const [sentence, unit] =
      bytes >= MEGABYTE
        ? [sizes.megabytes, MEGABYTE]
        : bytes >= KILOBYTE
          ? [sizes.kilobytes, KILOBYTE]
          : [sizes.bytes, 1];
    return fill(sentence, { number: this.number(bytes / unit) });
  }

  time(seconds: number): string {
    const { time } = this.t;
    const [sentence, unit] =
      seconds >= 5400 ? [time.hours, 3600] : seconds >= 90 ? [time.minutes, 60] : [time.seconds, 1];
    return fill(sentence, { number: this.number(Math.max(Math.round(seconds / unit), 1)) });
  }

  column(name: string): string {
    const fields: Record<string, { label: string } | undefined> = this.#texts.fields;
    return fields[name]?.label ?? name;
  }

  delimiter({ delimiter }: Understood): string {
    const { delimiters } = this.t.reading;
    const named: Record<string, string | undefined> = {
      ",": delimiters.comma,
      ";": delimiters.semicolon,
      "\t": delimiters.tab,
      "|": delimiters.bar,
      " ": this.t.understood.space,
    };
    return delimiter === undefined ? "" : (named[delimiter] ?? delimiter);
  }

  /** What to do about it. */
  problem({ kind, code, message }: ServiceProblem): string {
    const { files, problems } = this.t;
    const ofFile = code === null ? undefined : (files as Partial<Record<string, string>>)[code];
    const ofKind = (problems as Partial<Record<string, string>>)[kind];
    return ofFile ?? ofKind ?? (message === "" ? problems.other : message);
  }

  /** What an outcome means, and what to do. */
  outcome({ status, broken_off: brokenOff }: ImportStatus): string {
    const why = (this.t.files as Partial<Record<string, string>>)[brokenOff ?? ""];
    return why ?? this.t.outcome.messages[status];
  }

  /** Why a file was not read to its end. */
  brokenOff(brokenOff: { code: string; message: string }): string {
    return (this.t.files as Partial<Record<string, string>>)[brokenOff.code] ?? brokenOff.message;
  }

  /**
   * What to do about a row. The service says it in English; what it filled in there is taken out of its
   * sentence. Of what is not known here the English is shown.
   */
  advice({ column, code, message }: RowError): { text: string; isEnglish: boolean } {
    const own = template(this.#texts, column, code);
    const english = template(en, column, code);
    if (own === undefined || english === undefined) {
      return { text: message, isEnglish: true };
    }
    const values = valuesIn(message, english);
    if (values === null) {
      return { text: message, isEnglish: true };
    }
    const { row } = values;
    const written = row === undefined ? values : { ...values, row: this.row(Number(row)) };
    return { text: fill(own, written), isEnglish: false };
  }
}

/** Puts values into the places of a sentence. */
export function fill(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{([a-z]+)\}/g, (place, name: string) => values[name] ?? place);
}

function template(texts: Texts, column: string | undefined, code: string): string | undefined {
  const rows: Partial<Record<string, string>> = texts.pages.import.rows;
  const fields: Partial<Record<string, Partial<Record<string, string>>>> = texts.fields;
  return rows[code] ?? fields[column ?? ""]?.[code];
}

/** The values that a sentence was filled with; null when it is another sentence. */
function valuesIn(message: string, sentence: string): Record<string, string> | null {
  const escaped = sentence.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const pattern = escaped.replace(/\{([a-z]+)\}/g, "(?<$1>.{1,40}?)");
  if (pattern === escaped) {
    return {};
  }
  const found = new RegExp(`^${pattern}$`, "su").exec(message);
  return found === null ? null : { ...found.groups };
}
