type Deployment = {
  limit: number;
  reserved: number;
  replicas: number;
  workers: number;
  overflow: number;
};
const largestPool: (deployment: Deployment) => number = (
  { limit, reserved, replicas, workers },
) => Math.floor((limit - reserved) / (replicas * workers));

await check("09.2", () => largestPool);
