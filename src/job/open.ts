import {Memory} from '../base/memory.ts';
import {assert, fail} from '../base/problem.ts';
import {createEngine} from '../compile/compile.ts';
import type {Engine, EngineInput, EngineOutput} from '../compile/engine.ts';
import {connectorTable} from '../connectors/catalog.ts';
import type {ConnectorContext, ConnectorDefinition, ConnectorJob} from '../connectors/define.ts';
import {findConnector} from '../connectors/index.ts';
import {sharedSink} from '../connectors/output/shared-sink.ts';
import {registryOf} from '../connectors/registry/registry.ts';
import type {Batch} from '../flow/batch.ts';
import type {Transaction} from '../flow/delivery.ts';
import type {Sink} from '../flow/sink.ts';
import type {MessageSource, Source} from '../flow/source.ts';
import type {DecodeSpec, EncodeSpec, RecordDecoder, RowEncoder, WantedColumn} from '../formats/define.ts';
import {PartitionEncoder} from '../formats/partition-encoder.ts';
import {findConsoleFormat} from '../formats/console/index.ts';
import {findFormat} from '../formats/index.ts';
import type {Plan} from '../plan/plan.ts';
import type {TablePlan} from '../plan/table.ts';
import type {Column} from '../types/sql-type.ts';
import {ByteInput} from './byte-input.ts';
import type {RunOptions} from './contract.ts';
import type {Input} from './input.ts';
import {MessageInput} from './message-input.ts';
import {Output} from './output.ts';
import {recordBytes} from './record-bytes.ts';
import {Rejects} from './rejects.ts';
import {RowInput} from './row-input.ts';
import {SteppedClock} from './stepped-clock.ts';

/** Everything that one run of a plan consists of. Nothing of it is opened yet. */
export interface Parts {
  readonly engine: Engine;
  readonly memory: Memory;
  readonly rejects: Rejects;
  readonly inputs: readonly Input[];
  readonly sources: readonly Source[];
  readonly outputs: readonly Output[];
  /** What the outputs of its tables become visible with; null: each by itself. */
  readonly transaction: Transaction | null;
  /** The engine's clock, where an epoch must be computable again; null: it has the system's. */
  readonly steppedClock: SteppedClock | null;
}

/** Makes the engine of a plan, a source for each of its inputs and a sink for each of its outputs. */
export function assemble(options: RunOptions): Parts {
  const {plan} = options;
  const memory = new Memory();
  const rejects = new Rejects(options);
  const inputs: Input[] = [];
  const steppedClock = (options.commit ?? null) === null ? null : new SteppedClock(options.clock);
  const engine = createEngine({
    plan,
    memory,
    clock: steppedClock ?? options.clock,
    rejectRow: ({input, row, problem}) => {
      const origin = input === null || row === null ? null : (inputs[input]?.origin(row) ?? null);
      const {message: reason, code} = problem;
      return !rejects.add({where: origin?.where ?? null, bytes: origin?.bytes ?? null, reason, code});
    },
  });
  const outside: ConnectorContext = {
    clock: options.clock,
    memory,
    directory: options.directory,
    standardInput: options.standardInput,
    standardOutput: options.standardOutput,
    standardError: options.standardError,
    timeZone: plan.settings.timeZone,
    namePrints: options.console.format === 'flink-row',
    job: null,
    tell: options.onProblem,
  };
  const transaction = transactionOf(plan, outside, options);
  const context: ConnectorContext = {...outside, job: jobOf(options, transaction)};
  const maxRecordBytes = recordBytes(plan);
  const sources: Source[] = [];
  for (const engineInput of engine.inputs) {
    const {table, wanted} = engineInput.node;
    const source = connectorOf(table).source?.(connectorTable(table), context, wanted);
    assert(source !== undefined, 'the planner reads sources only');
    sources.push(source);
    if (source.kind === 'messages') {
      inputs.push(messageInput(engineInput, source, context, {rejects, maxRecordBytes, options}));
      continue;
    }
    inputs.push(
      source.kind === 'rows'
        ? new RowInput(engineInput, source)
        : new ByteInput({
            engineInput,
            memory,
            source,
            rejects,
            maxRecordBytes,
            timeZone: context.timeZone,
            isBinary: findFormat(table.format ?? '')?.isBinary === true,
            makeDecoder: input => decoderOf(engineInput, input, memory, maxRecordBytes, options),
          }),
    );
  }
  const outputs = engine.outputs.map(engineOutput => outputOf(engineOutput, context, options));
  return {engine, memory, rejects, inputs, sources, outputs, transaction, steppedClock};
}

