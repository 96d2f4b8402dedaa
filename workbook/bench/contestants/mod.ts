/**
 * Contestants that need nothing but this checkout, by the name under which `main.ts` starts them. Each is imported only
 * in its own process, which measures the import time.
 *
 * @module
 */
import type { Contestant } from "../contestant.ts";

export const contestants: Readonly<Record<string, () => Promise<Contestant>>> = {
  "pg-named": async () => (await import("./raw_pg.ts")).rawPg("pg, named", { named: true, pipelined: false }),
  "pg": async () => (await import("./raw_pg.ts")).rawPg("pg, plain", { named: false, pipelined: false }),
  "pg-pipelined": async () => (await import("./raw_pg.ts")).rawPg("pg, pipelined", { named: true, pipelined: true }),
  "postgres": async () => (await import("./raw_postgres.ts")).rawPostgres,
  "libpq": async () => (await import("./raw_libpq.ts")).rawLibpq,
  "ours-pg": async () => (await import("./ours.ts")).ours("ours on pg", "pg"),
  "ours-postgres": async () => (await import("./ours.ts")).ours("ours on postgres.js", "postgres"),
  "ours-wire": async () => (await import("./ours.ts")).ours("ours on wire", "wire"),
  "ours-libpq": async () => (await import("./ours.ts")).ours("ours on libpq", "libpq"),
  "ours-sync": async () => (await import("./ours_sync.ts")).oursSync,
  "pgbench": async () => (await import("./pgbench.ts")).pgbench("pgbench", { pipelined: false }),
  "pgbench-pipelined": async () => (await import("./pgbench.ts")).pgbench("pgbench, pipelined", { pipelined: true }),
  "bare-await": async () => (await import("./bare_await.ts")).bareAwait,
};
