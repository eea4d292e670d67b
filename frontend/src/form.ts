import { announce } from "./announce";
import { dropDraft, isEmpty, loadDraft, saveDraft } from "./draft";
import { FormFields } from "./form-fields";
import { show } from "./show";
import { submit } from "./submission";

/** Keeps the draft and sends the form, so that nothing typed is lost and nothing is sent twice. */
export function startForm(main: HTMLElement): void {
  const form = main.querySelector("form");
  const button = form?.querySelector("button");
  const progress = main.querySelector("#progress");
  if (!form || !button || !progress) {
    return;
  }
  const fields = new FormFields(form);
  const label = button.textContent;
  let sending = false;
  let accepted = false;

  const clear = () => {
    dropDraft();
    fields.clear();
    progress.replaceChildren();
  };

  const setSending = (now: boolean) => {
    sending = now;
    fields.lock(now);
    button.setAttribute("aria-disabled", String(now));
    button.textContent = now ? (form.dataset["sending"] ?? label) : label;
  };

  const send = async () => {
    setSending(true);
    // Also what the browser filled in without an event.
    saveDraft(fields.draft());
    progress.replaceChildren();
    announce(button.textContent);
    const answer = await submit(form, () => {
      progress.textContent = form.dataset["retrying"] ?? "";
    });
    if (answer?.main.dataset["page"] === "status") {
      // The button keeps saying that it is sending, until the browser has gone there.
      accepted = true;
      dropDraft();
      location.assign(answer.address);
    } else if (answer) {
      show(answer);
      startForm(answer.main);
      problemOf(answer.main)?.focus();
    } else {
      setSending(false);
      progress.replaceChildren();
      main.querySelector("#notice")?.remove();
      // Where the student is, and where nothing above moves: under the button.
      progress.before(copyOf(main, "unreachable"));
      main.querySelector<HTMLElement>("#notice")?.focus();
    }
  };

  form.addEventListener("input", () => {
    saveDraft(fields.draft());
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!sending) {
      void send();
    }
  });
  // The browser shows the page again as it was left: with answers that are accepted.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && accepted) {
      setSending(false);
      clear();
    }
  });

  const answered = problemOf(main) !== null;
  if (answered && !isEmpty(fields.draft())) {
    // The page holds what was sent, with its key; maybe before this script was there.
    saveDraft(fields.draft());
    return;
  }
  const stored = loadDraft();
  if (!stored || isEmpty(stored)) {
    return;
  }
  fields.fillEmpty(stored);
  if (answered) {
    return;
  }
  progress.replaceChildren(copyOf(main, "restored"));
  progress.querySelector("button")?.addEventListener("click", () => {
    clear();
    fields.focus();
  });
}

function problemOf(main: HTMLElement): HTMLElement | null {
  return main.querySelector<HTMLElement>("#notice, #error-summary");
}

function copyOf(main: HTMLElement, template: string): Node {
  const found = main.querySelector<HTMLTemplateElement>(`template#${template}`);
  return found ? document.importNode(found.content, true) : document.createDocumentFragment();
}
