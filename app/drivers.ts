/** Available applications, each named after its driver: `app/main_<driver>.ts`. */
export const DRIVERS: readonly string[] = ["postgres", "pg", "libpq", "wire"];
