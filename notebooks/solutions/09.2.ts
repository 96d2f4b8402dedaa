// What is left for everyone, divided by the workers of all replicas, without what each may open beyond its pool.
type Deployment = {
  limit: number;
  reserved: number;
  replicas: number;
  workers: number;
  overflow: number;
};
const largestPool: (deployment: Deployment) => number = (
  { limit, reserved, replicas, workers, overflow },
) => Math.max(0, Math.floor((limit - reserved) / (replicas * workers)) - overflow);

await check("09.2", () => largestPool);
