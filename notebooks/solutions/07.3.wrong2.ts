const mapAtMost: <Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
) => Promise<Value[]> = async (items, most, work) => {
  const results: Awaited<ReturnType<typeof work>>[] = [];
  for (const item of items) results.push(await work(item));
  return results;
};

await check("07.3", () => mapAtMost);
