/**
 * The errors of migrations. Each says what happened, where, and what to do.
 *
 * @module
 */
export * from "./errors/migration_error.ts";
export * from "./errors/revisions.ts";
export * from "./errors/database.ts";
export * from "./errors/running.ts";