function jobOf({identity, commit, reach}: RunOptions, transaction: Transaction | null): ConnectorJob | null {
  if (identity === null || identity === undefined) return null;
  return {...identity, guarantee: commit?.guarantee ?? 'none', transaction, ...(reach === undefined ? {} : {reach})};
}

/** The one transaction of a job that promises exactly-once and writes to a connector that has transactions. */
function transactionOf(plan: Plan, context: ConnectorContext, options: RunOptions): Transaction | null {
  if (options.commit?.guarantee !== 'exactly-once') return null;
  const sinks = plan.nodes.flatMap(node => (node.kind === 'sink' && node.target.kind === 'table' ? [node.target.table] : []));
  const takesPart = (table: TablePlan) => connectorOf(table).counts?.(connectorTable(table)) === 'transaction';
  const owner = sinks.find(takesPart);
  if (owner === undefined) return null;
  const sources = plan.nodes.flatMap(node =>
    node.kind === 'scan' && connectorOf(node.table).transaction !== undefined ? [node.table] : [],
  );
  const tables = {sources: sources.map(connectorTable), sinks: sinks.filter(takesPart).map(connectorTable)};
  return connectorOf(owner).transaction?.(tables, {...context, job: jobOf(options, null)}) ?? null;
}

function decoderOf(engineInput: EngineInput, input: ByteInput, memory: Memory, maxRecordBytes: number, options: RunOptions) {
  const {table, wanted} = engineInput.node;
  const decoder = findFormat(table.format ?? '')?.decoder?.({
    memory,
    columns: table.columns,
    kinds: engineInput.batch.kinds,
    wanted: wanted.flatMap((one, index): WantedColumn[] => {
      const vector = engineInput.batch.vectors[index];
      return one.kind === 'physical' && vector !== undefined ? [{...one, vector}] : [];
    }),
    options: table.formatOptions,
    timeZone: options.plan.settings.timeZone,
    badField: options.onError === 'null' ? 'null' : 'reject',
    maxRecordBytes,
    reject: record => input.reject(record),
  });
  assert(decoder !== undefined, 'the planner knows which formats can be read');
  return decoder;
}

function messageInput(
  engineInput: EngineInput,
  source: MessageSource,
  context: ConnectorContext,
  {rejects, maxRecordBytes, options}: {readonly rejects: Rejects; readonly maxRecordBytes: number; readonly options: RunOptions},
): MessageInput {
  const {table} = engineInput.node;
  const {memory, timeZone} = context;
  const layout = connectorOf(table).messageLayout?.(connectorTable(table));
  assert(layout !== undefined, 'sources of messages have a layout');
  const shared = {memory, timeZone, badField: options.onError === 'null' ? 'null' : 'reject', messages: true, maxRecordBytes} as const;
  const decoder = (format: string | null, spec: DecodeSpec): RecordDecoder => {
    const made = findFormat(format ?? '')?.decoder?.(spec);
    assert(made !== undefined, 'the planner knows which formats can be read');
    return made;
  };
  return new MessageInput({
    engineInput,
    memory,
    source,
    layout,
    rejects,
    maxRecordBytes,
    timeZone,
    keepsNull: table.format === 'raw',
    valueRegistry: registryOf(table.format, table.formatOptions, context),
    keyRegistry: registryOf(layout.key?.format ?? null, layout.key?.formatOptions ?? new Map(), context),
    valueDecoder: part => {
      const columns = layout.value.map(ordinal => table.columns[ordinal] as Column);
      return decoder(table.format, {...shared, ...part, columns, kinds: engineInput.batch.kinds, options: table.formatOptions});
    },
    keyDecoder: part => {
      const columns = layout.key?.columns.map(({column}) => column) ?? [];
      return decoder(layout.key?.format ?? null, {...shared, ...part, columns, options: layout.key?.formatOptions ?? new Map()});
    },
  });
}

