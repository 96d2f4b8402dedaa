/**
 * The tables, as models of the library; whoever uses them, these definitions make them.
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

/** A thousand of them, to be read and changed. */
export class Hero extends base.model("heroes", {
  id: uuid().primaryKey().default(randomUuid),
  name: text().index(),
  points: integer(),
}) {}

/** Inserted, with a key that the program makes. */
export class Arrival extends base.model("arrivals", {
  id: uuid().primaryKey().default(randomUuid),
  name: text(),
  points: integer(),
}) {}

/** Inserted, with a key that the server makes; and deleted. */
export class Note extends base.model("notes", { id: identity().primaryKey(), name: text(), points: integer() }) {}

/** As many as a test of size wants, read in the order of their keys. */
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
