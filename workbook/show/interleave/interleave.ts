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
 * Runs a script with a separate connection per session, closed at the end. No transaction is open until a step sends
 * BEGIN.
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
 * A waiting step continues in the background; its session cannot run another step until it is unblocked. The victim of a
 * deadlock is the step that closes the cycle: the other sessions get a long `deadlock_timeout`, if the role may set it;
 * otherwise that of the server applies.
 *
 * @param engine provides the database; its pool is not used.
 * @param open creates the argument of a step's function on a single-connection engine: `(own) => sessionmaker(own)()` for
 * ORM sessions. Default: an AUTOCOMMIT connection.
 * @throws {ScriptError} if a step is sent to a waiting session.
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
