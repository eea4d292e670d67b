/** A stream of server-sent events that a test holds in its hand. */
export class EventSourceDouble extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static opened: EventSourceDouble[] = [];

  readyState = EventSourceDouble.OPEN;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    EventSourceDouble.opened.push(this);
  }

  static last(): EventSourceDouble {
    const last = EventSourceDouble.opened.at(-1);
    if (!last) {
      throw new Error("No stream was opened.");
    }
    return last;
  }

  tell(status: Record<string, unknown>): void {
    this.dispatchEvent(new MessageEvent("status", { data: JSON.stringify(status) }));
  }

  fail({ forGood }: { forGood: boolean }): void {
    this.readyState = forGood ? EventSourceDouble.CLOSED : EventSourceDouble.CONNECTING;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.readyState = EventSourceDouble.CLOSED;
  }
}
