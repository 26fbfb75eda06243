/**
 * A SQL value as plain JavaScript. Only the edges, the interpreter and functions' `evaluate` use one; the hot path never does.
 *
 * | type | value |
 * |---|---|
 * | BOOLEAN | boolean |
 * | TINYINT, SMALLINT, INT, FLOAT, DOUBLE | number (FLOAT rounded by `Math.fround`) |
 * | BIGINT | bigint, always |
 * | DECIMAL(p, s) | bigint: the value times 10^s |
 * | CHAR, VARCHAR | string |
 * | BINARY, VARBINARY | Uint8Array |
 * | DATE | number: days since 1970-01-01 |
 * | TIME | number: milliseconds since midnight |
 * | TIMESTAMP(p), TIMESTAMP_LTZ(p) | p ≤ 3: number of milliseconds; p ≤ 6: bigint of microseconds; p ≤ 9: bigint of nanoseconds; since 1970-01-01T00:00:00 (UTC for LTZ) |
 * | INTERVAL | number: months, or milliseconds |
 * | ARRAY, ROW | readonly Value[] |
 * | MAP, MULTISET | ReadonlyMap<Value, Value> |
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | ReadonlyMap<Value, Value>;

export type Row = readonly Value[];
