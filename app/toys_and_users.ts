/**
 * Operations behind the endpoints, each given the session of its request. `toys_and_users_sync.ts` is the blocking
 * version: identical except for `async` and `await`.
 *
 * @module
 */
import { select, selectinload, type Session } from "../lib/mod.ts";
import { madeUpName } from "./made_up_name.ts";
import { Toy, User } from "./models.ts";

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

/** Lists one page of users with their toys, in two statements regardless of the number of users. */
export async function listUsers(session: Session, { limit, after }: Page): Promise<User[]> {
  const page = select(User).options(selectinload("toys")).orderBy("id").limit(limit);
  return (await session.scalars(after === undefined ? page : page.where("id", ">", after))).all();
}

/** Returns a user with their toys, or `null`. */
export async function getUser(session: Session, id: string): Promise<User | null> {
  return await session.scalar(select(User).where("id", "=", id).options(selectinload("toys")));
}

/** Creates a user with those of the toys that exist; returns `null` if none does. */
export async function createUser(session: Session, name: string | undefined, toys: string[]): Promise<User | null> {
  const known = (await session.scalars(select(Toy).where("id", "in", toys))).all();
  if (known.length === 0) return null;
  const user = User.create({ name: name ?? madeUpName(), toys: known });
  session.add(user);
  await session.flush();
  return user;
}

/** Adds toys to a user; returns `null` if the user or all of the toys are unknown. */
export async function giveToys(session: Session, id: string, toys: string[]): Promise<User | null> {
  const user = await getUser(session, id);
  const known = (await session.scalars(select(Toy).where("id", "in", toys))).all();
  if (user === null || known.length === 0) return null;
  for (const toy of known) user.toys.add(toy);
  return user;
}
