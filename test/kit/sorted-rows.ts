/** Rows as text, their columns and themselves in an order that does not matter. */
export function sortedRows(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row as object).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
}
