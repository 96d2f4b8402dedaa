/**
 * `deno task wiretap`: shows what a program and PostgreSQL say to each other.
 *
 * @module
 */
import { EngineUrl } from "../lib/engine/url.ts";
import { newCommand, readArguments, runTask } from "../workbook/command_line.ts";
import { throughPort, withoutDriver } from "../workbook/connection_url.ts";
import { databaseUrl } from "../workbook/database_url.ts";
import { UsageError } from "../workbook/errors.ts";
import type { Message } from "../workbook/wiretap/message.ts";
import { Tap } from "../workbook/wiretap/tap.ts";
import { transcriptText } from "../workbook/wiretap/text.ts";
import { transcripts } from "../workbook/wiretap/transcript.ts";

const command = newCommand(
  "deno task wiretap",
  "Runs a program, and shows what it and PostgreSQL say to each other.",
  `The program has to take DATABASE_URL, which leads through the tap. Passwords and keys are never shown. The tap listens on
127.0.0.1 without encryption; to the server it speaks TLS if the sslmode of DATABASE_URL says so.

For example: deno task wiretap -- deno task migrate`,
)
  .usage("[options] -- COMMAND [arguments]")
  .argument("[command...]", "the program and its arguments")
  .allowExcessArguments(true)
  .option("--json", "each message as a line of JSON, as soon as it is heard")
  .option("--values", "show parameters, rows and details of errors, instead of their lengths");

async function wiretap(args: string[], stop: AbortSignal): Promise<number> {
  const given = readArguments<{ json?: boolean; values?: boolean }>(command, args);
  if (!given) return 0;
  const { options: { json, values }, words: [program, ...rest] } = given;
  if (program === undefined) throw new UsageError("Which program? For example: deno task wiretap -- deno task migrate");
  const url = await databaseUrl({ onProgress: console.error });
  const messages: Message[] = [];
  const hear = (message: Message) => json ? console.log(JSON.stringify(message)) : void messages.push(message);
  let status: number;
  {
    await using tap = new Tap(EngineUrl.parse(withoutDriver(url)), hear, { values: values ?? false });
    status = await runThrough(program, rest, throughPort(url, tap.port), stop);
  }
  if (!json) {
    console.log(messages.length > 0 ? transcriptText(transcripts(messages)) : "It said nothing to PostgreSQL.");
  }
  return status;
}

/** Runs the program on this terminal; Ctrl-C reaches it, too. */
async function runThrough(program: string, args: string[], url: string, stop: AbortSignal): Promise<number> {
  try {
    const child = new Deno.Command(program, { args, env: { DATABASE_URL: url }, stdin: "inherit" }).spawn();
    stop.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    return (await child.status).code;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`There is no program "${program}".`);
    throw error;
  }
}

if (import.meta.main) await runTask(wiretap);
