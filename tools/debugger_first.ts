/**
 * Preloaded by .vscode/launch.json to delay the program. Deno (2.8.1) resumes as soon as a debugger connects, and a
 * short program would finish before the debugger sets its breakpoints. (`--inspect-brk` is not an option: programs with
 * many modules then often never start.)
 *
 * @module
 */
await new Promise((resolve) => setTimeout(resolve, 300));
