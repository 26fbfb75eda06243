/**
 * Upstream's test tables read metadata out of the values of their rows, and so the cases have it there. Files, which stand in their place, have no such metadata:
 * what is read is a column like any other.
 */
export function withoutMetadata(columns: string): string {
  return columns.replaceAll(/\bMETADATA\b(?:\s+FROM\s+'[^']*')?(?:\s+VIRTUAL)?/gi, '');
}

/** The same for the tables of a script that are read. */
export function withoutReadMetadata(script: string): string {
  const created = /CREATE TABLE [\s\S]*?;\n/g;
  return script.replaceAll(created, statement => (statement.includes("'filesystem'") ? withoutMetadata(statement) : statement));
}
