/**
 * The process of one of the peers from npm, which its argument names.
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
Deno.exit(0); // a pool that was left open does not keep it alive
