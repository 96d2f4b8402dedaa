/**
 * The benchmark's tables as models of the library; the tables are created from these definitions for all contestants.
 *
 * @module
 */
import {
  declarativeBase,
  identity,
  integer,
  manyToMany,
  now,
  randomUuid,
  type Related,
  text,
  timestamptz,
  uuid,
} from "../../lib/mod.ts";

const base = declarativeBase({ createdAt: timestamptz().serverDefault(now()) });
export const { metadata } = base;

/** A thousand rows to read and update. */
export class Hero extends base.model("heroes", {
  id: uuid().primaryKey().default(randomUuid),
  name: text().index(),
  points: integer(),
}) {}

/** Rows to insert, with client-generated keys. */
export class Arrival extends base.model("arrivals", {
  id: uuid().primaryKey().default(randomUuid),
  name: text(),
  points: integer(),
}) {}

/** Rows to insert, with server-generated keys, and to delete. */
export class Note extends base.model("notes", { id: identity().primaryKey(), name: text(), points: integer() }) {}

/** As many rows as a size test needs, read in key order. */
export class Sample extends base.model("samples", { id: integer().primaryKey(), name: text() }) {}

const userToy = base.associationTable("user_toy", {
  userId: uuid().references("users.id", { onDelete: "cascade" }),
  toyId: uuid().references("toys.id", { onDelete: "cascade" }),
});

export class Toy extends base.model("toys", { id: uuid().primaryKey().default(randomUuid), name: text() }) {}

export class User extends base.model("users", { id: uuid().primaryKey().default(randomUuid), name: text() }) {
  declare toys: Related<Toy>;
  static relations = { toys: manyToMany(() => Toy, { secondary: userToy }) };
}
