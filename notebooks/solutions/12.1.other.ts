const suspect: (plan: QueryPlan) => number = (plan) => {
  const reading = plan.nodes.filter((node) => node.relation !== undefined);
  return reading.toSorted((a, b) => b.self - a.self)[0].number;
};

await check("12.1", () => suspect);
