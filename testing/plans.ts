/**
 * Outputs of EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) from PostgreSQL 18, for two tables: 20,000 customers and 200,000
 * orders.
 *
 * @module
 */
import correlated from "./plans/correlated.json" with { type: "json" };
import cte from "./plans/cte.json" with { type: "json" };
import cteWrite from "./plans/cte_write.json" with { type: "json" };
import index from "./plans/index.json" with { type: "json" };
import initPlan from "./plans/init_plan.json" with { type: "json" };
import nestedLoop from "./plans/nested_loop.json" with { type: "json" };
import never from "./plans/never.json" with { type: "json" };
import parallel from "./plans/parallel.json" with { type: "json" };
import seqScan from "./plans/seq_scan.json" with { type: "json" };
import sortSpill from "./plans/sort_spill.json" with { type: "json" };
import subPlan from "./plans/sub_plan.json" with { type: "json" };
import trigger from "./plans/trigger.json" with { type: "json" };

/** The plans, named after their special feature. */
export const plans = {
  /** Two correlated columns of `customers`: ten times more rows than expected. */
  correlated,
  /** A CTE read twice. */
  cte,
  /** A CTE that deletes and is not read. */
  cteWrite,
  index,
  /** A filter by an average computed first. */
  initPlan,
  /** An index scanned 19,995 times. */
  nestedLoop,
  /** The inner side of a join whose outer side is empty. */
  never,
  /** A count by three processes. */
  parallel,
  /** Ten rows of 200,000, without an index. */
  seqScan,
  /** A sort of 200,000 rows with a work_mem of 1 MB. */
  sortSpill,
  /** A count for each of 100 customers. */
  subPlan,
  /** DELETE of rows referenced by a foreign key without an index. */
  trigger,
};
