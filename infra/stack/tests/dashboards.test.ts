// The committed dashboards are those that the sources in dashboards/ describe.

import { expect, test } from "vitest";

import { DASHBOARDS } from "../dashboards/all.ts";

test.each(Object.entries(DASHBOARDS))(
  "%s is what its source describes",
  async (file, described) => {
    const json = `${JSON.stringify(described, null, 2)}\n`;
    await expect(json).toMatchFileSnapshot(`../../grafana/dashboards/${file}`);
  },
);
