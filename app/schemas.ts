/**
 * Request and response bodies as zod schemas: they validate requests, type the handlers, and describe the endpoints in
 * OpenAPI.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Toy } from "./models.ts";
import type { Owner } from "./owned_toys.ts";

/** A string that PostgreSQL can store: no NUL characters and no lone surrogates. */
const storable = z.string()
  .refine((text) => !text.includes("\0"), "must not contain the NUL character")
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

/** Lengths are counted in characters, as in PostgreSQL, not in UTF-16 code units. */
const name = (most: number) =>
  storable.refine((text) => {
    const { length } = [...text];
    return length >= 1 && length <= most;
  }, `must have 1 to ${most} characters`).openapi({ minLength: 1, maxLength: most, pattern: "^[^\\u0000]*$" });

/** Sixteen bytes with a hyphen after any two of them, or none, in braces or not (`uuid_in` of PostgreSQL). */
const DIGITS = "([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}";
const UUID = `^(${DIGITS}|\\{${DIGITS}\\})$`;

/** An id as PostgreSQL takes it in any form, and as PostgreSQL writes it. */
const idIn = z.string().regex(new RegExp(UUID), "must be a UUID, in any form that PostgreSQL takes")
  .transform((text) => text.replace(/[{}-]/g, "").toLowerCase().replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"))
  .openapi({ type: "string", pattern: UUID, example: "0b9c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3" });
const idOut = z.guid().openapi({ format: "uuid" });

/** Most rows of a list. */
export const MOST_ROWS = 1000;
/** Toys shown with each user: whatever users own, a list of them stays below ten megabytes. */
export const TOYS_SHOWN = 10;

export const ToyIn = z.object({ name: name(50).openapi({ example: "kite" }) }).openapi("ToyIn");
export const ToyOut = z.object({ id: idOut, name: z.string(), createdAt: z.iso.datetime() }).openapi("Toy");

export const UserIn = z.object({
  name: name(255).optional().openapi({ description: "generated if omitted", example: "sandy" }),
  toys: z.array(idIn).min(1).max(1000).openapi({ description: "toy ids; duplicate and unknown ids are ignored" }),
}).openapi("UserIn");
export const UserOut = z.object({
  id: idOut,
  name: z.string(),
  createdAt: z.iso.datetime(),
  toys: z.array(ToyOut).max(TOYS_SHOWN).openapi({ description: "the first toys, ordered by id" }),
  moreToys: z.string().optional().openapi({ description: "where the other toys are, if there are more" }),
}).openapi("User");

export const MoreToys = UserIn.pick({ toys: true }).openapi("MoreToys");

export const ById = z.object({ id: idIn.openapi({ param: { name: "id", in: "path" } }) });

/** Digits only: `Number()` would also read `0x10`, `1e2` and an empty text. */
const limit = z.string("must be given once").regex(/^\d{1,9}$/, "must be a whole number").transform(Number)
  .pipe(z.number().min(1).max(MOST_ROWS)).prefault("100")
  .openapi({ type: "integer", minimum: 1, maximum: MOST_ROWS, default: 100, description: "maximum number of rows" });
export const Page = z.object({
  limit,
  after: idIn.optional().openapi({ description: "id of the last row of the previous page" }),
});

/** Versions that the client has seen. Compared strongly, as RFC 9110 asks: a weak one, or none at all, never matches. */
export const IfMatch = z.object({
  "if-match": z.string().optional()
    .openapi({ description: "the ETag of the toy as it was read: 412 if it has changed since", example: '"1"' }),
});

/** Returns the ETag of a version. */
export const etag = (version: number): string => `"${version}"`;

/** True if a version is one that the client has seen, or the client does not ask. */
export function matches(version: number, ifMatch: string | undefined): boolean {
  return ifMatch === undefined || ifMatch === "*" || ifMatch.split(/, */).includes(etag(version));
}

/** An error message, and the path of each invalid field, such as `["body", "name"]`. */
export const Problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.array(z.union([z.string(), z.number()])), message: z.string() })).optional(),
}).openapi("Problem");

export const Status = z.object({ status: z.string(), detail: z.string().optional() }).openapi("Status");

export function toyOut({ id, name, createdAt }: Pick<Toy, "id" | "name" | "createdAt">): z.infer<typeof ToyOut> {
  return { id, name, createdAt: createdAt.toISOString() };
}

/** @param toys of the user, ordered by id, one more than are shown if there are more. */
export function userOut({ user: { id, name, createdAt }, toys }: Owner): z.infer<typeof UserOut> {
  const shown = toys.slice(0, TOYS_SHOWN).map(toyOut);
  const more = toys.length > shown.length ? { moreToys: `/users/${id}/toys?after=${shown.at(-1)!.id}` } : {};
  return { id, name, createdAt: createdAt.toISOString(), toys: shown, ...more };
}
