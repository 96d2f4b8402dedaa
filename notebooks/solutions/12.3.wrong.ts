const february: string = `SELECT id FROM sales
  WHERE extract(year FROM sold_on) = 2024 AND extract(month FROM sold_on) = 2`;

await check("12.3", () => ({ url: workbook.url, february }));
