import { ServiceProblem, type Service } from "./service/service";
import { pause } from "./service/watch";

/** An import is listed once its first rows were seen. */
const LISTED_WITHIN_TRIES = 5;
const LISTED_AGAIN_MS = 1000;

/** Cancels what came of an upload that was stopped, whose reference was never answered; its reference. */
export async function cancelStopped(service: Service, fileName: string): Promise<string> {
  const { signal } = new AbortController();
  for (let tries = 0; tries < LISTED_WITHIN_TRIES; tries += 1) {
    const listed = await service.newest(signal).catch(() => []);
    const sent = listed.find((one) => one.file_name === fileName && !one.done);
    if (sent !== undefined) {
      await service.cancel(sent.reference, signal);
      return sent.reference;
    }
    await pause(LISTED_AGAIN_MS, signal);
  }
  throw new ServiceProblem("upload_stopped", null, "");
}
