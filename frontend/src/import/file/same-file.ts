import type { ImportStatus } from "../service/answers";

/** Up to here a file is read as a whole to compare it. */
const COMPARED_BYTES = 64 * 1024 * 1024;

/** Whether a file is the one that was imported, as far as that can be seen. */
export async function isFileOf(
  file: Blob,
  { bytes, sha256 }: Pick<ImportStatus, "bytes" | "sha256">,
): Promise<boolean> {
  if (bytes !== undefined && file.size !== bytes) {
    return false;
  }
  // Browsers know it on secure origins only.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle || sha256 === undefined || file.size > COMPARED_BYTES) {
    return true;
  }
  try {
    const digest = new Uint8Array(await subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
  } catch {
    return false;
  }
}
