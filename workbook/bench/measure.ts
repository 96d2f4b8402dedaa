/**
 * One operation, by everybody who can do it: checked, counted, then measured in turns.
 *
 * @module
 */
import { compare, type Contestant, type Turn } from "../compare.ts";
import type { Settings } from "./contestant.ts";
import type { Fixture } from "./fixture.ts";
import { counted } from "./network.ts";
import type { Operation } from "./operations.ts";
import { ContestantError, type RemoteContestant } from "./remote.ts";
import { schema } from "./fixture.ts";
import type { OperationResult } from "../bench_record.ts";
import { summarize } from "./summary.ts";

/** How to measure. */
export interface MeasureOptions {
  /** Rounds at most. */
  readonly rounds: number;
  /** Milliseconds after which no further round is begun, once there were six. */
  readonly limit: number;
  /** Milliseconds of a turn. */
  readonly milliseconds: number;
  /** Milliseconds for which each contestant works before the first round, so that its code is compiled. */
  readonly warmUp: number;
  /** The URL that the contestants connect to, with or without a delay on the way. */
  readonly url: string;
  /** Milliseconds of that delay. */
  readonly delay: number;
  /** Whether to count round trips first. */
  readonly isCounted: boolean;
  readonly stop: AbortSignal;
  onProgress(message: string): void;
}

/**
 * Measures an operation.
 *
 * @throws {ContestantError} one does not do what is asked, found before anything is measured; or went wrong.
 */
export async function measureOperation(
  operation: Operation,
  contestants: readonly RemoteContestant[],
  fixture: Fixture,
  options: MeasureOptions,
): Promise<OperationResult> {
  const { name, title, reference, connections } = operation;
  const { rounds, limit, milliseconds, url, delay, stop, onProgress } = options;
  const settings: Settings = { url, schema, connections };
  /** No server has room for everybody's pool at the same time: it is opened for each turn. */
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
      // connecting, the first prepare and code that is not compiled yet are not what is compared
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
    onProgress(`round 1 of ${rounds}`);
    const measured = await compare(inTurns, {
      rounds,
      limit,
      milliseconds,
      leastSamples: operation.isLong ? 1 : 3,
      onRound: (done) => onProgress(`round ${Math.min(done + 1, rounds)} of ${rounds}`),
    });
    const lines = summarize(measured, reference, operation.calls);
    return {
      name,
      title,
      reference,
      delay,
      rounds: measured[0].medians.length,
      lines,
      ...(options.isCounted ? { roundTrips, statements } : {}),
    };
  } finally {
    if (!stop.aborted) { for (const contestant of able) await contestant.close(); }
  }
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
  if (wrong) throw new ContestantError(contestant.name, `does not do "${operation.title}": ${wrong}.`);
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
  await counter.settled(); // a statement whose answer nobody waits for was sent, too
  const statements = counter.statements - before;
  await contestant.close();
  return { roundTrips, statements };
}
