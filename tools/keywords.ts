/**
 * Adds the keywords and type names of the given servers to `lib/base/keywords.ts`:
 * `deno run -A tools/keywords.ts postgresql://…`, one URL for each major version.
 *
 * @module
 */
import { type Category, KEYWORDS, TYPES, VERSIONS } from "../lib/base/keywords.ts";
import { type Connection, createEngine } from "../lib/mod.ts";

/** Keywords with their categories, and names of types, of some major versions. */
export interface Names {
  readonly versions: readonly number[];
  readonly keywords: ReadonlyMap<string, Category>;
  readonly types: ReadonlySet<string>;
}

/** The strictest last: a word has the strictest of its categories, since every version must read what is written. */
const CATEGORIES = ["U", "C", "T", "R"] as const satisfies readonly Category[];

/** Reads the names that a server knows. */
export async function namesOf(connection: Connection): Promise<Names> {
  const words = await connection.execute<{ word: string; category: Category }>(
    "SELECT word, catcode::text AS category FROM pg_get_keywords()",
  );
  const types = await connection.execute<{ name: string }>(
    `SELECT typname::text AS name FROM pg_type
      WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype <> 'c' AND typname !~ '^(_|pg_)'`,
  );
  const version = await connection.execute<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  return {
    versions: [version.scalarOne()],
    keywords: new Map(words.all().map(({ word, category }) => [word, category])),
    types: new Set(types.scalars().all()),
  };
}

/** Returns the names that at least one side knows, each with the stricter category. */
export function union(one: Names, other: Names): Names {
  const keywords = new Map(one.keywords);
  for (const [word, category] of other.keywords) {
    const known = keywords.get(word) ?? category;
    keywords.set(word, CATEGORIES.indexOf(known) < CATEGORIES.indexOf(category) ? category : known);
  }
  const versions = new Set([...one.versions, ...other.versions]);
  return { versions: [...versions].sort((a, b) => a - b), keywords, types: one.types.union(other.types) };
}

/** Writes the text of `lib/base/keywords.ts`. */
export function sourceOf({ versions, keywords, types }: Names): string {
  const ofCategory = (wanted: Category) => [...keywords].filter(([, category]) => category === wanted);
  return `/**
 * Keywords and names of types that PostgreSQL ${versions[0]} to ${
    versions.at(-1)
  } know. Written by \`tools/keywords.ts\`; do not edit.
 *
 * @module
 */

/**
 * What a keyword may name without quotes, as in \`pg_get_keywords()\`. U: anything. C: a column or table. T: a function
 * or type. R: nothing.
 */
export type Category = "U" | "C" | "T" | "R";

/** The major versions that were asked. */
export const VERSIONS: readonly number[] = [${versions.join(", ")}];

const WORDS: Readonly<Record<Category, string>> = {
${CATEGORIES.map((category) => `  ${category}: \`${wrapped(ofCategory(category).map(([word]) => word))}\`,`).join("\n")}
};

/** The category of each keyword: the strictest, where versions differ. */
export const KEYWORDS: ReadonlyMap<string, Category> = new Map(
  Object.entries(WORDS).flatMap(([category, words]) =>
    words.trim().split(/\\s+/).map((word) => [word, category as Category])
  ),
);

/** Types of the schema pg_catalog, which come before types of the same name in other schemas. */
export const TYPES: ReadonlySet<string> = new Set(
  \`${wrapped([...types])}\`.trim().split(/\\s+/),
);
`;
}

/** Sorts words and breaks them into lines. */
function wrapped(words: readonly string[]): string {
  const lines = ["   "];
  for (const word of words.toSorted()) {
    if (lines.at(-1)!.length + word.length >= 118) lines.push("   ");
    lines[lines.length - 1] += ` ${word}`;
  }
  return `\n${lines.join("\n")}\n  `;
}

if (import.meta.main) {
  let names: Names = { versions: VERSIONS, keywords: KEYWORDS, types: TYPES };
  for (const url of Deno.args) {
    await using engine = createEngine(url);
    names = union(names, await engine.begin(namesOf));
  }
  await Deno.writeTextFile(new URL("../lib/base/keywords.ts", import.meta.url), sourceOf(names));
}
