/**
 * What the endpoints do, each with the session of its request. `toys_and_users_sync.ts` is the same for a session that
 * blocks: without `async` and `await`, and with nothing else changed.
 *
 * @module
 */
import { select, selectinload, type Session } from "../lib/mod.ts";
import { madeUpName } from "./made_up_name.ts";
import { Toy, User } from "./models.ts";

/** A part of a list in the order of the ids, which does not change while one pages through it. */
export interface Page {
  readonly limit: number;
  /** The id of the last row of the page before. */
  readonly after?: string;
}

/** The toys of one page. */
export async function listToys(session: Session, { limit, after }: Page): Promise<Toy[]> {
  const page = select(Toy).orderBy("id").limit(limit);
  return (await session.scalars(after === undefined ? page : page.where("id", ">", after))).all();
}

/** A toy, or `null`. */
export async function getToy(session: Session, id: string): Promise<Toy | null> {
  return await session.get(Toy, id);
}

/**
 * The toy of this name; made when there is none. Of several requests for one new name, one makes the toy: the others'
 * INSERT waits for its COMMIT and then does nothing.
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
    if (toy) return { toy, made: false }; // else it was deleted between the two statements
  }
}

/** The users of one page with their toys: two statements, however many they are. */
export async function listUsers(session: Session, { limit, after }: Page): Promise<User[]> {
  const page = select(User).options(selectinload("toys")).orderBy("id").limit(limit);
  return (await session.scalars(after === undefined ? page : page.where("id", ">", after))).all();
}

/** A user with the toys, or `null`. */
export async function getUser(session: Session, id: string): Promise<User | null> {
  return await session.scalar(select(User).where("id", "=", id).options(selectinload("toys")));
}

/** A new user with those of the toys that exist, or `null` when none does. */
export async function createUser(session: Session, name: string | undefined, toys: string[]): Promise<User | null> {
  const known = (await session.scalars(select(Toy).where("id", "in", toys))).all();
  if (known.length === 0) return null;
  const user = User.create({ name: name ?? madeUpName(), toys: known });
  session.add(user);
  await session.flush();
  return user;
}

/** The user with more toys, or `null` when there is no such user or no such toy. */
export async function giveToys(session: Session, id: string, toys: string[]): Promise<User | null> {
  const user = await getUser(session, id);
  const known = (await session.scalars(select(Toy).where("id", "in", toys))).all();
  if (user === null || known.length === 0) return null;
  for (const toy of known) user.toys.add(toy);
  return user;
}
