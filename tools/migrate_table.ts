/**
 * Writes the tables of commands and options into `lib/migrate/README.md`, from the help of `deno task migrate`:
 * `deno run -A tools/migrate_table.ts`.
 *
 * @module
 */
import type { Command, Option } from "commander";
import { fileURLToPath } from "node:url";
import { Program } from "../lib/migrate/cli.ts";

/** Alembic's command, and what differs; by command. */
const COMMANDS: Record<string, string> = {
  init: "`init`; one template for all engines",
  adopt: "none; as `drizzle-kit pull`, `prisma db pull`, `sqlacodegen`",
  revision: "the same; autogenerate without changes writes no file",
  merge: "the same; the message is optional",
  edit: "the same",
  upgrade: "the same; without a target: `head`",
  downgrade: "the same; `--sql` needs `from:to` there too",
  stamp: "the same, as with `--purge`; the current files count as applied",
  "ensure-version": "`ensure_version`",
  history:
    "the same; marks revisions as applied or edited since; without a server it lists the files, and fails with `-i`",
  current: "the same",
  heads: "the same",
  branches: "the same",
  show: "the same",
  check: "the same; also finds revisions edited after they were applied",
};

/** Alembic's option, and what differs; by option, or by command and option. */
const OPTIONS: Record<string, string> = {
  "--url": "`sqlalchemy.url` in `alembic.ini`",
  "--dir": "`-c`, `script_location`",
  "-x": "the same; `get_x_argument()`",
  "--wait-timeout": "none: it takes no lock",
  "--quiet": "the same",
  "--version": "the same",
  "--models": "none",
  "--message": "the same",
  "--autogenerate": "the same",
  "--rename": "none: edit the revision",
  "--head": "the same",
  "--splice": "the same",
  "--depends-on": "the same",
  "--version-path": "the same; there a folder of `version_locations`",
  "--rev-id": "the same",
  "--branch-label": "the same",
  "--tag": "the same, without `revision`; `get_tag_argument()`",
  "--sql": "the same",
  "revision --sql": "runs `env.py` offline",
  "--dry-run": "none",
  "--single-transaction": "its default; ours is its `transaction_per_migration`",
  "--lock-timeout": "none",
  "--verbose": "the same",
  "revision --verbose": "none",
  "check --verbose": "none",
  "--rev-range": "the same",
  "--indicate-current": "the same",
  "--check-heads": "the same",
};

/** Marks the place of the tables. */
const [START, END] = ["<!-- written by tools/migrate_table.ts -->", "<!-- end -->"];

/** Returns the text of a README with the tables of the present program. */
export function withTables(readme: string): string {
  const { command } = new Program();
  const [before, after] = [readme.indexOf(START), readme.indexOf(END)];
  if (before === -1 || after < before) throw new Error(`The README has no ${START} … ${END}.`);
  const tables = [...commandTable(command), "", ...optionTable(command)];
  return `${readme.slice(0, before)}${START}\n\n${tables.join("\n")}\n\n${readme.slice(after)}`;
}

/** Notes for commands or options that do not exist, or lack one. */
export function wrongNotes(): string[] {
  const { command } = new Program();
  const names = command.commands.map((each) => each.name());
  const options = [command, ...command.commands].flatMap(({ options }) => options.map(nameOf));
  const ofCommands = command.commands.flatMap((each) =>
    each.options.map((option) => `${each.name()} ${nameOf(option)}`)
  );
  const differ = (notes: Record<string, string>, needed: readonly string[], possible = needed) => [
    ...Object.keys(notes).filter((name) => !possible.includes(name)),
    ...needed.filter((name) => !Object.hasOwn(notes, name)),
  ];
  return [...differ(COMMANDS, names), ...new Set(differ(OPTIONS, options, [...options, ...ofCommands]))];
}

function commandTable({ commands }: Command): string[] {
  const rows = commands.map((each) => {
    const usage = [each.name(), each.usage().replace("[options]", "").trim()].filter(Boolean).join(" ");
    return [code(usage), each.description(), COMMANDS[each.name()]];
  });
  return table(["`deno task migrate`", "", "Alembic"], [["(no command)", "`upgrade head`", "none"], ...rows]);
}

function optionTable(program: Command): string[] {
  const uses = [program, ...program.commands].flatMap((command) =>
    command.options.map((option) => ({ option, command, name: nameOf(option) }))
  );
  const same = Map.groupBy(uses, ({ option }) => `${option.flags}\n${option.description}`);
  const rows = [...same.values()].map((group) => {
    const [{ option, command, name }] = group;
    const commands = command === program
      ? "every command"
      : group.map(({ command }) => code(command.name())).join(", ");
    return [code(option.flags), commands, option.description, OPTIONS[`${command.name()} ${name}`] ?? OPTIONS[name]];
  });
  return table(["option", "commands", "", "Alembic"], rows);
}

function nameOf({ long, short }: Option): string {
  return long ?? short!;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const path = new URL("../lib/migrate/README.md", import.meta.url);
  await Deno.writeTextFile(path, withTables(await Deno.readTextFile(path)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", fileURLToPath(path)] }).output();
}
