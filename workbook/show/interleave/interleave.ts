/**
 * Scripts for concurrent sessions: steps are sent in a given order, each on its own connection, and a step that has to
 * wait for another session is detected through the server's locks. A script therefore plays out the same way on any
 * machine.
 *
 * @module
 */
import type { Connection } from "../../../lib/engine/connection.ts";
import type { Engine } from "../../../lib/engine/engine.ts";
import { Interleaving } from "./interleaving.ts";
import { type Speaker, Stage } from "./stage.ts";

/** A step: the session, the SQL (or a description, if a function is given), and the function. */
export type ScriptStep<By> = readonly [session: string, text: string, run?: (speaker: By) => unknown];

/** A script for {@linkcode interleave}. */
export interface Script<By> {
  /** Title of the picture. */
  readonly title?: string;
  /** Steps in sending order. A step is sent when the previous one has completed, failed, or is waiting. */
  readonly steps: readonly ScriptStep<By>[];
}

/**
 * Plays a script: for each session a connection of its own, opened for it and closed at the end, outside of any
 * transaction until a step says BEGIN.
 *
 * ```ts ignore
 * const story = await interleave(engine, {
 *   title: "The second waits",
 *   steps: [
 *     ["sandy", "BEGIN"],
 *     ["sandy", "UPDATE accounts SET balance = 0 WHERE id = 1"],
 *     ["patrick", "UPDATE accounts SET balance = 9 WHERE id = 1"], // waits for sandy
 *     ["sandy", "COMMIT"],
 *   ],
 * });
 * await show(story);       // lanes: who waited for whom, and who was aborted
 * await show(story.table); // the same step by step
 * ```
 *
 * A step that waits goes on in the background; the session can do nothing else until somebody lets it go. Of a deadlock
 * the step that closes the circle is the victim: the others are told to be patient, which takes the right to set
 * `deadlock_timeout`; without it the server's own is waited for.
 *
 * @param engine says where the database is; its pool is not used.
 * @param open makes what a step's function gets, on an engine of one connection: `(own) => sessionmaker(own)()` for
 * sessions of the ORM. Default: an AUTOCOMMIT connection.
 * @throws {ScriptError} when a session is to do something while it waits.
 */
export function interleave(engine: Engine, script: Script<Connection>): Promise<Interleaving>;
export function interleave<By extends Speaker>(
  engine: Engine,
  script: Script<By>,
  open: (own: Engine) => By | Promise<By>,
): Promise<Interleaving>;
export async function interleave(
  engine: Engine,
  { title, steps }: Script<never>,
  open: (own: Engine) => Speaker | Promise<Speaker> = (own) => own.connect({ isolationLevel: "AUTOCOMMIT" }),
): Promise<Interleaving> {
  await using stage = new Stage(engine.url);
  for (const name of new Set(steps.map(([name]) => name))) await stage.enter(name, open);
  for (const [name, text, run] of steps) await stage.play(name, text, run as (speaker: Speaker) => unknown);
  return new Interleaving(stage.outcomes(), title);
}
