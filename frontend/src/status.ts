import { announce } from "./announce";
import { ask } from "./ask";
import { startCopy } from "./copy";
import { show } from "./show";
import { isSame, standingOf } from "./standing";
import { localeFor, showLocalTimes } from "./times";
import { Watch } from "./watch";

const REFRESH_UNTIL_TOLD_S = 5;

/** Keeps the status page up to date, and says changes once to those who listen. */
export function startStatus(first: HTMLElement): void {
  let main = first;
  let written = main.outerHTML;
  const locale = localeFor(document.documentElement.lang, navigator.languages);

  const prepare = () => {
    showLocalTimes(main, locale);
    startCopy(main);
  };

  const look = async () => {
    const answer = await ask(location.href);
    if (answer?.main.dataset["page"] !== "status") {
      return false;
    }
    if (answer.main.outerHTML !== written) {
      const before = standingOf(main);
      main = answer.main;
      written = main.outerHTML;
      show(answer);
      prepare();
      if (!isSame(before, standingOf(main))) {
        announce(main.querySelector("h1")?.textContent ?? "");
      }
    }
    return true;
  };

  const watch = new Watch({
    events: `${location.pathname}/events`,
    standing: () => standingOf(main),
    refreshMs: () => (Number(main.dataset["refresh"]) || REFRESH_UNTIL_TOLD_S) * 1000,
    changesSilently: () => "lookAgain" in main.dataset,
    look,
    reached: (yes) => {
      sayWhetherConnected(main, yes);
    },
  });

  prepare();
  watch.start();
  addEventListener("pagehide", () => {
    watch.stop();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      watch.start();
      void watch.lookNow();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      void watch.lookNow();
    }
  });
}

function sayWhetherConnected(main: HTMLElement, yes: boolean): void {
  const connection = main.querySelector<HTMLElement>("#connection");
  const { live, reconnecting } = connection?.dataset ?? {};
  const sentence = yes ? live : reconnecting;
  if (connection && sentence && connection.textContent !== sentence) {
    connection.textContent = sentence;
  }
}
