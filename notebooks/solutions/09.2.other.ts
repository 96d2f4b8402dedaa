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
) => {
  let pool = 0;
  while (replicas * workers * (pool + 1 + overflow) <= limit - reserved) pool++;
  return pool;
};

await check("09.2", () => largestPool);
