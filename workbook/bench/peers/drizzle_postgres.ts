/**
 * Drizzle on npm postgres.
 *
 * @module
 */
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { Contestant } from "../contestant.ts";
import { drizzleContestant, drizzleTasks, schema } from "./drizzle.ts";

export const drizzleOnPostgres: Contestant = drizzleContestant(
  "Drizzle on postgres.js",
  ["drizzle-orm", "postgres"],
  (settings) => {
    const client = postgres(settings.url, { max: settings.connections });
    return drizzleTasks(drizzle({ client, schema }), () => client.end());
  },
);
