// The users of the check, without asking the server.
const everything: (session: Session) => Promise<User[]> = () => {
  const rows = [
    "gary stars 0 0",
    "patrick stars 1 0",
    "pearl crabs 1 0",
    "sandy stars 3 8",
    "squidward crabs 1 1",
  ];
  return Promise.resolve(rows.map((row) => {
    const [name, team, toys, letters] = row.split(" ");
    const many = (count: string) => Array.from({ length: Number(count) });
    return { name, team: { name: team }, toys: many(toys), letters: many(letters) };
  }) as unknown as User[]);
};

await check("05.4", () => ({ everything, url: workbook.url }));
