/**
 * The toys of users, as far as a response holds them: SQL for what `selectinload()` would load whole.
 *
 * @module
 */
import type { Toy, User } from "./models.ts";

/** A user and their first toys, ordered by id. */
export interface Owner {
  readonly user: User;
  readonly toys: readonly Pick<Toy, "id" | "name" | "createdAt">[];
}

/**
 * The first toys of each user: `selectinload()` would load all of them, and a user may own a million. The subquery runs
 * once for each user, on the primary key of `user_toy`, and stops at its limit.
 */
export const FIRST_TOYS = `
  SELECT owner.id AS "ownerId", toy.id, toy.name, toy.created_at AS "createdAt"
  FROM unnest($1::uuid[]) AS owner (id)
  CROSS JOIN LATERAL (
    SELECT toys.* FROM user_toy JOIN toys ON toys.id = user_toy.toy_id
    WHERE user_toy.user_id = owner.id ORDER BY user_toy.toy_id LIMIT $2
  ) AS toy
  ORDER BY owner.id, toy.id`;

/** A row of {@linkcode FIRST_TOYS}. */
export interface OwnedToy {
  readonly ownerId: string;
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** One page of the toys of a user. */
export const TOYS_OF = `
  SELECT toys.* FROM user_toy JOIN toys ON toys.id = user_toy.toy_id
  WHERE user_toy.user_id = $1 AND user_toy.toy_id > $2 ORDER BY user_toy.toy_id LIMIT $3`;

/** The lowest UUID, before the first page. */
export const NIL = "00000000-0000-0000-0000-000000000000";

/** Gives toys to a user, once each: what the user has already, and toys that are gone, are left out. */
export const GIVE_TOYS = `
  INSERT INTO user_toy (user_id, toy_id) SELECT $1, id FROM toys WHERE id = ANY($2::uuid[]) ORDER BY id
  ON CONFLICT DO NOTHING`;

/** Puts the toys beside their users. */
export function together(users: readonly User[], toys: readonly OwnedToy[]): Owner[] {
  const byOwner = Map.groupBy(toys, ({ ownerId }) => ownerId);
  return users.map((user) => ({ user, toys: byOwner.get(user.id) ?? [] }));
}
