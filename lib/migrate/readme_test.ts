import { assertEquals } from "@std/assert";
import { Program } from "./cli.ts";
import { fileTest } from "../../testing/migrations.ts";

fileTest("the README's table has every command and every option, and no other", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", import.meta.url));
  const [, commands, options] = readme.split(/^\| (?=`deno task migrate`|option)/m);
  const rows = commands.split("\n").slice(2).flatMap((line) => /^\| `(\w+)/.exec(line)?.[1] ?? []);
  const { command } = new Program();
  assertEquals(rows.toSorted(), command.commands.map((each) => each.name()).toSorted());

  const mentioned = options.split("\n").slice(2).filter((line) => line.startsWith("|")).flatMap((line) =>
    Array.from(line.split("|")[1].matchAll(/`(--[\w-]+)`/g), ([, option]) => option)
  );
  const defined = [command, ...command.commands].flatMap((each) => each.options.map(({ long }) => long!));
  assertEquals(mentioned.toSorted(), [...new Set(defined)].toSorted());
});
