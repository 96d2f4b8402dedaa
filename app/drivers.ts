/** The applications there are, each named by its driver: `app/main_<driver>.ts`. */
export const DRIVERS: readonly string[] = ["postgres", "pg", "libpq"];
