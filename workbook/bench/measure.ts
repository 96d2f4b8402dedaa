/**
 * Measures one operation for all contestants that support it: checks them, counts their round trips, then measures in
 * turns.
 *
 * @module
 */
import { compare, type Contestant, type Turn } from "../compare.ts";
import type { Settings } from "./contestant.ts";
import type { Fixture } from "./fixture.ts";
import { counted } from "./network.ts";
import type { Operation } from "./operations.ts";
import { neededRounds, PILOT_ROUNDS, plannedRounds } from "./pilot.ts";
import { ContestantError, type RemoteContestant } from "./remote.ts";
import { schema } from "./fixture.ts";
import type { OperationResult } from "../bench_record.ts";
import { summarize } from "./summary.ts";

/** Options of a measurement. */
export interface MeasureOptions {
  /** Maximum number of rounds. */
  readonly rounds: number;
  /** Time that the rounds may take by the pilot, in milliseconds; at least six run. */
  readonly limit: number;
  /** Duration of a turn, in milliseconds. */
  readonly milliseconds: number;
  /** Warm-up of each contestant before the first round, in milliseconds, so that its code is compiled. */
  readonly warmUp: number;
  /** URL the contestants connect to, with or without an added delay. */
  readonly url: string;
  /** Added delay, in milliseconds. */
  readonly delay: number;
  /** Whether to count round trips first. */
  readonly isCounted: boolean;
  readonly stop: AbortSignal;
  onProgress(message: string): void;
}

/**
 * Measures an operation.
 * @throws {ContestantError} if a contestant gives a wrong result, which is checked before measuring, or fails.
 */
export async function measureOperation(
  operation: Operation,
  contestants: readonly RemoteContestant[],
  fixture: Fixture,
  options: MeasureOptions,
): Promise<OperationResult> {
  const { name, title, reference, connections } = operation;
  const { milliseconds, url, delay, stop, onProgress } = options;
  const settings: Settings = { url, schema, connections };
  /** Pools of all contestants together would exceed the server's connections: open one per turn. */
  const isPooled = connections > 1;
  const able: RemoteContestant[] = [];
  const roundTrips: Record<string, number> = {};
  const statements: Record<string, number> = {};
  try {
    for (const contestant of contestants) {
      onProgress(`check of ${contestant.name}`);
      if (!(await contestant.open(settings)).has(name)) {
        await contestant.close();
        continue;
      }
      able.push(contestant);
      await check(operation, contestant, fixture);
      if (options.isCounted && contestant.isChecked) {
        const cost = await countCost(operation, contestant, fixture, settings);
        roundTrips[contestant.name] = cost.roundTrips;
        statements[contestant.name] = cost.statements;
        await contestant.open(settings);
      }
      // exclude connecting, the first prepare and compilation from the measurement
      await takeTurn(operation, contestant, fixture, { milliseconds: options.warmUp, leastSamples: 1 });
      if (isPooled) await contestant.close();
      stop.throwIfAborted();
    }
    const inTurns = Object.fromEntries(able.map((contestant): [string, Contestant] => [contestant.name, {
      sample: async (turn) => {
        stop.throwIfAborted();
        if (!isPooled) return await takeTurn(operation, contestant, fixture, turn);
        await contestant.open(settings);
        await doOnce(operation, contestant, fixture); // opens all connections, and prepares
        const times = await takeTurn(operation, contestant, fixture, turn);
        await contestant.close();
        return times;
      },
    }]));
    const turn = { milliseconds, leastSamples: operation.isLong ? 1 : 3 };
    const { needed, planned } = await plan(inTurns, turn, options);
    const measured = await compare(inTurns, {
      ...turn,
      rounds: planned,
      onRound: (done) => onProgress(`round ${Math.min(done + 1, planned)} of ${planned}`),
    });
    const lines = summarize(measured, reference, operation.calls);
    return {
      name,
      title,
      reference,
      delay,
      rounds: planned,
      ...(needed === undefined ? {} : { needed }),
      lines,
      ...(options.isCounted ? { roundTrips, statements } : {}),
    };
  } finally {
    if (!stop.aborted) { for (const contestant of able) await contestant.close(); }
  }
}

/** Fixes the number of rounds by a pilot, unless hardly more are allowed than that has itself. */
async function plan(
  inTurns: Readonly<Record<string, Contestant>>,
  turn: Turn,
  { rounds, limit, onProgress }: MeasureOptions,
): Promise<{ planned: number; needed?: number }> {
  if (rounds <= PILOT_ROUNDS) return { planned: rounds };
  onProgress("pilot");
  const started = performance.now();
  const pilot = await compare(inTurns, { ...turn, rounds: PILOT_ROUNDS });
  const needed = neededRounds(pilot);
  const roundTime = (performance.now() - started) / PILOT_ROUNDS;
  return { needed, planned: plannedRounds(needed, roundTime, { rounds, limit }) };
}

async function doOnce(operation: Operation, contestant: RemoteContestant, { client }: Fixture): Promise<unknown> {
  if (operation.reset) await client.query(operation.reset);
  return await contestant.once(operation.name);
}

async function takeTurn(
  { name, reset }: Operation,
  contestant: RemoteContestant,
  { client }: Fixture,
  turn: Turn,
): Promise<readonly number[]> {
  if (reset) await client.query(reset);
  return await contestant.sample(name, turn);
}

async function check(operation: Operation, contestant: RemoteContestant, fixture: Fixture): Promise<void> {
  const answer = await doOnce(operation, contestant, fixture);
  const wrong = contestant.isChecked && await operation.check(answer, fixture.client);
  if (wrong) throw new ContestantError(contestant.name, `fails "${operation.title}": ${wrong}.`);
}

async function countCost(
  operation: Operation,
  contestant: RemoteContestant,
  fixture: Fixture,
  settings: Settings,
): Promise<{ roundTrips: number; statements: number }> {
  const { counter, url } = counted(fixture.url);
  await using _ = counter;
  await contestant.open({ ...settings, url });
  for (let call = 0; call < 2; call++) await doOnce(operation, contestant, fixture);
  if (operation.reset) await fixture.client.query(operation.reset);
  await counter.settled();
  const before = counter.statements;
  const roundTrips = await counter.during(() => contestant.once(operation.name));
  await counter.settled(); // also count statements sent without waiting for their result
  const statements = counter.statements - before;
  await contestant.close();
  return { roundTrips, statements };
}
