import { showChecked } from "./checked-view";
import type { Elements } from "./elements";
import { beginningOf } from "./file/text";
import type { Sentences } from "./sentences";
import type { Reading } from "./service/answers";
import type { Service, Upload } from "./service/service";
import { showUnderstood } from "./understood-view";
import type { Running } from "./work";

/** A file that an importer has chosen, and how it is read. */
export interface Chosen {
  readonly file: File;
  readonly reading: Reading;
  readonly service: Service;
}

/** Asks about the beginning first, so that a file that is not understood is not sent for nothing. */
export async function check(
  elements: Elements,
  sentences: Sentences,
  { file, reading, service }: Chosen,
  running: Running,
): Promise<void> {
  const { work } = sentences.t;
  const { blob, isWhole } = await beginningOf(file);
  const ask = async (part: Blob, upload: Upload) => {
    const checked = await service.check(part, file.name, reading, upload);
    await showUnderstood(elements, sentences, checked.understood, blob);
    return checked;
  };
  const first = isWhole
    ? running.upload(work.checking, blob.size)
    : running.upload(work.beginning, null);
  let checked = await ask(blob, first);
  elements.get("understood-title").focus();
  if (!isWhole) {
    checked = await ask(file, running.upload(work.checking, file.size));
  }
  showChecked(elements, sentences, checked);
  // What has the focus is about to go.
  if (elements.get("work").contains(document.activeElement)) {
    elements.get("checked-title").focus();
  }
}
