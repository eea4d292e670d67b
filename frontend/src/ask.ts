/** A page of ours that a request was answered with, whatever the HTTP status. */
export interface Answer {
  readonly page: Document;
  readonly main: HTMLElement;
  /** After redirects. */
  readonly address: string;
}

export interface Sent {
  readonly method: "POST";
  readonly body: URLSearchParams;
  readonly headers: Record<string, string>;
}

/**
 * Longer than the API takes for any answer of its own: 10 s for a slow body and 20 s for the rest.
 * Who gives up sooner asks a busy service twice and never reads why it could not answer.
 */
const TIMEOUT_MS = 35_000;

/** Asks for a page; null when nothing came in time or before it was stopped, or it is no page of ours. */
export async function ask(
  address: string,
  { sent, stopped }: { sent?: Sent; stopped?: AbortSignal },
): Promise<Answer | null> {
  const ended = new AbortController();
  const end = () => {
    ended.abort();
  };
  const timer = setTimeout(end, TIMEOUT_MS);
  stopped?.addEventListener("abort", end);
  try {
    const response = await fetch(address, {
      ...sent,
      headers: { ...sent?.headers, Accept: "text/html" },
      cache: "no-store",
      signal: ended.signal,
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const main = page.querySelector<HTMLElement>("main[data-page]");
    return main && { page, main, address: response.url };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    stopped?.removeEventListener("abort", end);
  }
}
