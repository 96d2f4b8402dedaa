/**
 * The cost of a bare `await` without a database: the lower bound for the identity map.
 *
 * @module
 */
import type { Contestant } from "../contestant.ts";
import { key } from "../rows.ts";

export const bareAwait: Contestant = {
  name: "bare await",
  packages: [],
  notes: [],
  open() {
    const resolved = Promise.resolve({ id: key(0), name: "hero 0", points: 0, createdAt: new Date(0) });
    return Promise.resolve({
      tasks: {
        "identity-map": async () => {
          let hero;
          for (let call = 0; call < 1_000; call++) hero = await resolved;
          return hero;
        },
      },
      close: () => Promise.resolve(),
    });
  },
};
