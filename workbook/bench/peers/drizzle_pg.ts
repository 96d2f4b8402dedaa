/**
 * Drizzle on npm pg.
 *
 * @module
 */
import { drizzle } from "drizzle-orm/node-postgres";
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import type { Contestant } from "../contestant.ts";
import { drizzleContestant, drizzleTasks, schema } from "./drizzle.ts";

export const drizzleOnPg: Contestant = drizzleContestant("Drizzle on pg", ["drizzle-orm", "pg"], (settings) => {
  const client = new pg.Pool({ connectionString: settings.url, max: settings.connections });
  return drizzleTasks(drizzle({ client, schema }), () => client.end());
});
