/** So much of a file shows how it is to be read. */
export const BEGINNING_BYTES = 256 * 1024;

/** What is read at a stretch, while the page does nothing else. */
const PART_BYTES = 64 * 1024;

/** The largest JSON array that the service reads; one byte more shows that a file is larger. */
const JSON_ARRAY_BYTES = 8 * 1024 * 1024 + 1;

/** The beginning of a file, which the service is asked about before the whole is sent. */
export interface Beginning {
  readonly blob: Blob;
  /** It is all of the file. */
  readonly isWhole: boolean;
}

/** Fails when the file cannot be read, as when it was changed after it was chosen. */
export async function beginningOf(file: File): Promise<Beginning> {
  const first = new Uint8Array(await file.slice(0, BEGINNING_BYTES).arrayBuffer());
  if (file.size <= BEGINNING_BYTES) {
    return { blob: new Blob([first]), isWhole: true };
  }
  if (isGzip(first)) {
    // What is cut off cannot be unpacked by the service.
    const unpacked = await unpackedBeginning(file);
    return unpacked === null ? { blob: file, isWhole: true } : { blob: unpacked, isWhole: false };
  }
  if (new TextDecoder().decode(first.subarray(0, 1024)).trimStart().startsWith("[")) {
    const blob = file.slice(0, JSON_ARRAY_BYTES);
    return { blob, isWhole: file.size < JSON_ARRAY_BYTES };
  }
  return { blob: new Blob([first]), isWhole: false };
}

/** Text to offer the columns of a file by, whatever it is. */
export async function textToOffer(file: File, encoding: string): Promise<string> {
  const { blob } = await beginningOf(file);
  let bytes = new Uint8Array(await blob.slice(0, BEGINNING_BYTES).arrayBuffer());
  if (isGzip(bytes)) {
    const unpacked = await unpackedBeginning(blob);
    bytes = new Uint8Array((await unpacked?.arrayBuffer()) ?? []);
  }
  return new TextDecoder(likelyEncoding(bytes, encoding)).decode(bytes);
}

async function unpackedBeginning(file: Blob): Promise<Blob | null> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for await (const part of partsOf(file, true)) {
      parts.push(part);
      length += part.length;
      if (length >= BEGINNING_BYTES) {
        break;
      }
    }
  } catch {
    // An old browser, or broken: the service says what is wrong with it.
    return null;
  }
  return new Blob(parts);
}

/** The text of a file in parts, read as the service reads it. */
export async function* textOf(
  file: Blob,
  { encoding, gzip }: { encoding: string; gzip: boolean },
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const part of partsOf(file, gzip)) {
    yield decoder.decode(part, { stream: true });
  }
  yield decoder.decode();
}

async function* partsOf(file: Blob, gzip: boolean): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = gzip ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      // A browser may hand over megabytes at once.
      for (let start = 0; start < value.length; start += PART_BYTES) {
        await otherTasks();
        yield value.subarray(start, start + PART_BYTES);
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The encoding of a beginning, to offer its columns by; whether the file is read in it, the service
 * decides.
 */
export function likelyEncoding(bytes: Uint8Array, given: string): string {
  const marks = [
    [[0xef, 0xbb, 0xbf], "utf-8"],
    [[0xff, 0xfe], "utf-16le"],
    [[0xfe, 0xff], "utf-16be"],
  ] as const;
  const marked = marks.find(([mark]) => mark.every((byte, at) => bytes[at] === byte));
  if (marked !== undefined || given !== "") {
    return marked?.[1] ?? given;
  }
  const nulAt = (parity: number) =>
    bytes.filter((byte, at) => byte === 0 && at % 2 === parity).length;
  if (nulAt(1) >= Math.max(bytes.length / 4, 1)) {
    return "utf-16le";
  }
  if (nulAt(0) >= Math.max(bytes.length / 4, 1)) {
    return "utf-16be";
  }
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** Lets the page do what waits: draw, scroll, answer a key. Timers would be slow in a hidden tab. */
function otherTasks(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
