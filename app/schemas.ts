/**
 * Request and response bodies as zod schemas: they validate requests, type the handlers, and describe the endpoints in
 * OpenAPI.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Toy, User } from "./models.ts";

/** A string that PostgreSQL can store: no NUL characters and no lone surrogates. */
const storable = z.string()
  .refine((text) => !text.includes("\0"), "must not contain the NUL character")
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

/** Lengths are counted in characters, as in PostgreSQL, not in UTF-16 code units. */
const name = (most: number) =>
  storable.refine((text) => {
    const { length } = [...text];
    return length >= 1 && length <= most;
  }, `must have 1 to ${most} characters`).openapi({ minLength: 1, maxLength: most });

/** Any UUID that PostgreSQL accepts; `z.uuid()` rejects those that match no standard version. */
const id = z.guid().openapi({ format: "uuid" });

export const ToyIn = z.object({ name: name(50).openapi({ example: "kite" }) }).openapi("ToyIn");
export const ToyOut = z.object({ id, name: z.string(), createdAt: z.iso.datetime() }).openapi("Toy");

export const UserIn = z.object({
  name: name(255).optional().openapi({ description: "generated if omitted", example: "sandy" }),
  toys: z.array(id).min(1).max(1000).openapi({ description: "toy ids; duplicate and unknown ids are ignored" }),
}).openapi("UserIn");
export const UserOut = z.object({ id, name: z.string(), createdAt: z.iso.datetime(), toys: z.array(ToyOut) })
  .openapi("User");

export const MoreToys = UserIn.pick({ toys: true }).openapi("MoreToys");

export const ById = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) });
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: "maximum number of rows" }),
  after: id.optional().openapi({ description: "id of the last row of the previous page" }),
});

/** An error message, and the path of each invalid field, such as `["body", "name"]`. */
export const Problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.array(z.union([z.string(), z.number()])), message: z.string() })).optional(),
}).openapi("Problem");

export function toyOut({ id, name, createdAt }: Toy): z.infer<typeof ToyOut> {
  return { id, name, createdAt: createdAt.toISOString() };
}

export function userOut({ id, name, createdAt, toys }: User): z.infer<typeof UserOut> {
  const byName = [...toys].sort((a, b) => a.name < b.name ? -1 : 1);
  return { id, name, createdAt: createdAt.toISOString(), toys: byName.map(toyOut) };
}
