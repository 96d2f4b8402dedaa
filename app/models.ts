/** The tables of the application and of the notebooks. `deno task migrate` makes them. @module */
import {
  type Column,
  declarativeBase,
  manyToMany,
  now,
  randomUuid,
  type Related,
  sql,
  text,
  timestamptz,
  uuid,
  varchar,
} from "../lib/mod.ts";

export const { model, associationTable, metadata } = declarativeBase({
  createdAt: timestamptz().serverDefault(now()),
  updatedOn: timestamptz().serverDefault(now()).onUpdate(now()),
});

/** A key that this program makes, and the server where a row is written by hand. */
const key = (): Column<string, true, true> =>
  uuid().primaryKey().default(randomUuid).serverDefault(sql("gen_random_uuid()"));

/** A hero, and the program that wrote it. */
export class Hero extends model("heroes", { id: key(), name: text(), appSrc: text().nullable() }) {}

const userToy = associationTable("user_toy", {
  userId: uuid().references("users.id", { onDelete: "cascade" }),
  toyId: uuid().references("toys.id", { onDelete: "cascade" }).index(),
});

/** A toy; no two have the same name. */
export class Toy extends model("toys", { id: key(), name: varchar(50).unique() }) {
  declare users: Related<User>;
  static relations = { users: manyToMany(() => User, { secondary: userToy }) };
}

/** Someone who has toys. */
export class User extends model("users", { id: key(), name: varchar(255) }) {
  declare toys: Related<Toy>;
  static relations = { toys: manyToMany(() => Toy, { secondary: userToy }) };
}
