const countWaits: (events: EngineEvent[]) => number = (events) =>
  events.length - events.filter(({ type }) => type === "checkin").length;

await check("00.2", () => countWaits);
