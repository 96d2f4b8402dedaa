/**
 * Names in the database: columns in snake_case; constraints and indexes by a convention, so that a migration can refer
 * to them (https://alembic.sqlalchemy.org/en/latest/naming.html): `pk_table`, `uq_table_column`, `ck_table_name`,
 * `fk_table_column_referred`, `ix_table_column`.
 *
 * @module
 */

/** Converts `createdAt` to `created_at`, and `appURL` to `app_url`, as Kysely's CamelCasePlugin does. */
export function snakeCase(name: string): string {
  return name.replace(/\p{Lu}+/gu, (letters, index) => (index > 0 ? "_" : "") + letters.toLowerCase());
}

/** Maximum length of a name in bytes: PostgreSQL truncates longer ones. */
const MOST_BYTES = 63;

/**
 * Returns the name of a primary key, unique constraint, check, foreign key or index.
 *
 * @param parts columns, or names.
 */
export function conventionalName(
  kind: "pk" | "uq" | "ck" | "fk" | "ix",
  table: string,
  parts: readonly (string | { readonly name: string })[] = [],
): string {
  return shortened([kind, table, ...parts.map((part) => typeof part === "string" ? part : part.name)].join("_"));
}

/**
 * Says why a text cannot name an object of a database.
 *
 * @returns the end of a sentence that begins with the name; `undefined` if it can
 */
export function problemOfName(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "contains NUL";
  if (!name.isWellFormed()) return "is not valid Unicode";
  return isTooLong(name) ? `is longer than ${MOST_BYTES} bytes, and PostgreSQL would cut it off` : undefined;
}

/** Whether a table may have this name: a dot is read as that of a schema, and the builder of Kysely cuts off blanks. */
export function isTableName(name: string): boolean {
  return !name.includes(".") && name === name.trim();
}

function isTooLong(name: string): boolean {
  return new TextEncoder().encode(name).length > MOST_BYTES;
}

/**
 * Replaces the end of a name that is too long by a hash of the whole, so that names with a common beginning stay
 * distinct.
 */
export function shortened(name: string): string {
  if (!isTooLong(name)) return name;
  const bytes = new TextEncoder();
  const ending = `_${hash(name)}`;
  const letters = [...name];
  while (bytes.encode(letters.join("")).length + ending.length > MOST_BYTES) letters.pop();
  return letters.join("") + ending;
}

/** FNV-1a hash, 32 bits, as 8 hexadecimal digits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}
