// The time of the steps below is in `total`, not in `self`: only `self` tells who spent it.
const suspect: (plan: QueryPlan) => number = (plan) =>
  plan.nodes.filter(({ relation }) => relation !== undefined)
    .reduce((most, node) => node.self > most.self ? node : most).number;

await check("12.1", () => suspect);
