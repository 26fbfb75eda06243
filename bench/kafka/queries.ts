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
