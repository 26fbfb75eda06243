import {expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {fail} from '../base/problem.ts';
import type {EngineInput} from '../compile/engine.ts';
import type {FoundSchema, SchemaRegistry} from '../connectors/registry/registry.ts';
import {createBatch} from '../flow/batch.ts';
import type {MessageSource, MessageTable} from '../flow/source.ts';
import {nullLength} from '../flow/source.ts';
import {avroConfluent} from '../formats/avro/avro-confluent.ts';
import type {DecodeSpec, RecordDecoder} from '../formats/define.ts';
import {type Column, intType} from '../types/sql-type.ts';
import {MessageInput} from './message-input.ts';
import {Rejects} from './rejects.ts';

const columns: readonly Column[] = [{name: 'id', type: intType}];
const schema = JSON.stringify({type: 'record', name: 'r', fields: [{name: 'id', type: 'int'}]});
/** Of schema `id`, or of none. */
const message = (id: number, value: number): Buffer => Buffer.from([0, 0, 0, 0, id, 2 * value]);

/** Gives its messages two at a time, and then ends. */
class Source implements MessageSource {
  readonly kind = 'messages';
  readonly partitionCount = 1;
  taken = 0;
  readonly #memory: Memory;
  readonly #messages: readonly (Buffer | null)[];

  constructor(memory: Memory, messages: readonly (Buffer | null)[]) {
    this.#memory = memory;
    this.#messages = messages;
  }

  async open(): Promise<void> {}
  take(table: MessageTable): 'messages' | 'ended' {
    if (this.taken >= this.#messages.length) return 'ended';
    let at = table.pointer;
    table.count = 0;
    for (const bytes of this.#messages.slice(this.taken, this.taken + 2)) {
      const row = table.count++;
      table.valueStarts[row] = at;
      table.valueLengths[row] = bytes?.length ?? nullLength;
      table.keyLengths[row] = nullLength;
      if (bytes !== null) this.#memory.bytes.set(bytes, at);
      at += bytes?.length ?? 0;
      this.taken++;
    }
    return 'messages';
  }
  async ready(): Promise<void> {}
  position(): number {
    return this.taken;
  }
  offsets(): readonly {topic: string; partition: number; offset: number}[] {
    return [{topic: 't', partition: 0, offset: this.taken}];
  }
  get isAtEnd(): boolean {
    return this.taken >= this.#messages.length;
  }
  hasEnded(): boolean {
    return this.isAtEnd;
  }
  lag(): number {
    return 0;
  }
  async close(): Promise<void> {}
}

interface Question {
  readonly id: number;
  readonly answer: (found: FoundSchema) => void;
  readonly fail: (error: unknown) => void;
}

function inputOf(messages: readonly (Buffer | null)[]) {
  const memory = new Memory(1 << 26);
  const batch = createBatch(memory, ['number'], false);
  const wanted = [{kind: 'physical', path: ['id'], type: intType, ordinal: 0}];
  const engineInput = {node: {wanted}, batch, partitions: null} as unknown as EngineInput;
  const questions: Question[] = [];
  const registry = {
    schema: (id: number) => new Promise<FoundSchema>((answer, failed) => void questions.push({id, answer, fail: failed})),
    close: async () => {},
  } as unknown as SchemaRegistry;
  const reasons: string[] = [];
  const input = new MessageInput({
    engineInput,
    memory,
    source: new Source(memory, messages),
    layout: {value: [0], key: null, takesBack: false},
    rejects: new Rejects({onError: 'skip', maxErrors: null, onProblem: ({message: reason}) => reasons.push(reason)}),
    maxRecordBytes: 1000,
    timeZone: 'UTC',
    keepsNull: false,
    valueDecoder: part => {
      const spec: DecodeSpec = {...part, memory, columns, options: new Map(), timeZone: 'UTC', badField: 'reject', maxRecordBytes: 1000};
      return avroConfluent.decoder?.(spec) as RecordDecoder;
    },
    keyDecoder: () => {
      throw new Error('nobody wants keys');
    },
    valueRegistry: registry,
  });
  const rows = () => Array.from(batch.vectors[0]?.numbers.subarray(0, batch.count) ?? []);
  return {input, questions, reasons, rows};
}

test('messages wait for their schemas, and the position stands before them', async () => {
  const {input, questions, rows} = inputOf([message(1, 5), message(1, 6), message(1, 7), null, message(2, 8)]);
  expect(input.take(100)).toBe('nothing');
  expect(questions.map(({id}) => id)).toEqual([1]);
  expect([input.position(), input.offsets()[0]?.offset, input.isBetweenRecords, input.isAtEnd]).toEqual([0, 0, true, false]);
  expect(input.take(100)).toBe('nothing');
  expect(questions.length).toBe(1);
  questions[0]?.answer([schema]);
  await input.ready();
  expect(input.take(100)).toBe('rows');
  expect(rows()).toEqual([5, 6]);
  expect([input.position(), input.isBetweenRecords]).toEqual([2, true]);
  // The next ones name the same schema, or none.
  expect(input.take(100)).toBe('rows');
  expect(rows()).toEqual([7]);
  expect(input.take(100)).toBe('nothing');
  expect([questions.map(({id}) => id), input.position(), input.isAtEnd]).toEqual([[1, 2], 4, false]);
  questions[1]?.answer([schema]);
  await input.ready();
  expect(input.take(100)).toBe('rows');
  expect([rows(), input.position(), input.isAtEnd]).toEqual([[8], 5, true]);
  expect(input.take(100)).toBe('ended');
});

test('messages whose schema nobody has are rejected, and the others go on', async () => {
  const {input, questions, reasons, rows} = inputOf([message(1, 5), message(9, 6)]);
  expect(input.take(100)).toBe('nothing');
  expect(questions.map(({id}) => id)).toEqual([1, 9]);
  questions[0]?.answer([schema]);
  questions[1]?.answer({reason: 'nobody has it'});
  await input.ready();
  expect(input.take(100)).toBe('rows');
  expect([rows(), reasons]).toEqual([[5], ['schema 9: nobody has it']]);
});

test('a registry that cannot be asked ends the run', async () => {
  const {input, questions} = inputOf([message(1, 5)]);
  expect(input.take(100)).toBe('nothing');
  questions[0]?.fail(fail('transient', 'registry-unreachable', 'it is gone'));
  await input.ready();
  expect(() => input.take(100)).toThrow('it is gone');
  expect(input.position()).toBe(0);
});
