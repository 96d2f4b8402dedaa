/**
 * The process of one of the contestants of `mod.ts`, which its argument names.
 *
 * @module
 */
import { serve } from "../worker.ts";
import { contestants } from "./mod.ts";

await serve(contestants[Deno.args[0]]);
Deno.exit(0); // a pool that was left open does not keep it alive
