/**
 * Process of one npm peer, named by its argument.
 *
 * @module
 */
import type { Contestant } from "../contestant.ts";
import { serve } from "../worker.ts";

const peers: Readonly<Record<string, () => Promise<Contestant>>> = {
  "kysely-pg": async () => (await import("./kysely_pg.ts")).kyselyOnPg,
  "kysely-postgres": async () => (await import("./kysely_postgres.ts")).kyselyOnPostgres,
  "drizzle-pg": async () => (await import("./drizzle_pg.ts")).drizzleOnPg,
  "drizzle-postgres": async () => (await import("./drizzle_postgres.ts")).drizzleOnPostgres,
  "mikro-orm": async () => (await import("./mikro_orm.ts")).mikroOrm,
  "typeorm": async () => (await import("./typeorm.ts")).typeOrm,
};

await serve(peers[Deno.args[0]]);
Deno.exit(0); // an open pool must not keep the process alive
