import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { BUILT, ROOT } from "./places";

const KEEPER = join(ROOT, "tools/local/src/process/keeper.sh");

/**
 * Leads a group with the stack's own keeper in it, which ends the group when this process is gone,
 * however that ends: it reads from a pipe that only we hold.
 */
const KEPT = 'exec 3<&0; /bin/sh "$0" "" <&3 3<&- & exec "$@" </dev/null 3<&-';

/** One of Registrar's programs, running with the settings of a test. */
export class Process {
  readonly #name: string;
  readonly #child: ChildProcess;
  #output = "";

  constructor(name: string, args: readonly string[] = [], settings: Record<string, string> = {}) {
    this.#name = name;
    this.#child = spawn("/bin/sh", ["-c", KEPT, KEEPER, join(BUILT, name), ...args], {
      detached: true,
      cwd: ROOT,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings },
      stdio: "pipe",
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Waits for output that `find` finds something in. */
  async said<T>(find: (output: string) => T | undefined): Promise<T> {
    const ended = once(this.#child, "exit").then(() => "ended" as const);
    for (;;) {
      const found = find(this.#output);
      if (found !== undefined) {
        return found;
      }
      const more = [this.#child.stdout, this.#child.stderr].map((stream) =>
        stream === null ? ended : once(stream, "data"),
      );
      if ((await Promise.race([ended, ...more])) === "ended") {
        throw new Error(`${this.#name} ended: ${this.#output}`);
      }
    }
  }

  /** Waits for a line of its log with this message. */
  async logged(message: string): Promise<Record<string, string>> {
    return this.said((output) =>
      output
        .split("\n")
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line) => JSON.parse(line) as Record<string, string>)
        .find((line) => line["message"] === message),
    );
  }

  /** Ends it, with everything that it started, as a power cut would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await exited;
    }
    this.#child.stdin?.destroy();
  }
}

/** Runs one of Registrar's programs to its end; what it printed. */
export async function run(
  name: string,
  args: readonly string[],
  settings: Record<string, string>,
): Promise<string> {
  const child = spawn(join(BUILT, name), args, {
    env: { PATH: process.env["PATH"], ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [printed, complaint] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) {
    throw new Error(`${name} ${args.join(" ")}: ${complaint}`);
  }
  return printed;
}
