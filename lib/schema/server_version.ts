/**
 * What older servers lack of the DDL that models may contain.
 *
 * @module
 */
import { sqlTokens } from "../base/sql_tokens.ts";
import type { Connection } from "../engine/connection.ts";
import type { Limit } from "../engine/limit.ts";
import { UnsupportedByServerError } from "./errors.ts";
import type { Metadata } from "./table.ts";

/** Words of a definition, and the major version that brought them. */
interface Feature {
  readonly words: string;
  readonly since: number;
  /** True if the words mean something else within parentheses. */
  readonly isOutside?: boolean;
}

const FEATURES: readonly Feature[] = [
  { words: "NULLS NOT DISTINCT", since: 15 },
  { words: "SET NULL (", since: 15, isOutside: true },
  { words: "SET DEFAULT (", since: 15, isOutside: true },
  { words: "WITHOUT OVERLAPS", since: 18 },
  { words: ", PERIOD", since: 18 },
  { words: "NOT ENFORCED", since: 18, isOutside: true },
];

/**
 * Refuses models that the server cannot have. Asks for its version only if they contain something new.
 *
 * @param limit applies to the question
 * @throws {UnsupportedByServerError} when the server lacks something
 */
export async function requireServer(connection: Connection, metadata: Metadata, limit?: Limit): Promise<void> {
  if (problemsOnServer(metadata, 0).length === 0) return;
  const answer = await connection.execute<{ number: number; name: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name",
    [],
    limit?.rest,
  );
  const { number, name } = answer.one();
  const problems = problemsOnServer(metadata, number);
  if (problems.length > 0) throw new UnsupportedByServerError(name, problems);
}

/**
 * Lists what a server lacks.
 *
 * @param version `server_version_num` of the server, such as 140023
 * @returns a clause for each index or constraint that it cannot have
 */
export function problemsOnServer(metadata: Metadata, version: number): string[] {
  return [...metadata.tables.values()].flatMap(({ fullName, indexes, constraints }) => {
    const definitions = [
      ...indexes.map(({ name, definition = "" }) => ({ name, sql: definition })),
      ...constraints,
    ];
    return definitions.flatMap(({ name, sql }) =>
      featuresOf(sql).filter(({ since }) => version < since * 10_000).map(({ words, since }) =>
        `"${name}" of table "${fullName}" uses ${words.replace(/^, | \($/, "")}, ` +
        `which PostgreSQL has since version ${since}`
      )
    );
  });
}

/** Finds the features that a definition uses. */
function featuresOf(sql: string): Feature[] {
  const words: { readonly text: string; readonly depth: number }[] = [];
  let depth = 0;
  for (const { type, text } of sqlTokens(sql)) {
    if (text === ")") depth--;
    if (type === "string") words.push({ text: "''", depth });
    else if (type !== "comment" && text.trim() !== "") words.push({ text: text.toUpperCase(), depth });
    if (text === "(") depth++;
  }
  const everywhere = ` ${words.map(({ text }) => text).join(" ")} `;
  const outside = ` ${words.filter(({ depth }) => depth === 0).map(({ text }) => text).join(" ")} `;
  return FEATURES.filter(({ words, isOutside }) => (isOutside ? outside : everywhere).includes(` ${words} `));
}
