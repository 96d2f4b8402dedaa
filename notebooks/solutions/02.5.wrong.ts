const NewToy: z.ZodType<{ name: string; price: number }> = z.object({
  name: z.string().min(1).max(20).trim(),
  price: z.int().min(0).max(100),
});

await check("02.5", () => NewToy);
