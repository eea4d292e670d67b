import type { Chosen } from "./checking";
import type { Elements } from "./elements";
import type { Followed } from "./import-view";
import type { Sentences } from "./sentences";
import { StoppedUpload } from "./stopped-upload";
import type { UploadView } from "./upload-view";
import type { Running } from "./work";

/** Sends a file that was checked; the import that it became, also when it was stopped on its way. */
export async function send(
  elements: Elements,
  { t }: Sentences,
  view: UploadView,
  { file, reading, service }: Chosen,
  running: Running,
): Promise<Followed> {
  elements.show("checked", false);
  const upload = running.upload(t.work.importing, file.size);
  elements.get("work-title").focus();
  addEventListener("beforeunload", askFirst);
  try {
    const stoppedUpload = new StoppedUpload(service, file.name, running.stopped);
    return await service.import(file, file.name, reading, upload).then(
      ({ reference, rows, understood }) => ({ service, reference, rows, understood, file }),
      async (problem: unknown) => {
        if (!running.isCancelled()) {
          throw problem;
        }
        view.cancelling();
        return { service, reference: await stoppedUpload.cancel(), file };
      },
    );
  } catch (problem) {
    // It can be sent again as it was checked.
    elements.show("checked", true);
    throw problem;
  } finally {
    removeEventListener("beforeunload", askFirst);
  }
}

/** The rest of the file would not be sent. */
function askFirst(event: Event): void {
  event.preventDefault();
}
