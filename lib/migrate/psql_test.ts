/** The script of --sql, run by psql, does what the upgrade does, in the client encoding and syntax of any machine. */
import { assertEquals } from "@std/assert";
import { array, enumeration, integer, Metadata, sql, text } from "../mod.ts";
import { literal, quote } from "../base/quote.ts";
import { makeMigrations, ownLines, scratch } from "../../testing/migrations.ts";
import { psqlTest, runScript } from "../../testing/psql.ts";
import { testDatabase } from "../../testing/test_database.ts";
import { revision } from "./authoring.ts";
import { autogenerate } from "./autogenerate.ts";
import { downgradeSql, upgrade, upgradeSql } from "./commands.ts";

const database = testDatabase(import.meta.url);

/** Texts that psql could read as variables, commands, parameters or ends of statements. */
const TEXTS = [
  ":HOST :'HOST' :\"HOST\" :{?HOST}",
  "\\d \\\\ \\; \\'",
  "two\n\n\\d\nlines;\r\nCOMMIT;",
  "$$ $1 $tag$ -- /* ' \" ;",
  "🦸 é ß",
];

/** Models with each text in every place. */
function models(texts: readonly string[]): Metadata {
  const metadata = new Metadata();
  texts.forEach((value, at) => {
    const kind = enumeration(`kind ${at} ${value}`, [value, "other"]);
    metadata.add(`table_${at}_${value.replace(/[\p{Lu}.\s]/gu, "_")}`, {
      id: integer().primaryKey(),
      [value]: text().serverDefault(sql(literal(value))).comment(value),
      kinds: array(kind).serverDefault(sql(`ARRAY[${literal(value)}]::${quote(`kind ${at} ${value}`)}[]`)),
    }, {
      comment: value,
      checks: { [value]: `id::text <> ${literal(value)}` },
      indexes: [{ name: `ix ${at} ${value}`, on: ["id"], where: sql(`id::text <> ${literal(value)}`) }],
    });
  });
  return metadata;
}

for (
  const [how, env] of Object.entries<Record<string, string>>({
    "as it comes": {},
    "with another client encoding": { PGCLIENTENCODING: "LATIN1" },
    "where backslashes are escapes": { PGOPTIONS: "-c standard_conforming_strings=off" },
  })
) {
  psqlTest(database, `psql, ${how}, makes of a script what the upgrade makes, and takes it back`, async (url) => {
    const [real, other] = [await scratch(url), await scratch(url)];
    await using engine = real.engine;
    await using byScript = other.engine;
    await using folder = await makeMigrations();
    const before = await ownLines(byScript);
    for (const metadata of [models(TEXTS), models(TEXTS.map((text) => `${text} `))]) {
      await revision(folder.directory, { message: "change", autogenerate: engine, models: { metadata } });
      await upgrade(engine, folder.directory);
    }
    const options = `${env.PGOPTIONS ?? ""} -c search_path=${other.schema}`;
    const run = async (script: string) =>
      assertEquals(await runScript(url, script, { ...env, PGOPTIONS: options }), "");
    await run(await upgradeSql(folder.directory, "head"));
    assertEquals(await ownLines(byScript), await ownLines(engine));
    const metadata = models(TEXTS.map((text) => `${text} `));
    assertEquals((await byScript.begin((connection) => autogenerate(connection, metadata))).summary, []);
    await run(await downgradeSql(folder.directory, "head:base"));
    assertEquals(await ownLines(byScript), before);
  });
}
