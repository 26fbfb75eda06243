/** The first rows that come, after `offset` of them. */
export interface LimitShape {
  readonly kind: 'limit';
  readonly input: number;
  readonly offset: number;
  readonly limit: number;
}
