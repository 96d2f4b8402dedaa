/**
 * Kysely on npm pg, with its built-in dialect.
 *
 * @module
 */
import { Kysely, PostgresDialect } from "kysely";
// @ts-types="npm:@types/pg@^8.15.0"
import pg from "pg";
import Cursor from "pg-cursor";
import type { Contestant } from "../contestant.ts";
import { kyselyContestant, kyselyTasks } from "./kysely.ts";

export const kyselyOnPg: Contestant = kyselyContestant("Kysely on pg", ["kysely", "pg"], ({ url, connections }) => {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  return kyselyTasks(new Kysely({ dialect: new PostgresDialect({ pool, cursor: Cursor }) }));
});
