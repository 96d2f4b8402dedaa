// Divide the available connections among the workers of all replicas, and subtract each worker's overflow.
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
