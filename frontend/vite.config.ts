import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";
import { pages } from "./build/pages.ts";

export default defineConfig(({ mode }) => ({
  plugins: [tailwindcss(), pages({ withSamples: mode === "preview" })],
  build: {
    outDir: mode === "preview" ? ".preview/public" : "dist/public",
    emptyOutDir: true,
    rolldownOptions: { input: "src/main.ts" },
    // Phones that are some years old; older ones get the pages without the script.
    target: ["chrome90", "edge90", "firefox91", "safari15"],
    modulePreload: false,
  },
  // Texts and names that the API has, too, are in its folders.
  server: { fs: { allow: [".."] } },
  test: {
    include: ["{src,build}/**/*.test.ts"],
    // For machines that are busy with other tests: nothing here waits for real time.
    testTimeout: 30_000,
    environment: "happy-dom",
    environmentOptions: {
      // The pages name their script and style, which the tests do without.
      happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: true } },
    },
  },
}));
