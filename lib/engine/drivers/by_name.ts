/**
 * The drivers that a database URL can name.
 *
 * @module
 */
import type { Driver } from "../driver.ts";
import type { DriverName } from "../url.ts";

const MODULES: Record<DriverName, () => Promise<{ readonly driver: Driver }>> = {
  pg: () => import("./pg.ts"),
  postgres: () => import("./postgres.ts"),
  libpq: () => import("./libpq.ts"),
  wire: () => import("./wire.ts"),
};

/** Returns a driver; its packages are loaded on first use. */
export async function loadDriver(name: DriverName): Promise<Driver> {
  const { driver } = await MODULES[name]();
  return driver;
}
