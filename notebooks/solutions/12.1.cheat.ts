// The last step, which is often a scan.
const suspect: (plan: QueryPlan) => number = (plan) =>
  plan.nodes.length > 1 ? plan.nodes.length : 1;

await check("12.1", () => suspect);
