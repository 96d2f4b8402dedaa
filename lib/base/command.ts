/**
 * What all commands of this project have in common, on commander (https://github.com/tj/commander.js).
 *
 * @module
 */
import { Command } from "commander";

/** Exit status for arguments that a command does not take, as of most programs. */
export const USAGE_STATUS = 2;

/**
 * Makes a command that throws instead of exiting.
 *
 * @param name how it is called: `deno task migrate`
 */
export function newCommand(name: string, description: string): Command {
  return new Command(name).description(description).helpOption("-h, --help", "show this help").exitOverride();
}
