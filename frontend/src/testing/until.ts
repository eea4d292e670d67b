import { vi } from "vitest";

/** Asks until nothing is wrong: for longer than a second, which is all that a busy machine has otherwise. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000 });
}
