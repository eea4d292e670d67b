import { announce } from "./announce";
import { ask } from "./ask";
import { startCopy } from "./copy";
import { show } from "./show";
import { isSame, statusShown } from "./registration-status";
import { localeFor, showLocalTimes } from "./times";
import { Watch } from "./watch";

const DEFAULT_REFRESH_S = 5;

/** Keeps the status page up to date, and says changes once to those who listen. */
export function startStatus(first: HTMLElement): void {
  let main = first;
  let written = main.outerHTML;
  const locale = localeFor(document.documentElement.lang, navigator.languages);

  const prepare = () => {
    showLocalTimes(main, locale);
    startCopy(main);
  };

  const look = async (stopped: AbortSignal) => {
    const answer = await ask(location.href, { stopped });
    if (stopped.aborted || answer?.main.dataset["page"] !== "status") {
      return false;
    }
    if (answer.main.outerHTML !== written) {
      const before = statusShown(main);
      main = answer.main;
      written = main.outerHTML;
      show(answer);
      prepare();
      if (!isSame(before, statusShown(main))) {
        announce(main.querySelector("h1")?.textContent ?? "");
      }
    }
    return true;
  };

  const startWatch = () => {
    const watch = new Watch({
      events: `${location.pathname}/events`,
      status: () => statusShown(main),
      refreshMs: () => (Number(main.dataset["refresh"]) || DEFAULT_REFRESH_S) * 1000,
      changesSilently: () => "lookAgain" in main.dataset,
      look,
      reached: (yes) => {
        sayWhetherConnected(main, yes);
      },
    });
    watch.start();
    return watch;
  };

  // Nothing is watched that cannot be seen: a tab holds a connection, of which a browser has few.
  let watch = isVisible() ? startWatch() : null;
  const hide = () => {
    watch?.stop();
    watch = null;
  };
  const showAgain = () => {
    watch ??= startWatch();
    void watch.lookNow();
  };
  prepare();
  document.addEventListener("visibilitychange", () => {
    if (isVisible()) {
      showAgain();
    } else {
      hide();
    }
  });
  addEventListener("pagehide", hide);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted && isVisible()) {
      showAgain();
    }
  });
}

function isVisible(): boolean {
  return document.visibilityState === "visible";
}

function sayWhetherConnected(main: HTMLElement, yes: boolean): void {
  const connection = main.querySelector<HTMLElement>("#connection");
  const { live, reconnecting } = connection?.dataset ?? {};
  const sentence = yes ? live : reconnecting;
  if (connection && sentence && connection.textContent !== sentence) {
    connection.textContent = sentence;
  }
}
