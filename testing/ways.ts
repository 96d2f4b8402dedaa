/**
 * The ways in which an engine reaches the server: each driver, libpq also on threads.
 *
 * @module
 */
import type { EngineOptions } from "../lib/engine/engine.ts";
import type { DriverName } from "../lib/engine/url.ts";

/** A driver and how it waits. */
export interface Way {
  /** The beginning of test titles. */
  readonly name: string;
  readonly driver: DriverName;
  readonly options: EngineOptions;
  /** True if a statement blocks the thread: no signal reaches it. */
  readonly blocks: boolean;
}

export const WAYS: readonly Way[] = [
  { name: "pg", driver: "pg", options: {}, blocks: false },
  { name: "postgres", driver: "postgres", options: {}, blocks: false },
  { name: "wire", driver: "wire", options: {}, blocks: false },
  { name: "libpq", driver: "libpq", options: {}, blocks: true },
  { name: "libpq on threads", driver: "libpq", options: { nonblocking: true }, blocks: false },
];

/** Returns a URL with the name of a driver. */
export function onDriver(url: string, driver: string): string {
  return url.replace(/^postgres(ql)?(\+\w+)?:/, `postgresql+${driver}:`);
}