function outputOf(engineOutput: EngineOutput, context: ConnectorContext, options: RunOptions): Output {
  const {target, changelog, schema} = engineOutput.node;
  const {batch} = engineOutput;
  const spec = {memory: context.memory, columns: schema.columns, timeZone: context.timeZone, kinds: changelog !== 'append'};
  if (target.kind === 'console') {
    const {format, options: settings} = options.console;
    const encoder = (findConsoleFormat(format) ?? findFormat(format))?.encoder?.({...spec, options: settings}, batch);
    if (encoder === undefined) throw fail('usage', 'unknown-format', `there is no output format "${format}"`);
    return new Output({engineOutput, sink: sharedSink(options.standardOutput), encoder, limit: options.limit});
  }
  const {table, overwrite} = target;
  const connector = connectorOf(table);
  const parts = table.partitionedBy.length > 0 ? connector.partitionedSink?.(connectorTable(table), context, overwrite) : undefined;
  if (parts !== undefined) {
    const encoder = new PartitionEncoder(
      {
        ...parts,
        memory: context.memory,
        timeZone: context.timeZone,
        columns: table.columns,
        partitionedBy: table.partitionedBy,
        inner: (columns, innerBatch) => formatEncoder(table, {...spec, columns}, innerBatch),
      },
      batch,
    );
    return new Output({engineOutput, sink: parts.sink, encoder, limit: null});
  }
  const messages = connector.messageSink?.(connectorTable(table), context, {
    batch,
    columns: table.columns,
    formatOptions: table.formatOptions,
    kinds: spec.kinds,
  });
  if (messages !== undefined) return new Output({engineOutput, ...messages, limit: null});
  const sink = connector.sink?.(connectorTable(table), context, overwrite);
  assert(sink !== undefined, 'the planner writes to sinks only');
  return new Output({engineOutput, sink, encoder: tableEncoder(table, connector, engineOutput, context, spec), limit: null});
}

function tableEncoder(
  table: TablePlan,
  connector: ConnectorDefinition,
  {batch}: EngineOutput,
  context: ConnectorContext,
  spec: {readonly memory: Memory; readonly columns: TablePlan['columns']; readonly timeZone: string; readonly kinds: boolean},
): RowEncoder | null {
  if (table.format === null) return connector.encoder?.(connectorTable(table), context, batch) ?? null;
  return formatEncoder(table, {...spec, columns: table.columns}, batch);
}

function formatEncoder(table: TablePlan, spec: Omit<EncodeSpec, 'options'>, batch: Batch): RowEncoder {
  const encoder = findFormat(table.format ?? '')?.encoder?.({...spec, options: table.formatOptions}, batch);
  assert(encoder !== undefined, 'the planner knows which formats can be written');
  return encoder;
}

function connectorOf(table: TablePlan): ConnectorDefinition {
  const connector = findConnector(table.connector);
  assert(connector !== undefined, 'the planner knows the connectors');
  return connector;
}

/** Closing one more sink must not hide why the run failed. */
export async function closeSink(sink: Sink, isGood: boolean): Promise<void> {
  await (isGood || sink.discard === undefined ? sink.close() : sink.discard());
}
