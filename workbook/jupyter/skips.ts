/**
 * Optional programs, and the tests skipped without them: these and no others.
 *
 * @module
 */

/** A program needed by tests but not by readers. */
interface Need {
  /** As in a test's name: `… [needs PgBouncer]`. */
  readonly name: string;
  /** Package names for the install command, per system; systems without a package are omitted. */
  readonly packages: Readonly<Partial<Record<typeof Deno.build.os, string>>>;
  readonly tests: readonly string[];
}

const inBrowser = "the pictures show before anything runs, all cells run without an error, and in the dark theme";

/** Everything that may be missing. A test runs the suites without it, and checks that these tests are skipped. */
export const NEEDS: readonly Need[] = [
  {
    name: "PgBouncer",
    packages: { linux: "pgbouncer", darwin: "pgbouncer" },
    tests: [
      "PgBouncer that keeps a process for each session is no obstacle",
      "PgBouncer is set up with any password",
      "PgBouncer is set up with no password",
      "PgBouncer's own console, which cannot be asked, is reached as before",
      "SyncEngine: a setting of the URL that PgBouncer refuses is refused as before",
      "SyncEngine: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "SyncEngine: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "SyncEngine: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "SyncEngine: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "behind PgBouncer that lends 1 by transaction, the --url of the server is told",
      "behind PgBouncer that lends 3 by transaction, the --url of the server is told",
      "behind PgBouncer that lends by statement, the --url of the server is told",
      "behind PgBouncer that lends by statement, models cannot be compared, and the --url is told",
      "commands that only read work behind PgBouncer, one after the other",
      "libpq on threads: a setting of the URL that PgBouncer refuses is refused as before",
      "libpq on threads: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "libpq on threads: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "libpq on threads: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "libpq on threads: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "libpq: a setting of the URL that PgBouncer refuses is refused as before",
      "libpq: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "libpq: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "libpq: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "libpq: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "libpq: behind PgBouncer, with PREPARE=false, more requests than connections are all served",
      "pg: a setting of the URL that PgBouncer refuses is refused as before",
      "pg: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "pg: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "pg: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "pg: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "pg: behind PgBouncer, with PREPARE=false, more requests than connections are all served",
      "postgres: a setting of the URL that PgBouncer refuses is refused as before",
      "postgres: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "postgres: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "postgres: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "postgres: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "postgres: behind PgBouncer, with PREPARE=false, more requests than connections are all served",
      "libpq: with prepare: false forgotten, of two connections none has the other's answer",
      "libpq: with prepare: false forgotten, of two processes that are alike, down to their pid, none has the other's answer",
      "pg: with prepare: false forgotten, of two connections none has the other's answer",
      "pg: with prepare: false forgotten, of two processes that are alike, down to their pid, none has the other's answer",
      "postgres: with prepare: false forgotten, of two connections none has the other's answer",
      "postgres: with prepare: false forgotten, of two processes that are alike, down to their pid, none has the other's answer",
      "wire: a setting of the URL that PgBouncer refuses is refused as before",
      "wire: behind PgBouncer as it comes, a role that has changed its settings reads the usual values",
      "wire: behind PgBouncer as it comes, what would change values without a trace is refused, with the cure",
      "wire: behind PgBouncer as the README sets it up, a role that has changed its settings reads the usual values",
      "wire: behind PgBouncer as the README sets it up, what would change values without a trace is refused, with the cure",
      "wire: behind PgBouncer, with PREPARE=false, more requests than connections are all served",
      "wire: with prepare: false forgotten, of two connections none has the other's answer",
      "wire: with prepare: false forgotten, of two processes that are alike, down to their pid, none has the other's answer",
      "where the settings do not arrive, each connection is asked",
    ],
  },
  {
    name: "Chromium",
    packages: { linux: "chromium", darwin: "--cask google-chrome", windows: "Google.Chrome" },
    tests: [
      `00_welcome: ${inBrowser}`,
      "00_welcome: exercise 00.1 goes from TODO to PASS when the solution is typed",
      "every hint, message and solution reads as it was written",
      `01_engine: ${inBrowser}`,
      `02_models: ${inBrowser}`,
      `03_session: ${inBrowser}`,
      `04_query_styles: ${inBrowser}`,
      `05_related_rows: ${inBrowser}`,
      `06_migrations: ${inBrowser}`,
      `07_drivers: ${inBrowser}`,
      `08_http_application: ${inBrowser}`,
      `09_load: ${inBrowser}`,
      `10_migrations_in_production: ${inBrowser}`,
      `11_isolation: ${inBrowser}`,
      `12_query_plans: ${inBrowser}`,
      `13_benchmarks: ${inBrowser}`,
      `14_conclusion: ${inBrowser}`,
    ],
  },
  {
    name: "psql",
    packages: { linux: "postgresql-client", darwin: "postgresql@18", windows: "PostgreSQL.PostgreSQL.18" },
    tests: [
      "psql, as it comes, makes of a script what the upgrade makes, and takes it back",
      "psql, with another client encoding, makes of a script what the upgrade makes, and takes it back",
      "psql, where backslashes are escapes, makes of a script what the upgrade makes, and takes it back",
    ],
  },
  {
    name: "pg_dump",
    packages: { linux: "postgresql-client", darwin: "postgresql@18", windows: "PostgreSQL.PostgreSQL.18" },
    tests: [
      "adopted: pg_dump sees no change",
      "the first change of each schema, as pg_dump sees it; up, down, up",
    ],
  },
  {
    name: "git",
    packages: { linux: "git", darwin: "git", windows: "Git.Git" },
    tests: ["a clone with core.autocrlf=true, as Git for Windows makes it, is the same"],
  },
];

/** Marker of tests for another system. */
const OTHER_SYSTEM = / \[(?:only|not) on \w+\]$/;

/** Returns skipped tests that no missing program explains. */
export function unexpectedSkips(skipped: readonly string[]): string[] {
  const known = new Set(NEEDS.flatMap(({ name, tests }) => tests.map((test) => `${test} [needs ${name}]`)));
  return skipped.filter((test) => !known.has(test) && !OTHER_SYSTEM.test(test));
}

/**
 * Returns the text for the end of the run: skipped tests by missing program, and the one command that installs them.
 * @returns empty if nothing was skipped.
 */
export function explainSkips(skipped: readonly string[], system: typeof Deno.build.os = Deno.build.os): string {
  if (skipped.length === 0) return "";
  const missing = NEEDS.filter(({ name }) => skipped.some((test) => test.endsWith(` [needs ${name}]`)));
  const packages = [...new Set(missing.flatMap(({ packages }) => packages[system] ?? []))];
  const lines = [`\n${skipped.length} skipped:`, ...skipped.map((test) => `  ${test}`)];
  if (packages.length > 0) lines.push(`To run them too: ${installing(packages, system)}`);
  return lines.join("\n") + "\n";
}

function installing(packages: readonly string[], system: typeof Deno.build.os): string {
  if (system === "darwin") return packages.map((each) => `brew install ${each}`).join(" && ");
  if (system === "windows") return `winget install ${packages.join(" ")}`;
  return `sudo apt-get install -y ${packages.toSorted().join(" ")}`;
}
