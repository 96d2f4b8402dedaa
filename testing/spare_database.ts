/**
 * Reuses databases of finished test files, because creating and dropping one costs 300 files each. Only on the local
 * server: nothing is left behind on any other.
 *
 * @module
 */
import { type Client, withClient } from "../workbook/admin_client.ts";
import { withDatabase } from "../workbook/connection_url.ts";

const PREFIX = "test_spare_";
/** Larger databases are not kept: their catalogs would slow down the tests of the next file. */
const MOST_BYTES = 30_000_000;

/** Drops everything created by a test file. */
const EMPTY = `DO $$
DECLARE each name;
BEGIN
  FOR each IN SELECT nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', each);
  END LOOP;
  CREATE SCHEMA public AUTHORIZATION pg_database_owner;
  GRANT USAGE ON SCHEMA public TO PUBLIC;
  COMMENT ON SCHEMA public IS 'standard public schema';
END $$`;

/** Throws if anything exists that a new database lacks; built-in objects have ids below 16384. */
const PROVE_EMPTY = `DO $$
DECLARE
  each regclass;
  strange oid;
BEGIN
  FOR each IN
    SELECT attrelid FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared AND attname = 'oid'
  LOOP
    EXECUTE format('SELECT oid FROM %s WHERE oid >= 16384 AND oid NOT IN
      (SELECT oid FROM pg_namespace WHERE nspname = ''public'' OR nspname ~ ''^pg_(toast_)?temp_'')', each) INTO strange;
    IF strange IS NOT NULL THEN RAISE 'a test left % in %', strange, each; END IF;
  END LOOP;
  PERFORM FROM pg_database WHERE datname = current_database()
    AND datacl IS NULL AND datconnlimit = -1 AND pg_database_size(oid) < ${MOST_BYTES};
  IF NOT FOUND THEN RAISE 'not as a new one'; END IF;
  PERFORM FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
    WHERE datname = current_database() AND setrole <> 0;
  IF FOUND THEN RAISE 'a role has settings of its own'; END IF;
END $$`;

/**
 * Renames a spare database.
 * @param client connection to the server.
 * @returns whether there was one.
 */
export async function takeSpare(client: Client, name: string, prefix = PREFIX): Promise<boolean> {
  const { rows } = await client.query<{ spare: string }>(
    "SELECT datname AS spare FROM pg_database WHERE starts_with(datname, $1)",
    [prefix],
  );
  for (const { spare } of rows) {
    const isOurs = await client.query(`ALTER DATABASE "${spare}" RENAME TO "${name}"`).then(() => true, () => false);
    if (isOurs) return true; // otherwise another test file has just taken it
  }
  return false;
}

/**
 * Empties a database and keeps it for the next test file.
 * @returns whether it is as good as new; if not, it is left as it is.
 */
export async function keepAsSpare(server: string, name: string, prefix = PREFIX): Promise<boolean> {
  const spare = prefix + name.slice(-8);
  try {
    await withClient(withDatabase(server, name), async (client) => {
      await client.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity " +
          "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
      );
      await client.query("SET client_min_messages = warning");
      await client.query(EMPTY);
      await client.query(PROVE_EMPTY);
    });
    await withClient(server, async (client) => {
      await client.query(`ALTER DATABASE "${name}" RESET ALL`);
      await client.query(`ALTER DATABASE "${name}" RENAME TO "${spare}"`);
    });
    return true;
  } catch {
    return false;
  }
}
