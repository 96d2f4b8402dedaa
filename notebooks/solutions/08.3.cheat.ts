// Only the bodies of the check.
const OrderIn: z.ZodType = z.strictObject({
  toy: z.literal("0b9c1d2e-3f40-4a5b-8c6d-7e8f90a1b2c3"),
  quantity: z.literal([1, 99]),
  note: z.literal("x".repeat(200)).optional(),
});

await check("08.3", () => OrderIn);
