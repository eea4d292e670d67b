import nothing from "../../../../common/import-file/src/nothing.txt?raw";

/** Up to here the service lists a value; what is longer is cut off. */
const LISTED_CHARACTERS = 1_000;
/** What makes no difference between two spellings of a name, and of an address. */
const IN_NAMES = /[^\p{L}\p{M}\p{N}]/gu;
const IN_ADDRESSES = /[\s\p{C}='"]/gu;
/** What is the same however bytes are read that are no text in the encoding. */
const NOT_ASCII = /[^a-z0-9]/g;
/** What stands for a value that is not there: the service's own list. */
const NOTHING: readonly string[] = nothing.trimEnd().split("\n");

/**
 * Whether a row of the file is the one that the service lists with these three values. It has read them in
 * its own way, and of a valid row it lists the student: blanks, what cannot be seen and the kind of a dash
 * make no difference.
 */
export function isSameRow(listed: readonly string[], own: readonly string[]): boolean {
  const pair = (at: number) => [listed[at] ?? "", own[at] ?? ""] as const;
  return (
    isSame(...pair(0), IN_NAMES) &&
    isSame(...pair(1), IN_NAMES) &&
    (isSame(...pair(2), IN_ADDRESSES) || isAddressIn(...pair(2)))
  );
}

function isSame(listed: string, own: string, ignored: RegExp): boolean {
  if (listed === own) {
    return true;
  }
  const isReplaced = listed.includes("\ufffd") || own.includes("\ufffd");
  const bare = (value: string) =>
    value
      .normalize("NFKC")
      .toLowerCase()
      .replace(isReplaced ? NOT_ASCII : ignored, "");
  const [named, found] = [bare(listed), NOTHING.includes(own.trim()) ? "" : bare(own)];
  return listed.length < LISTED_CHARACTERS ? found === named : found.startsWith(named);
}

/** An address may have been pasted with something around it, such as a name. */
function isAddressIn(listed: string, own: string): boolean {
  return listed.includes("@") && own.normalize("NFC").includes(listed);
}
