/** The columns of a student, as the service names them. */
export const COLUMNS = ["first_name", "last_name", "email"] as const;

export type Column = (typeof COLUMNS)[number];

/** What an importer says of a file; what is empty is found by the service. */
export interface Reading {
  readonly encoding: string;
  readonly delimiter: string;
  readonly columns: Readonly<Record<Column, string>>;
}

/** How the service understood a file. */
export interface Understood {
  readonly format: "csv" | "ndjson" | "json";
  readonly delimiter?: string;
  readonly encoding: string;
  readonly gzip: boolean;
  readonly header_row?: number;
  readonly columns: readonly { readonly column: Column; readonly name: string }[];
  readonly ignored: readonly string[];
}

export interface RowError {
  readonly row: number;
  readonly column?: string;
  readonly code: string;
  readonly message: string;
}

interface FileAnswer {
  readonly rows: number;
  readonly invalid: number;
  readonly errors: readonly RowError[];
  readonly understood: Understood;
  readonly broken_off?: { readonly code: string; readonly message: string };
}

/** The answer to a dry run. */
export interface Checked extends FileAnswer {
  readonly new: number;
  readonly unchanged: number;
  readonly duplicates: number;
}

/** The answer to an upload. */
export interface Accepted extends FileAnswer {
  readonly reference: string;
}

/** Where an import stands. */
export interface ImportStatus {
  readonly status: "receiving" | "processing" | "finished" | "cancelled" | "broken_off";
  readonly reference: string;
  readonly done: boolean;
  readonly file_name?: string;
  readonly rows?: number;
  readonly registered: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly invalid: number;
  readonly on_hold: number;
  readonly waiting: number;
  readonly rows_per_second?: number;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly understood?: Understood;
  /** Why the file was not read to its end. */
  readonly broken_off?: string;
}
