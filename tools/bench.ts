/** `deno task bench`: drivers, this library and its peers, measured in turns. @module */
import { bench } from "../workbook/bench/main.ts";
import { runTask } from "../workbook/command_line.ts";

if (import.meta.main) await runTask(bench);
