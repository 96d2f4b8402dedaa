// Each loop takes the next item, so the number of loops is the number of concurrent items.
const mapAtMost: <Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
) => Promise<Value[]> = async (items, most, work) => {
  const results: Awaited<ReturnType<typeof work>>[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: most }, async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  }));
  return results;
};

await check("07.3", () => mapAtMost);
