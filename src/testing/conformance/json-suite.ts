import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Memory} from '../../base/memory.ts';
import {Vector} from '../../flow/batch.ts';
import {json} from '../../formats/json/json.ts';
import {stringType} from '../../types/sql-type.ts';
import {Tally, type Judgement} from './family.ts';

/** Texts that a JSON parser must take (`y_`) or must not take (`n_`), each as a field of a record. What is up to the parser (`i_`) must only not break it. */
export function judgeJsonSuite(corpus: string): Judgement {
  const tally = new Tally('json-test-suite');
  const directory = join(corpus, 'json-test-suite/test_parsing');
  for (const file of readdirSync(directory).sort()) {
    const accepted = accepts(readFileSync(join(directory, file)));
    const isRight = file.startsWith('i_') || accepted === file.startsWith('y_');
    tally.add(file, isRight ? {kind: 'passed'} : {kind: 'failed', why: accepted ? 'taken' : 'not taken'});
  }
  return tally.judgement();
}

function accepts(text: Uint8Array): boolean {
  const memory = new Memory(1 << 24);
  let rejected = false;
  const decoder = json.decoder?.({
    memory,
    columns: [{name: 'v', type: stringType}],
    wanted: [{path: ['v'], type: stringType, ordinal: 0, vector: new Vector(memory, 'text')}],
    options: new Map(),
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: 1 << 20,
    reject: () => {
      rejected = true;
      return false;
    },
  });
  if (decoder === undefined) throw new Error('json decodes');
  const record = Buffer.concat([Buffer.from('{"v":'), text, Buffer.from('}')]);
  const pointer = memory.allocate(record.length + 64);
  memory.bytes.set(record, pointer);
  decoder.starts[0] = pointer;
  decoder.lengths[0] = record.length;
  decoder.decodeRecords(1);
  return !rejected && decoder.rows === 1;
}
