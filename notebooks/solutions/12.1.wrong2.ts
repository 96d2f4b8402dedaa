const suspect: (plan: QueryPlan) => number = (plan) => plan.slowest.number;

await check("12.1", () => suspect);
