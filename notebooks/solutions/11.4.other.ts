// The UPDATE itself asks for the version.
const save: (getSession: SessionMaker, form: Form) => Promise<"saved" | "conflict"> = async (
  getSession,
  { id, line, version },
) => {
  const { rowCount } = await getSession.begin((session) =>
    session.execute(
      "UPDATE pages SET line = $1, version = version + 1 WHERE id = $2 AND version = $3",
      [line, id, version],
    )
  );
  return rowCount === 1 ? "saved" : "conflict";
};

await check("11.4", () => ({ url: workbook.url, Page, save }));
