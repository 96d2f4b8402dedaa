const countWaits: (events: EngineEvent[]) => number = (events) =>
  events.filter((event) => event.type === "checkout").length;

await check("00.2", () => countWaits);
