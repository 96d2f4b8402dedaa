/** The contestants that need nothing but this checkout, by the name under which `main.ts` starts them. @module */
import type { Contestant } from "../contestant.ts";
import { bareAwait } from "./bare_await.ts";
import { ours } from "./ours.ts";
import { rawPg } from "./raw_pg.ts";
import { rawPostgres } from "./raw_postgres.ts";

export const contestants: Readonly<Record<string, Contestant>> = {
  "pg-named": rawPg("pg, named", { named: true, pipelined: false }),
  "pg": rawPg("pg, plain", { named: false, pipelined: false }),
  "pg-pipelined": rawPg("pg, pipelined", { named: true, pipelined: true }),
  "postgres": rawPostgres,
  "ours-pg": ours("ours on pg", "pg"),
  "ours-postgres": ours("ours on postgres.js", "postgres"),
  "bare-await": bareAwait,
};
