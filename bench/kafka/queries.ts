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

/** Over records of pace.js: all of them; or the count of each key and when its last record was made, a change for every record. */
export function pacedSql(query: 'rows' | 'counts', {broker, from, to, start}: PacedPlace): string {
  const input = `CREATE TABLE i (n BIGINT, k BIGINT, us BIGINT) WITH ('connector' = 'kafka', ${at(broker, from)}, 'scan.startup.mode' = '${start}', 'format' = 'json');\n`;
  return query === 'rows'
    ? `${input}CREATE TABLE o (n BIGINT, k BIGINT, us BIGINT) WITH ('connector' = 'kafka', ${at(broker, to)}, 'format' = 'json');
INSERT INTO o SELECT n, k, us FROM i WHERE n >= 0;
`
    : `${input}CREATE TABLE o (k BIGINT, c BIGINT, us BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', ${at(broker, to)}, 'key.format' = 'json', 'value.format' = 'json');
INSERT INTO o SELECT k, COUNT(*), MAX(us) FROM i GROUP BY k;
`;
}
