/**
 * Operations behind the endpoints, for a blocking session: `toys_and_users.ts` without `async` and `await`. No other
 * request is processed before a function returns.
 *
 * @module
 */
import { select, selectinload, type SyncSession } from "../lib/mod.ts";
import { madeUpName } from "./made_up_name.ts";
import { Toy, User } from "./models.ts";
import type { Page } from "./toys_and_users.ts";

/** Lists one page of toys. */
export function listToys(session: SyncSession, { limit, after }: Page): Toy[] {
  const page = select(Toy).orderBy("id").limit(limit);
  return session.scalars(after === undefined ? page : page.where("id", ">", after)).all();
}

/** Returns a toy, or `null`. */
export function getToy(session: SyncSession, id: string): Toy | null {
  return session.get(Toy, id);
}

/** Returns the toy of this name, creating it if necessary. */
export function ensureToy(session: SyncSession, name: string): { toy: Toy; made: boolean } {
  const insert = select(Toy).fromStatement(
    "INSERT INTO toys (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING *",
    [name],
  );
  for (;;) {
    const made = session.scalar(insert);
    if (made) return { toy: made, made: true };
    const toy = session.scalar(select(Toy).where("name", "=", name));
    if (toy) return { toy, made: false }; // otherwise it was deleted between the two statements
  }
}

/** Lists one page of users with their toys, in two statements regardless of the number of users. */
export function listUsers(session: SyncSession, { limit, after }: Page): User[] {
  const page = select(User).options(selectinload("toys")).orderBy("id").limit(limit);
  return session.scalars(after === undefined ? page : page.where("id", ">", after)).all();
}

/** Returns a user with their toys, or `null`. */
export function getUser(session: SyncSession, id: string): User | null {
  return session.scalar(select(User).where("id", "=", id).options(selectinload("toys")));
}

/** Creates a user with those of the toys that exist; returns `null` if none does. */
export function createUser(session: SyncSession, name: string | undefined, toys: string[]): User | null {
  const known = session.scalars(select(Toy).where("id", "in", toys)).all();
  if (known.length === 0) return null;
  const user = User.create({ name: name ?? madeUpName(), toys: known });
  session.add(user);
  session.flush();
  return user;
}

/** Adds toys to a user; returns `null` if the user or all of the toys are unknown. */
export function giveToys(session: SyncSession, id: string, toys: string[]): User | null {
  const user = getUser(session, id);
  const known = session.scalars(select(Toy).where("id", "in", toys)).all();
  if (user === null || known.length === 0) return null;
  for (const toy of known) user.toys.add(toy);
  return user;
}
