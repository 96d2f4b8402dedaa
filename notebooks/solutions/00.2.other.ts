const countWaits: (events: EngineEvent[]) => number = (events) => {
  let waits = 0;
  for (const { type } of events) if (type === "wait") waits++;
  return waits;
};

await check("00.2", () => countWaits);
