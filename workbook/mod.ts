/**
 * Everything a notebook needs besides the library: its database, and the checks of its exercises.
 *
 * @module
 */
import "./call_sites.ts";
export { databaseUrl } from "./database_url.ts";
export { setUp, type Workbook } from "./set_up.ts";
export { type ForgetfulFirewall, forgetfulFirewall } from "./network/forgetful_firewall.ts";
export { type SlowNetwork, slowNetwork, SlowNetworkError } from "./network/slow_network.ts";
export { caught, NothingThrownError } from "./caught.ts";
export { makeProject, type Project, TextNotFoundError } from "./project.ts";
export { type LoadRecord, type LoadRun, LoadTestError, runLoadTest } from "./load_runner.ts";
export { decide, type Decision, type Interval, medianInterval, quotient } from "./median_interval.ts";
export { BenchmarkError, runBenchmark } from "./bench_runner.ts";
export type { Line, OperationResult, RunResult, RunSettings } from "./bench_record.ts";
export { compare, type CompareOptions, type Measured } from "./compare.ts";
export { type Relative, relativeTo, UnknownContestantError } from "./relative_to.ts";
export { check, hint, progress, resetProgress, solution } from "./check.ts";
export { progressChart } from "./progress_chart.ts";
export { NotebookNotFoundError, typecheck, type TypecheckOptions } from "./typecheck.ts";
export { TODO, TodoError } from "./todo.ts";
export { UnknownExerciseError } from "./exercises/mod.ts";
export { type RevisionChanges, writeRevision } from "./write_revision.ts";
