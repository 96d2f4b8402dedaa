const suspect: (plan: QueryPlan) => number = (plan) =>
  plan.nodes.filter(({ relation }) => relation !== undefined)
    .reduce((most, node) => node.total > most.total ? node : most).number;

await check("12.1", () => suspect);
