/**
 * Where a message names the caller's line, it means a cell, and not a module of the workbook that the cell calls.
 *
 * @module
 */
import { passOver } from "../lib/base/call_site.ts";

passOver(new URL("./", import.meta.url));
