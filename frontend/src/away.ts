import { ask } from "./ask";

const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;

/** Loads the page again once the service answers. */
export function startAway(main: HTMLElement): void {
  // This one answered a form: going away from it would take the student's way back to the answers.
  if (location.pathname === "/register") {
    return;
  }
  main.querySelector("#automatic")?.classList.remove("invisible");
  lookAfter(FIRST_PAUSE_MS);
}

function lookAfter(pauseMs: number): void {
  setTimeout(() => void look(pauseMs), pauseMs);
}

async function look(pauseMs: number): Promise<void> {
  const answer = await ask(location.href);
  if (answer && answer.main.dataset["page"] !== "away") {
    location.reload();
  } else {
    lookAfter(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
  }
}
