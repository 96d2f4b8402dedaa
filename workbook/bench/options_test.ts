import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../errors.ts";
import { help, readBenchOptions } from "./options.ts";
import { operationNames } from "./contestant.ts";

const named = (args: string[]) => readBenchOptions(args)!.operations.map(({ name }) => name);

Deno.test("without options all is measured, without a delay, and without the peers", () => {
  const { operations, cold, delays, peers } = readBenchOptions([])!;
  assertEquals([...operations.map(({ name }) => name), "stream"].toSorted(), operationNames.toSorted());
  assertEquals([cold, delays, peers], [
    ["import", "first-query", "import-kernel", "first-query-kernel", "stream"],
    [0],
    false,
  ]);
});

Deno.test("--quick leaves sizes, stream and kernels out; --only brings them back", () => {
  assertEquals(named(["--quick"]).filter((name) => /^read-|^inserts-10?0?$/.test(name)), []);
  assertEquals(readBenchOptions(["--quick"])!.cold, ["import", "first-query"]);
  assertEquals(named(["--quick", "--only", "read-1000"]), ["read-1000", "read-10000"]);
  assertEquals(readBenchOptions(["--only", "stream"])!.cold, ["stream"]);
  assertEquals(named(["--only", "stream"]), []);
});

Deno.test("several delays are measured in their order; others are refused", () => {
  assertEquals(readBenchOptions(["--delay", "0,1,2.5"])!.delays, [0, 1, 2.5]);
  for (const delay of ["one", "-1", "0,", "2000"]) {
    assertThrows(() => readBenchOptions([`--delay=${delay}`]), UsageError, "--delay takes milliseconds");
  }
  assertThrows(() => readBenchOptions(["--only", "nothing"]), UsageError, 'Unknown operation "nothing"');
});

Deno.test("help names every operation and every option, in lines that fit", () => {
  assertEquals(readBenchOptions(["--help"]), undefined);
  for (const name of [...operationNames, "import", "first-query", "import-kernel", "first-query-kernel"]) {
    assertEquals(help.includes(name), true, name);
  }
  for (const option of ["quick", "peers", "only", "delay", "json", "compare"]) {
    assertEquals(help.includes(`  --${option}`), true, option);
  }
  assertEquals(help.split("\n").filter((line) => line.length > 120), []);
});
