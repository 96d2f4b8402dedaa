/**
 * Operations behind the endpoints, for a blocking session: `toys_and_users.ts` without `async` and `await`. No other
 * request is processed before a function returns.
 *
 * @module
 */
import { select, type SyncSession } from "../lib/mod.ts";
import { madeUpName } from "./made_up_name.ts";
import { Toy, User } from "./models.ts";
import { FIRST_TOYS, GIVE_TOYS, NIL, type OwnedToy, type Owner, together, TOYS_OF } from "./owned_toys.ts";
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

/** Renames a toy; `changes` decides whether its version is the one to change. Returns `null` if there is none. */
export function renameToy(
  session: SyncSession,
  id: string,
  name: string,
  changes: (version: number) => boolean,
): Toy | "outdated" | null {
  const toy = session.get(Toy, id);
  if (!toy) return null;
  if (!changes(toy.version)) return "outdated";
  toy.name = name;
  session.flush(); // fails if the version has changed since
  return toy;
}

/** Deletes a toy, as {@linkcode renameToy} renames it; the database takes it away from its users. */
export function deleteToy(
  session: SyncSession,
  id: string,
  changes: (version: number) => boolean,
): Toy | "outdated" | null {
  const toy = session.get(Toy, id);
  if (!toy) return null;
  if (!changes(toy.version)) return "outdated";
  session.delete(toy);
  session.flush();
  return toy;
}

/**
 * Returns the toy of this name, creating it if necessary. When several requests race for a new name, one inserts the
 * toy; the INSERTs of the others wait for its COMMIT and then do nothing.
 */
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

/** Lists one page of users, with `most` toys of each, in two statements regardless of the number of users. */
export function listUsers(session: SyncSession, { limit, after }: Page, most: number): Owner[] {
  const page = select(User).orderBy("id").limit(limit);
  const users = session.scalars(after === undefined ? page : page.where("id", ">", after)).all();
  return owners(session, users, most);
}

/** Returns a user with `most` toys, or `null`. */
export function getUser(session: SyncSession, id: string, most: number): Owner | null {
  const user = session.get(User, id);
  return user && owners(session, [user], most)[0];
}

/** Lists one page of the toys of a user; `null` if there is no such user. */
export function listToysOf(session: SyncSession, id: string, { limit, after = NIL }: Page): Toy[] | null {
  const page = select(Toy).fromStatement(TOYS_OF, [id, after, limit]);
  const toys = session.scalars(page).all();
  return toys.length > 0 || session.get(User, id) ? toys : null;
}

/** Creates a user with those of the toys that exist; returns `null` if none does. */
export function createUser(session: SyncSession, name: string | undefined, toys: string[]): Owner | null {
  const known = session.scalars(select(Toy).where("id", "in", toys).orderBy("id")).all();
  if (known.length === 0) return null;
  const user = User.create({ name: name ?? madeUpName(), toys: known });
  session.add(user);
  session.flush();
  return { user, toys: known };
}

/** Gives toys to a user, who comes back with `most` of them; `null` if the user or all of the toys are unknown. */
export function giveToys(session: SyncSession, id: string, toys: string[], most: number): Owner | null {
  const user = session.get(User, id);
  const known = session.scalars(select(Toy).where("id", "in", toys)).all();
  if (user === null || known.length === 0) return null;
  session.execute(GIVE_TOYS, [id, known.map((toy) => toy.id)]);
  return owners(session, [user], most)[0];
}

function owners(session: SyncSession, users: User[], most: number): Owner[] {
  if (users.length === 0) return [];
  const toys = session.execute<OwnedToy>(FIRST_TOYS, [users.map(({ id }) => id), most]).all();
  return together(users, toys);
}
