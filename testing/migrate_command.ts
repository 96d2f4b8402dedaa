/**
 * Runs `deno task migrate` as a process.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { permittedTest } from "./permitted.ts";

const CLI = fileURLToPath(new URL("../lib/migrate/cli.ts", import.meta.url));

/** Result of a command. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of migrations, with variables in its environment. */
export async function migrateWith(env: Record<string, string>, ...args: string[]): Promise<Outcome> {
  const command = new Deno.Command(Deno.execPath(), {
    // quiet: of several that start at once Deno says on stderr that they wait for one another
    args: ["run", "-A", "--no-check", "--quiet", CLI, ...args],
    env: { NO_COLOR: "1", ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Runs a command of migrations. */
export async function migrate(...args: string[]): Promise<Outcome> {
  return await migrateWith({}, ...args);
}

/** Registers a test that needs processes but no database. */
export function processTest(name: string, run: () => Promise<void>): void {
  permittedTest(["read", "write", "run"], name, run);
}
