/**
 * `deno task bench`: benchmarks drivers, this library and comparable libraries in turn.
 *
 * @module
 */
import { bench } from "../workbook/bench/main.ts";
import { runTask } from "../workbook/command_line.ts";

if (import.meta.main) await runTask(bench);
