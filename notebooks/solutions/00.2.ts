const countWaits: (events: EngineEvent[]) => number = (events) =>
  events.filter((event) => event.type === "wait").length;

await check("00.2", () => countWaits);
