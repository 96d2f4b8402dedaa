/** A contestant as the benchmark sees it: a process that takes orders. @module */
import type { Turn } from "../../lib/workbook/compare.ts";
import type { OperationName, Settings } from "./contestant.ts";
import { lines } from "./lines.ts";

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
interface Introduction {
  readonly name: string;
  readonly packages: readonly string[];
  readonly notes: readonly string[];
  /** Versions that only it knows, as "asyncpg 0.30.0". */
  readonly versions?: readonly string[];
}

/** A contestant went wrong; the message names it. */
export class ContestantError extends Error {
  override readonly name = "ContestantError";

  constructor(contestant: string, what: string) {
    super(`${contestant}: ${what}`);
  }
}

/** A process that takes orders. */
export class RemoteContestant implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncGenerator<string>;
  readonly #complaints: Promise<string>;
  readonly #end: () => void;
  #self: Introduction;

  private constructor(label: string, command: readonly string[], stop: AbortSignal, cwd?: string) {
    this.#self = { name: label, packages: [], notes: [] };
    const [program, ...args] = command;
    this.#child = new Deno.Command(program, { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = lines(this.#child.stdout);
    this.#complaints = new Response(this.#child.stderr).text();
    this.#end = () => this.#kill();
    stop.addEventListener("abort", this.#end, { once: true });
  }

  /**
   * Starts a process.
   *
   * @param label its name until it has told its own.
   * @throws {ContestantError} it cannot be started, or says nothing.
   */
  static async start(
    label: string,
    command: readonly string[],
    stop: AbortSignal,
    cwd?: string,
  ): Promise<RemoteContestant> {
    const started = new RemoteContestant(label, command, stop, cwd);
    try {
      started.#self = await started.#read() as Introduction;
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  get name(): string {
    return this.#self.name;
  }

  /** The npm packages it stands on. */
  get packages(): readonly string[] {
    return this.#self.packages;
  }

  /** What it does in another way. */
  get notes(): readonly string[] {
    return this.#self.notes;
  }

  /** Versions that only it knows. */
  get versions(): readonly string[] {
    return this.#self.versions ?? [];
  }

  /** Opens its connections. @returns what it can do with them. */
  async open(settings: Settings): Promise<ReadonlySet<OperationName>> {
    return new Set((await this.#tell({ do: "open", settings })).operations);
  }

  /** Does an operation once. @returns what it gave: rows as plain objects, times as `{ time }`. */
  async once(operation: OperationName): Promise<unknown> {
    return (await this.#tell({ do: "once", operation })).value;
  }

  /** Does an operation for the length of a turn. @returns milliseconds of each call. */
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
    this.#kill();
    await this.#child.status;
    await this.#output.return(undefined).catch(() => {});
  }

  async #tell(order: Order): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(order) + "\n")).catch(() => {}); // #read() says why
    const answer = await this.#read() as Answer;
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
