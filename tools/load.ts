/**
 * `deno task load`: load tests the applications.
 *
 * @module
 */
import { load } from "../workbook/load/main.ts";
import { runTask } from "../workbook/command_line.ts";

if (import.meta.main) await runTask(load);
