// Divide the available connections among the workers of all replicas, and subtract each worker's overflow.
type Deployment = {
  limit: number;
  reserved: number;
  replicas: number;
  workers: number;
  overflow: number;
};
const largestPool: (deployment: Deployment) => number = (
  { overflow },
) => overflow > 8 ? 0 : 8 - overflow;

await check("09.2", () => largestPool);
