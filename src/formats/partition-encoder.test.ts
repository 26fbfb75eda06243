import {expect, test} from 'vitest';
import {createBatch} from '../flow/batch.ts';
import {writeValue} from '../flow/cells.ts';
import type {PartitionedSink} from '../flow/sink.ts';
import {physicalOf} from '../types/sql-type.ts';
import {csvEncoder} from './csv/encode.ts';
import {readColumns} from './json/fixtures/type-names.ts';
import {PartitionEncoder} from './partition-encoder.ts';
import {memory} from './write-for-tests.ts';

test('rows go to the partition that their values name, in order and without those values', () => {
  const columns = readColumns('day STRING, n INT, text STRING, at INT');
  const batch = createBatch(
    memory,
    columns.map(({type}) => physicalOf(type)),
    false,
  );
  const written = new Map<string, string>();
  let current = '';
  const sink = {
    begin(partition: string) {
      current = partition;
      const isNew = !written.has(partition);
      if (isNew) written.set(partition, '');
      return isNew;
    },
  } as unknown as PartitionedSink;
  const encoder = new PartitionEncoder(
    {
      memory,
      timeZone: 'UTC',
      columns,
      partitionedBy: ['day', 'at'],
      defaultName: '__DEFAULT_PARTITION__',
      sink,
      inner: (kept, inner) =>
        csvEncoder({memory, columns: kept, options: new Map([['header', 'true']]), timeZone: 'UTC', kinds: false}, inner),
    },
    batch,
  );
  const rows = [
    ['00:00', 1, 'a', 7],
    ['x/y', 2, 'b', null],
    ['00:00', 3, 'c', 7],
    ['', 4, 'd', -1],
  ] as const;
  for (const [row, values] of rows.entries())
    for (const [index, {type}] of columns.entries()) writeValue(memory, batch.vectors[index]!, row, type, values[index]!, 'UTC');
  batch.count = rows.length;
  encoder.encode(batch, bytes => void written.set(current, written.get(current)! + Buffer.from(bytes).toString()));
  expect(Object.fromEntries(written)).toEqual({
    'day=00%3A00/at=7': 'n,text\n1,a\n3,c\n',
    'day=x%2Fy/at=__DEFAULT_PARTITION__': 'n,text\n2,b\n',
    'day=__DEFAULT_PARTITION__/at=-1': 'n,text\n4,d\n',
  });
});
