/** What stands beside offsets of a group: the commit of the job that they belong to. */
export function epochName(epoch: number): string {
  return `weir ${epoch}`;
}

/** Null: no name of an epoch. */
export function epochNamed(text: string | null | undefined): number | null {
  const number = /^weir (\d{1,15})$/.exec(text ?? '')?.[1];
  return number === undefined ? null : Number(number);
}
