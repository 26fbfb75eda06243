import type {Broker} from '../../src/testing/kafka/broker.ts';
import {at} from './topics.ts';

export type Query = 'filter' | 'group';

export interface QueryPlace {
  readonly broker: Broker;
  readonly from: string;
  readonly to: string;
  /** It ends at the end that the topic has when it starts. */
  readonly isBounded: boolean;
}

/** Nine in ten bids pass; or the count and the sum of each auction, a change for every bid. */
export function bidsSql(query: Query, {broker, from, to, isBounded}: QueryPlace): string {
  const source = `'connector' = 'kafka', ${at(broker, from)}, 'scan.startup.mode' = 'earliest-offset'${isBounded ? ", 'scan.bounded.mode' = 'latest-offset'" : ''}, 'format' = 'json'`;
  const input = `CREATE TABLE i (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, extra STRING) WITH (${source});\n`;
  return query === 'filter'
    ? `${input}CREATE TABLE o (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, extra STRING) WITH ('connector' = 'kafka', ${at(broker, to)}, 'format' = 'json');
INSERT INTO o SELECT auction, bidder, price, channel, url, extra FROM i WHERE price > 100000;
`
    : `${input}CREATE TABLE o (auction BIGINT, c BIGINT, total BIGINT, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', ${at(broker, to)}, 'key.format' = 'json', 'value.format' = 'json');
INSERT INTO o SELECT auction, COUNT(*), SUM(price) FROM i GROUP BY auction;
`;
}

export interface PacedPlace {
  readonly broker: Broker;
  readonly from: string;
  readonly to: string;
  readonly start: 'earliest-offset' | 'latest-offset';
}

const pacedQueries = {
  rows: {columns: 'n BIGINT, k BIGINT, us BIGINT', select: 'SELECT n, k, us FROM i WHERE n >= 0'},
  counts: {columns: 'k BIGINT, c BIGINT, us BIGINT', select: 'SELECT k, COUNT(*), MAX(us) FROM i GROUP BY k'},
  figures: {
    columns: 'k BIGINT, c BIGINT, total BIGINT, least BIGINT, most BIGINT, us BIGINT',
    select: 'SELECT k, COUNT(*), SUM(n), MIN(n), MAX(n), MAX(us) FROM i GROUP BY k',
  },
} as const;

/** Over records of pace.js: all of them; or figures of each key with the time at which its last record was made, a change for every record. */
export function pacedSql(query: keyof typeof pacedQueries, {broker, from, to, start}: PacedPlace): string {
  const {columns, select} = pacedQueries[query];
  const sink =
    query === 'rows'
      ? `(${columns}) WITH ('connector' = 'kafka', ${at(broker, to)}, 'format' = 'json')`
      : `(${columns}, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', ${at(broker, to)}, 'key.format' = 'json', 'value.format' = 'json')`;
  return `CREATE TABLE i (n BIGINT, k BIGINT, us BIGINT) WITH ('connector' = 'kafka', ${at(broker, from)}, 'scan.startup.mode' = '${start}', 'format' = 'json');
CREATE TABLE o ${sink};
INSERT INTO o ${select};
`;
}
