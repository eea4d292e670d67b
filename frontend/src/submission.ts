import { ask, type Answer } from "./ask";

/** How long to wait before each further try. */
const PAUSES_MS = [1000, 2000, 4000];

/**
 * Sends the form until the service says something about it: where the registration stands, or what
 * to correct. Every try carries the same key, so the tries are one registration. Null when the service
 * could not be reached at all.
 */
export async function submit(form: HTMLFormElement, retrying: () => void): Promise<Answer | null> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    body.append(name, value as string);
  }
  const headers = { "Idempotency-Key": body.get("idempotency_key") ?? "" };
  const send = () => ask(form.action, { sent: { method: "POST", body, headers } });

  let answer = await send();
  for (const pauseMs of PAUSES_MS) {
    if (isAboutTheForm(answer)) {
      return answer;
    }
    retrying();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    answer = await send();
  }
  return isAboutTheForm(answer) ? answer : null;
}

function isAboutTheForm(answer: Answer | null): boolean {
  const page = answer?.main.dataset["page"];
  return page === "status" || page === "form";
}
