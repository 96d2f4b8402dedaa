/**
 * Operations behind the endpoints, each given the session of its request. `toys_and_users_sync.ts` is the blocking
 * version: identical except for `async` and `await`.
 *
 * @module
 */
import { select, type Session } from "../lib/mod.ts";
import { madeUpName } from "./made_up_name.ts";
import { Toy, User } from "./models.ts";
import { FIRST_TOYS, GIVE_TOYS, NIL, type OwnedToy, type Owner, together, TOYS_OF } from "./owned_toys.ts";

/** One page of a list ordered by id, which stays stable while a client pages through it. */
export interface Page {
  readonly limit: number;
  /** Id of the last row of the previous page. */
  readonly after?: string;
}

/** Lists one page of toys. */
export async function listToys(session: Session, { limit, after }: Page): Promise<Toy[]> {
  const page = select(Toy).orderBy("id").limit(limit);
  return (await session.scalars(after === undefined ? page : page.where("id", ">", after))).all();
}

/** Returns a toy, or `null`. */
export async function getToy(session: Session, id: string): Promise<Toy | null> {
  return await session.get(Toy, id);
}

/** Renames a toy; `changes` decides whether its version is the one to change. Returns `null` if there is none. */
export async function renameToy(
  session: Session,
  id: string,
  name: string,
  changes: (version: number) => boolean,
): Promise<Toy | "outdated" | null> {
  const toy = await session.get(Toy, id);
  if (!toy) return null;
  if (!changes(toy.version)) return "outdated";
  toy.name = name;
  await session.flush(); // fails if the version has changed since
  return toy;
}

/** Deletes a toy, as {@linkcode renameToy} renames it; the database takes it away from its users. */
export async function deleteToy(
  session: Session,
  id: string,
  changes: (version: number) => boolean,
): Promise<Toy | "outdated" | null> {
  const toy = await session.get(Toy, id);
  if (!toy) return null;
  if (!changes(toy.version)) return "outdated";
  session.delete(toy);
  await session.flush();
  return toy;
}

/**
 * Returns the toy of this name, creating it if necessary. When several requests race for a new name, one inserts the
 * toy; the INSERTs of the others wait for its COMMIT and then do nothing.
 */
export async function ensureToy(session: Session, name: string): Promise<{ toy: Toy; made: boolean }> {
  const insert = select(Toy).fromStatement(
    "INSERT INTO toys (name) VALUES ($1) ON CONFLICT (name) DO NOTHING RETURNING *",
    [name],
  );
  for (;;) {
    const made = await session.scalar(insert);
    if (made) return { toy: made, made: true };
    const toy = await session.scalar(select(Toy).where("name", "=", name));
    if (toy) return { toy, made: false }; // otherwise it was deleted between the two statements
  }
}

/** Lists one page of users, with `most` toys of each, in two statements regardless of the number of users. */
export async function listUsers(session: Session, { limit, after }: Page, most: number): Promise<Owner[]> {
  const page = select(User).orderBy("id").limit(limit);
  const users = (await session.scalars(after === undefined ? page : page.where("id", ">", after))).all();
  return await owners(session, users, most);
}

/** Returns a user with `most` toys, or `null`. */
export async function getUser(session: Session, id: string, most: number): Promise<Owner | null> {
  const user = await session.get(User, id);
  return user && (await owners(session, [user], most))[0];
}

/** Lists one page of the toys of a user; `null` if there is no such user. */
export async function listToysOf(session: Session, id: string, { limit, after = NIL }: Page): Promise<Toy[] | null> {
  const page = select(Toy).fromStatement(TOYS_OF, [id, after, limit]);
  const toys = (await session.scalars(page)).all();
  return toys.length > 0 || await session.get(User, id) ? toys : null;
}

/** Creates a user with those of the toys that exist; returns `null` if none does. */
export async function createUser(session: Session, name: string | undefined, toys: string[]): Promise<Owner | null> {
  const known = (await session.scalars(select(Toy).where("id", "in", toys).orderBy("id"))).all();
  if (known.length === 0) return null;
  const user = User.create({ name: name ?? madeUpName(), toys: known });
  session.add(user);
  await session.flush();
  return { user, toys: known };
}

/** Gives toys to a user, who comes back with `most` of them; `null` if the user or all of the toys are unknown. */
export async function giveToys(session: Session, id: string, toys: string[], most: number): Promise<Owner | null> {
  const user = await session.get(User, id);
  const known = (await session.scalars(select(Toy).where("id", "in", toys))).all();
  if (user === null || known.length === 0) return null;
  await session.execute(GIVE_TOYS, [id, known.map((toy) => toy.id)]);
  return (await owners(session, [user], most))[0];
}

async function owners(session: Session, users: User[], most: number): Promise<Owner[]> {
  if (users.length === 0) return [];
  const toys = (await session.execute<OwnedToy>(FIRST_TOYS, [users.map(({ id }) => id), most])).all();
  return together(users, toys);
}
