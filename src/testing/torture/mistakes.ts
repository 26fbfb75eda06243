export async function putIn(name: string): Promise<void> {
  throw new Error(name);
}
