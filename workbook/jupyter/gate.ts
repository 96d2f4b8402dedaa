/**
 * A sequence of checks that all run regardless of failures: a line per step, details only for failures, and a total at
 * the end. Independent steps run in parallel.
 *
 * @module
 */
import { secondsSince } from "../command_line.ts";

/** Outcome of a step. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Names of skipped tests. */
  readonly skipped?: readonly string[];
  /** Shown if something failed. */
  readonly details?: string;
}

/** A step's name and action. */
export type Step = readonly [name: string, action: () => Promise<Outcome>];

/** Outcome of a step and its duration in milliseconds. */
interface Ended {
  readonly outcome: Outcome;
  readonly took: number;
}

/** Runs steps and counts their results. */
export class Gate {
  readonly #print: (text: string) => void;
  readonly #isTerminal: boolean;
  #passed = 0;
  #failed = 0;
  readonly #skipped: string[] = [];
  readonly #start = performance.now();

  /** @param print receives text as it is produced, without added line ends. */
  constructor(print: (text: string) => void, isTerminal = false) {
    this.#print = print;
    this.#isTerminal = isTerminal;
  }

  /** Runs one step; an error it throws counts as one failure. */
  async step(name: string, action: () => Promise<Outcome>): Promise<void> {
    await this.#tell(name, runStep(action));
  }

  /** Runs steps in parallel, a few at a time; they are reported in order, each with its own duration. */
  async sideBySide(steps: readonly Step[], width = 2): Promise<void> {
    const queue = steps.map(([name, action]) => ({ name, action, ended: Promise.withResolvers<Ended>() }));
    const waiting = [...queue];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) next.ended.resolve(await runStep(next.action));
    };
    const all = Array.from({ length: width }, work);
    for (const { name, ended } of queue) await this.#tell(name, ended.promise);
    await Promise.all(all);
  }

  async #tell(name: string, ended: Promise<Ended>): Promise<void> {
    const start = performance.now();
    const title = name.padEnd(34);
    this.#print(`${title} `);
    const tick = () => this.#print(`\r${title} ${secondsSince(start)} `);
    const timer = this.#isTerminal ? setInterval(tick, 1000) : undefined;
    const { outcome: { passed, failed, skipped = [], details = "" }, took } = await ended;
    clearInterval(timer);
    this.#passed += passed;
    this.#failed += failed;
    this.#skipped.push(...skipped);
    if (this.#isTerminal) this.#print(`\r${title} `);
    this.#print(
      `${failed > 0 ? "FAILED" : "ok"}`.padEnd(7) +
        `${counts(passed, failed, skipped.length)}, ${(took / 1000).toFixed(1)} s\n`,
    );
    if (failed > 0 && details.trim() !== "") {
      this.#print(details.trim().replace(/^/gm, "  | ") + "\n");
    }
  }

  /** True if nothing has failed so far. */
  get isPassed(): boolean {
    return this.#failed === 0;
  }

  /** Names of all skipped tests. */
  get skipped(): readonly string[] {
    return this.#skipped;
  }

  /**
   * The total duration and, as last line, the totals: `12 passed, 0 failed`, and the number of skipped tests if any.
   */
  get summary(): string {
    const time = inMinutes(performance.now() - this.#start);
    return `${time} in all\n${counts(this.#passed, this.#failed, this.#skipped.length)}`;
  }
}

async function runStep(action: () => Promise<Outcome>): Promise<Ended> {
  const start = performance.now();
  let outcome: Outcome;
  try {
    outcome = await action();
  } catch (error) {
    outcome = { passed: 0, failed: 1, details: error instanceof Error ? error.message : String(error) };
  }
  return { outcome, took: performance.now() - start };
}

function counts(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Formats milliseconds as `9 min 5 s`, or `5 s`. */
export function inMinutes(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Parses the summary of `deno test`; undefined if there is none, for example if a module cannot be loaded. */
export function readTestSummary(text: string): Outcome | undefined {
  const sum = [...text.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed.*$/gm)].at(-1);
  if (!sum) return undefined;
  // in parallel runs the test's file precedes its name; steps, which follow or are nested below their test, do not
  // count
  const lines = [...text.matchAll(/^(?:\S+ => )?(\S.*) \.\.\. ignored \(\S+\)$/gm)].map(([, name]) => name);
  const skipped = lines.filter((name) => !name.includes(" ... "));
  return { passed: Number(sum[1]), failed: Number(sum[2]), skipped };
}
