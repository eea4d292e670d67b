import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Registrar's programs, as the gate builds them. */
export const BUILT = join(process.env["CARGO_TARGET_DIR"] ?? join(ROOT, "target"), "debug");

/** The built pages. */
export const DIST = join(ROOT, "frontend/dist");
