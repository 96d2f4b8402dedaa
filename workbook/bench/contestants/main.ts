/**
 * Process of one contestant of `mod.ts`, named by its argument.
 *
 * @module
 */
import { serve } from "../worker.ts";
import { contestants } from "./mod.ts";

await serve(contestants[Deno.args[0]]);
Deno.exit(0); // an open pool must not keep the process alive
