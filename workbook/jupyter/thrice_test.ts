/**
 * Notebooks three times in one kernel, as after an evening of "Run All Cells": every check says what it said before, and
 * the first cell closes what the runs opened. The server itself is asked, so that connections count whoever opened them.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { withClient } from "../admin_client.ts";
import { ensureEnvironment } from "./environment.ts";
import { readExercises, readVerdict, repeated } from "./exercises.ts";
import { execute } from "./execute.ts";
import { codeCells, readNotebooks } from "./notebook.ts";
import { notebooksFolder, solutionsFolder } from "../paths.ts";
import { testDatabase } from "../../testing/test_database.ts";

const database = testDatabase(import.meta.url);

const ROUNDS = 3;

/** Those that leave most connections open; all with `deno task test --long`, which sets THRICE. */
const SOME = ["03", "07", "11"];

const COUNT = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() " +
  "AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

for (const file of await readNotebooks(Deno.env.get("THRICE") === "all" ? [] : SOME)) {
  database.test(`${file.name}: ${ROUNDS} times in one kernel; then its first cell closes every connection`, async (url) => {
    const exercises = await readExercises(file.notebook, solutionsFolder);
    const { sources, expected } = repeated(file.notebook, exercises, ROUNDS);
    const first = codeCells(file.notebook).findIndex(({ source }) => source.includes("setUp("));
    const begin = codeCells(file.notebook).slice(0, first + 1).map(({ source }) => source);
    const state = await Deno.makeTempDir();
    let left: Promise<number> | undefined;
    const { failure, outputs } = await execute({
      environment: await ensureEnvironment(),
      sources: [...sources, ...begin, "// the kernel still runs when the connections are counted"],
      folder: notebooksFolder,
      timeout: 300,
      variables: { DATABASE_URL: url, WORKBOOK_SHARED: "1", WORKBOOK_PROGRESS: join(state, "progress.json") },
      onCell: (cell) => {
        if (cell < sources.length + begin.length) return;
        left = withClient(url, async (client) => (await client.query(COUNT)).rows[0].count);
      },
    }).finally(() => Deno.remove(state, { recursive: true }));
    assertEquals(failure, undefined);
    const said = expected.map(({ id, cell }) => [id, readVerdict(outputs[cell], id)]);
    assertEquals(said, expected.map(({ id, verdict }) => [id, verdict]));
    assertEquals(await left, 0);
  });
}
