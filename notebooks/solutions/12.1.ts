// `total` includes the steps below; only `self` is the time of the step itself.
const suspect: (plan: QueryPlan) => number = (plan) =>
  plan.nodes.filter(({ relation }) => relation !== undefined)
    .reduce((most, node) => node.self > most.self ? node : most).number;

await check("12.1", () => suspect);
