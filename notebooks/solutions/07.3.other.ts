// A set of what is running: when it is full, wait until one of it ends.
const mapAtMost: <Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
) => Promise<Value[]> = async (items, most, work) => {
  const running = new Set<Promise<unknown>>();
  const all: ReturnType<typeof work>[] = [];
  for (const item of items) {
    const one = work(item);
    all.push(one);
    const ended = one.finally(() => running.delete(ended));
    running.add(ended);
    if (running.size >= most) await Promise.race(running);
  }
  return await Promise.all(all);
};

await check("07.3", () => mapAtMost);
