const mapAtMost: <Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
) => Promise<Value[]> = async (items, most, work) => {
  return await Promise.all(items.map(work));
};

await check("07.3", () => mapAtMost);
