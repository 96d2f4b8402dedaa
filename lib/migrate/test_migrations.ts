/** For tests: migration folders made on the spot. @module */
import { dirname, join } from "node:path";

/** A revision to write; `up` and `down` are the statements of the functions, with `db` and Kysely's `sql` at hand. */
export interface RevisionText {
  readonly id: string;
  /** The parent's id; without it the revision is the first. */
  readonly after?: string;
  readonly message?: string;
  readonly up?: string;
  readonly down?: string;
}

/** A folder with `versions/`; deleted at the end of its block. */
export interface MigrationsFolder extends AsyncDisposable {
  readonly directory: string;
  /** Writes a file. @param path in the folder. */
  write(path: string, text: string): Promise<void>;
  /** Writes a revision. */
  add(revision: RevisionText): Promise<void>;
}

/** Makes a temporary folder with these revisions. */
export async function makeMigrations(...revisions: RevisionText[]): Promise<MigrationsFolder> {
  const directory = await Deno.makeTempDir({ prefix: "migrations-" });
  const folder: MigrationsFolder = {
    directory,
    async write(path, text) {
      await Deno.mkdir(dirname(join(directory, path)), { recursive: true });
      await Deno.writeTextFile(join(directory, path), text);
    },
    add: (revision) => folder.write(`versions/${revision.id}_${revision.id}.ts`, source(revision)),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
  await Deno.mkdir(join(directory, "versions"));
  for (const revision of revisions) await folder.add(revision);
  return folder;
}

/** Registers a test that reads and writes files; without the permission it is ignored, the reason in its name. */
export function fileTest(name: string, run: () => Promise<void>): void {
  const allowed = (["read", "write"] as const).every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  Deno.test({ name: allowed ? name : `${name} [needs files: deno test -P lib]`, ignore: !allowed, fn: run });
}

function source({ id, after, message = `revision ${id}`, up = "", down = "" }: RevisionText): string {
  return `/**
 * ${message}
 *
 * Revision ID: ${id}
 * Revises: ${after ?? "base"}
 * Create Date: 2025-11-03
 */
import { type Kysely, sql } from "kysely";

export const revision = "${id}";
export const downRevision = ${after ? `"${after}"` : "null"};

export async function up(db: Kysely<any>): Promise<void> {
  ${up}
}

export async function down(db: Kysely<any>): Promise<void> {
  ${down}
}
`;
}
