import type { ImportStatus } from "../import/service/answers";

/** An import that is being processed, with nothing counted but what is given. */
export function importStatus(changed: Partial<ImportStatus>): ImportStatus {
  return {
    status: "processing",
    reference: "06EZ",
    done: false,
    registered: 0,
    unchanged: 0,
    rejected: 0,
    invalid: 0,
    on_hold: 0,
    waiting: 0,
    ...changed,
  };
}
