/**
 * Shows times in the reader's zone and way of writing; the server writes them in UTC, for browsers
 * without scripts. A sentence that names one of them names it in the same words.
 */
export function showLocalTimes(main: HTMLElement, locale: string, timeZone?: string): void {
  const format = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    ...(timeZone && { timeZone }),
  });
  const message = main.querySelector<HTMLElement>("#message");
  for (const time of main.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) {
      continue;
    }
    const written = time.textContent;
    const local = format.format(moment);
    time.textContent = local;
    if (message?.textContent.includes(written)) {
      // A shorter time may need a line less; what is below shall not move.
      message.style.minHeight = `${message.offsetHeight}px`;
      message.textContent = message.textContent.replace(written, local);
    }
  }
}

/** The reader's own variety of the page's language, such as en-GB on an English page. */
export function localeFor(language: string, preferred: readonly string[]): string {
  return preferred.find((locale) => locale.split("-")[0] === language) ?? language;
}
