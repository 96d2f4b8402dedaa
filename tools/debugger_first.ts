/**
 * For .vscode/launch.json: what `--preload` runs before the program. Deno (2.8.1) goes on as soon as a debugger is
 * connected, and a short program would be over before the debugger has set its breakpoints. (`--inspect-brk` is no way
 * out: a program of many modules then often never starts.)
 *
 * @module
 */
await new Promise((resolve) => setTimeout(resolve, 300));
