/**
 * The benchmark's side of a contestant process.
 *
 * @module
 */
import { lines } from "../../lib/base/lines.ts";
import type { Turn } from "../compare.ts";
import type { OperationName, Settings } from "./contestant.ts";

/** Commands for a contestant. */
export type Order =
  | { readonly do: "open"; readonly settings: Settings }
  | { readonly do: "once"; readonly operation: OperationName }
  | { readonly do: "sample"; readonly operation: OperationName; readonly turn: Turn }
  | { readonly do: "close" };

/** Response to a command. */
export interface Answer {
  readonly operations?: readonly OperationName[];
  readonly value?: unknown;
  /** Duration of each call, in milliseconds. */
  readonly samples?: readonly number[];
  readonly error?: string;
}

/** Self-description sent at start-up. */
export interface Introduction {
  readonly name: string;
  /** Underlying packages, such as "pg 8.23.1". */
  readonly packages: readonly string[];
  readonly notes: readonly string[];
  /** False if it does not reveal the rows it reads and cannot be checked. */
  readonly isChecked: boolean;
  /** Import time of its libraries, in milliseconds. */
  readonly milliseconds: number;
}

/** A contestant failed; the message names it. */
export class ContestantError extends Error {
  override readonly name = "ContestantError";

  constructor(contestant: string, what: string) {
    super(`${contestant}: ${what}`);
  }
}

/** How to start a contestant's process. */
export interface Command {
  /** Its name until it has introduced itself. */
  readonly label: string;
  readonly program: readonly string[];
  readonly cwd?: string;
}

/**
 * Starts the process.
 * @throws {ContestantError} if the program does not exist or may not be executed.
 */
function spawn({ label, program: [program, ...args], cwd }: Command): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    throw new ContestantError(label, `cannot be started. ${(error as Error).message}`);
  }
}

/** A contestant in a process of its own. */
export class RemoteContestant implements AsyncDisposable {
  readonly #command: Command;
  readonly #stop: AbortSignal;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncGenerator<string>;
  readonly #complaints: Promise<string>;
  readonly #end: () => void;
  #self: Introduction;
  #lastTime = 0;

  private constructor(command: Command, child: Deno.ChildProcess, stop: AbortSignal) {
    this.#command = command;
    this.#stop = stop;
    this.#self = { name: command.label, packages: [], notes: [], isChecked: true, milliseconds: 0 };
    this.#child = child;
    this.#input = this.#child.stdin.getWriter();
    this.#output = lines(this.#child.stdout);
    this.#complaints = new Response(this.#child.stderr).text();
    this.#end = () => this.#kill();
    stop.addEventListener("abort", this.#end, { once: true });
  }

  /**
   * Starts a process.
   * @throws {ContestantError} if it cannot be started, or does not introduce itself.
   */
  static async start(command: Command, stop: AbortSignal): Promise<RemoteContestant> {
    const started = new RemoteContestant(command, spawn(command), stop);
    try {
      started.#self = await started.#read() as Introduction;
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts the same contestant in a fresh process. */
  fresh(): Promise<RemoteContestant> {
    return RemoteContestant.start(this.#command, this.#stop);
  }

  get name(): string {
    return this.#self.name;
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Underlying packages, with versions. */
  get packages(): readonly string[] {
    return this.#self.packages;
  }

  /** Deviations from the other contestants. */
  get notes(): readonly string[] {
    return this.#self.notes;
  }

  /** Whether its results can be checked. */
  get isChecked(): boolean {
    return this.#self.isChecked;
  }

  /** Import time, in milliseconds. */
  get importTime(): number {
    return this.#self.milliseconds;
  }

  /** Duration of the last command, in milliseconds. */
  get lastTime(): number {
    return this.#lastTime;
  }

  /**
   * Opens its connections.
   * @returns the operations it supports.
   */
  async open(settings: Settings): Promise<ReadonlySet<OperationName>> {
    return new Set((await this.#tell({ do: "open", settings })).operations);
  }

  /**
   * Executes an operation once.
   * @returns its result: rows as plain objects, times as `{ time }`.
   */
  async once(operation: OperationName): Promise<unknown> {
    return (await this.#tell({ do: "once", operation })).value;
  }

  /**
   * Executes an operation for the duration of a turn.
   * @returns milliseconds of each call.
   */
  async sample(operation: OperationName, turn: Turn): Promise<readonly number[]> {
    return (await this.#tell({ do: "sample", operation, turn })).samples!;
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    await this.#tell({ do: "close" });
  }

  /** Terminates the process, and with it its connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    this.#stop.removeEventListener("abort", this.#end);
    this.#kill();
    await this.#child.status;
    await this.#output.return(undefined).catch(() => {});
  }

  async #tell(order: Order): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(order) + "\n")).catch(() => {}); // #read() reports the reason
    const answer = await this.#read() as Answer & { milliseconds: number };
    this.#lastTime = answer.milliseconds;
    if (answer.error !== undefined) throw new ContestantError(this.name, answer.error);
    return answer;
  }

  async #read(): Promise<unknown> {
    const { value, done } = await this.#output.next();
    if (!done) return JSON.parse(value);
    const complaints = (await this.#complaints).trim();
    throw new ContestantError(
      this.name,
      `its process has exited. ${complaints.split("\n").slice(-5).join("\n")}`.trim(),
    );
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended already
    }
  }
}
