/** Where a registration stands: what the page shows of it, and what an event says of it. */
export interface RegistrationStatus {
  readonly status: string;
  /** In milliseconds; null unless registering is paused. */
  readonly pausedUntil: number | null;
}

export function statusShown({ dataset }: HTMLElement): RegistrationStatus {
  return { status: dataset["status"] ?? "", pausedUntil: instant(dataset["pausedUntil"]) };
}

/** What an event of the stream says; null when it cannot be read. */
export function statusInEvent(data: string): RegistrationStatus | null {
  try {
    const { status, paused_until } = JSON.parse(data) as Record<string, string | undefined>;
    return status ? { status, pausedUntil: instant(paused_until) } : null;
  } catch {
    return null;
  }
}

export function isSame(one: RegistrationStatus, other: RegistrationStatus): boolean {
  return one.status === other.status && one.pausedUntil === other.pausedUntil;
}

export function isFinal({ status }: RegistrationStatus): boolean {
  return status === "registered" || status === "rejected";
}

function instant(text: string | undefined): number | null {
  return text ? Date.parse(text) : null;
}
