import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** The network between nginx and the API: it can be cut, hold answers back, or lose them. */
export class Way {
  /** Where the API is; undefined while there is none. */
  target: number | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #losesAnswers = false;
  #lost = 0;
  #held: (() => void)[] | undefined;

  constructor() {
    this.#server = createServer((client) => {
      this.#forward(client);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** As when the API is down: connections are closed, at once and from now on. */
  cut(): void {
    this.#isCut = true;
    this.#closeAll();
  }

  /** Requests arrive and are done; in place of their answers the connection ends. */
  loseAnswers(): void {
    this.#losesAnswers = true;
  }

  /** How many answers it has lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Requests arrive and answers wait until the way is restored. */
  holdAnswers(): void {
    this.#held = [];
  }

  /** As it was in the beginning. */
  restore(): void {
    this.#isCut = false;
    this.#losesAnswers = false;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const release of held) {
      release();
    }
  }

  close(): void {
    this.#closeAll();
    this.#server.close();
  }

  #forward(client: Socket): void {
    if (this.#isCut || this.target === undefined) {
      client.destroy();
      return;
    }
    const api = connect(this.target, "127.0.0.1");
    const both = [client, api] as const;
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        both.forEach((one) => one.destroy());
      });
    }
    client.pipe(api);
    api.on("data", (data) => {
      if (this.#losesAnswers) {
        this.#lost += 1;
        client.destroy();
      } else if (this.#held === undefined) {
        client.write(data);
      } else {
        this.#held.push(() => client.write(data));
      }
    });
  }

  #closeAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
