/**
 * Models with every kind of relation, for tests: users in teams, their toys, and notes with server-generated keys.
 *
 * @module
 */
import { identity, integer, jsonb, randomUuid, text, uuid } from "../lib/schema/columns.ts";
import { timestamps } from "./heroes.ts";
import { declarativeBase } from "../lib/orm/model.ts";
import type { Related } from "../lib/orm/related.ts";
import { manyToMany, manyToOne, oneToMany } from "../lib/orm/relation.ts";

const base = declarativeBase(timestamps);
export const { metadata } = base;

const userToy = base.associationTable("user_toy", {
  userId: uuid().references("users.id", { onDelete: "cascade" }),
  toyId: uuid().references("toys.id", { onDelete: "cascade" }),
});

/** Has a server-generated key. */
export class Team extends base.model("teams", {
  id: identity().primaryKey(),
  name: text(),
  captainId: uuid().nullable().references("users.id", { onDelete: "set null" }),
}) {
  declare members: Related<User>;
  declare captain: User | null;
  static relations = {
    members: oneToMany(() => User, { foreignKey: "teamId" }),
    captain: manyToOne(() => User, { foreignKey: "captainId" }),
  };
}

export class User extends base.model("users", {
  id: uuid().primaryKey().default(randomUuid),
  name: text().unique(),
  teamId: integer().nullable().references("teams.id"),
  friendId: uuid().nullable().references("users.id"),
  settings: jsonb<{ theme?: string; sizes?: number[] }>().nullable(),
  version: integer().version(),
}) {
  declare team: Team | null;
  declare friend: User | null;
  declare toys: Related<Toy>;
  declare notes: Related<Note>;
  static relations = {
    team: manyToOne(() => Team, { foreignKey: "teamId" }),
    friend: manyToOne(() => User),
    toys: manyToMany(() => Toy, { secondary: userToy }),
    notes: oneToMany(() => Note),
  };
}

export class Toy extends base.model("toys", { id: uuid().primaryKey().default(randomUuid), name: text() }) {
  declare users: Related<User>;
  static relations = { users: manyToMany(() => User, { secondary: userToy }) };
}

/** Has a server-generated key, and belongs to a user. */
export class Note extends base.model("notes", {
  id: identity().primaryKey(),
  userId: uuid().references("users.id", { onDelete: "cascade" }),
  line: text(),
}) {}

/** Has a composite key of two columns. */
export class Score extends base.model("scores", {
  game: text().primaryKey(),
  round: integer().primaryKey(),
  points: integer().check("points >= 0"),
}) {}
