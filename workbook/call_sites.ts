/**
 * Makes messages that name the caller's line refer to a cell, not to a module of the workbook called by the cell.
 *
 * @module
 */
import { passOver } from "../lib/base/call_site.ts";

passOver(new URL("./", import.meta.url));
