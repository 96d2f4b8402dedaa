// Both ends of BETWEEN belong to it, and 2024 has a 29 February.
const february: string = `SELECT id FROM sales
  WHERE sold_on BETWEEN date '2024-02-01' AND date '2024-02-29'`;

await check("12.3", () => ({ url: workbook.url, february }));
