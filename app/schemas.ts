/**
 * What goes in and out, as zod schemas: they check requests, give the handlers their types, and describe the endpoints
 * in OpenAPI.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Toy, User } from "./models.ts";

/** A text that PostgreSQL can store: without NUL, and no half of a surrogate pair. */
const storable = z.string()
  .refine((text) => !text.includes("\0"), "must not contain the NUL character")
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

/** Lengths count characters, as PostgreSQL does, not UTF-16 units. */
const name = (most: number) =>
  storable.refine((text) => {
    const { length } = [...text];
    return length >= 1 && length <= most;
  }, `must have 1 to ${most} characters`).openapi({ minLength: 1, maxLength: most });

/** Any UUID that PostgreSQL takes: `z.uuid()` refuses those that no standard's version has made. */
const id = z.guid().openapi({ format: "uuid" });

export const ToyIn = z.object({ name: name(50).openapi({ example: "kite" }) }).openapi("ToyIn");
export const ToyOut = z.object({ id, name: z.string(), createdAt: z.iso.datetime() }).openapi("Toy");

export const UserIn = z.object({
  name: name(255).optional().openapi({ description: "made up when absent", example: "sandy" }),
  toys: z.array(id).min(1).max(1000).openapi({ description: "ids of toys; repeated and unknown ones are left out" }),
}).openapi("UserIn");
export const UserOut = z.object({ id, name: z.string(), createdAt: z.iso.datetime(), toys: z.array(ToyOut) })
  .openapi("User");

export const MoreToys = UserIn.pick({ toys: true }).openapi("MoreToys");

export const ById = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) });
export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: "how many at most" }),
  after: id.optional().openapi({ description: "the id of the last one of the page before" }),
});

/** What is wrong, and with which field: `["body", "name"]`. */
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
