/** All rows of all inputs, in the order in which they come. */
export interface UnionShape {
  readonly kind: 'union';
  readonly inputs: readonly number[];
}
