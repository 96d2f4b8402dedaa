/**
 * A contestant as the benchmark sees it: a process that takes orders.
 *
 * @module
 */
import { lines } from "../../lib/base/lines.ts";
import type { Turn } from "../compare.ts";
import type { OperationName, Settings } from "./contestant.ts";

/** What a contestant can be told. */
export type Order =
  | { readonly do: "open"; readonly settings: Settings }
  | { readonly do: "once"; readonly operation: OperationName }
  | { readonly do: "sample"; readonly operation: OperationName; readonly turn: Turn }
  | { readonly do: "close" };

/** What it answers. */
export interface Answer {
  readonly operations?: readonly OperationName[];
  readonly value?: unknown;
  /** Milliseconds of each call. */
  readonly samples?: readonly number[];
  readonly error?: string;
}

/** What it says of itself when it starts. */
export interface Introduction {
  readonly name: string;
  /** What it stands on, as "pg 8.23.1". */
  readonly packages: readonly string[];
  readonly notes: readonly string[];
  /** False for one that does not give away what it reads: it cannot be checked. */
  readonly isChecked: boolean;
  /** How long it took to import what it stands on. */
  readonly milliseconds: number;
}

/** A contestant went wrong; the message names it. */
export class ContestantError extends Error {
  override readonly name = "ContestantError";

  constructor(contestant: string, what: string) {
    super(`${contestant}: ${what}`);
  }
}

/** How to start the process of a contestant. */
export interface Command {
  /** Its name until it has told its own. */
  readonly label: string;
  readonly program: readonly string[];
  readonly cwd?: string;
}

/**
 * Starts the process.
 * @throws {ContestantError} there is no such program, or it may not be run.
 */
function spawn({ label, program: [program, ...args], cwd }: Command): Deno.ChildProcess {
  try {
    return new Deno.Command(program, { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    throw new ContestantError(label, `cannot be started. ${(error as Error).message}`);
  }
}

/** A process that takes orders. */
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
   * @throws {ContestantError} it cannot be started, or says nothing.
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

  /** The same in a new process, which has done nothing yet. */
  fresh(): Promise<RemoteContestant> {
    return RemoteContestant.start(this.#command, this.#stop);
  }

  get name(): string {
    return this.#self.name;
  }

  /** The number of its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it stands on, with versions. */
  get packages(): readonly string[] {
    return this.#self.packages;
  }

  /** What it does in another way. */
  get notes(): readonly string[] {
    return this.#self.notes;
  }

  /** Whether what it gives can be checked. */
  get isChecked(): boolean {
    return this.#self.isChecked;
  }

  /** Milliseconds that its import took. */
  get importTime(): number {
    return this.#self.milliseconds;
  }

  /** Milliseconds that its last order took. */
  get lastTime(): number {
    return this.#lastTime;
  }

  /**
   * Opens its connections.
   * @returns what it can do with them.
   */
  async open(settings: Settings): Promise<ReadonlySet<OperationName>> {
    return new Set((await this.#tell({ do: "open", settings })).operations);
  }

  /**
   * Does an operation once.
   * @returns what it gave: rows as plain objects, times as `{ time }`.
   */
  async once(operation: OperationName): Promise<unknown> {
    return (await this.#tell({ do: "once", operation })).value;
  }

  /**
   * Does an operation for the length of a turn.
   * @returns milliseconds of each call.
   */
  async sample(operation: OperationName, turn: Turn): Promise<readonly number[]> {
    return (await this.#tell({ do: "sample", operation, turn })).samples!;
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    await this.#tell({ do: "close" });
  }

  /** Ends the process; its connections go with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    this.#stop.removeEventListener("abort", this.#end);
    this.#kill();
    await this.#child.status;
    await this.#output.return(undefined).catch(() => {});
  }

  async #tell(order: Order): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(order) + "\n")).catch(() => {}); // #read() says why
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
      `its process has ended. ${complaints.split("\n").slice(-5).join("\n")}`.trim(),
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
