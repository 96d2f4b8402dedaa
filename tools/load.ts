/** `deno task load`: the load test of the applications. @module */
import { load } from "../workbook/load/main.ts";
import { runTask } from "../workbook/command_line.ts";

if (import.meta.main) await runTask(load);
