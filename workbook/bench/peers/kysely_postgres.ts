/**
 * Kysely on npm postgres, with the dialect of Kysely's own organization.
 *
 * @module
 */
import { Kysely } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";
import type { Contestant } from "../contestant.ts";
import { kyselyContestant, kyselyTasks } from "./kysely.ts";

export const kyselyOnPostgres: Contestant = kyselyContestant(
  "Kysely on postgres.js",
  ["kysely", "kysely-postgres-js", "postgres"],
  ({ url, connections }) => {
    const sql = postgres(url, { max: connections });
    return kyselyTasks(new Kysely({ dialect: new PostgresJSDialect({ postgres: sql }) }));
  },
);
