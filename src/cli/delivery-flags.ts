import {fail} from '../base/problem.ts';
import {parseDuration} from '../base/quantity.ts';
import type {DeliverySettings, Guarantee} from '../job/delivery.ts';
import {flags} from './flags.ts';
import type {Options} from './options.ts';

/** What the command line says about commits. Throws a usage problem for flags that contradict each other. */
export function deliveryFlags(options: Options): DeliverySettings {
  const chosen = options.isChosen(flags.guarantee) ? (options.value(flags.guarantee) as Guarantee) : null;
  const isExactlyOnce = options.isOn(flags.exactlyOnce);
  if (isExactlyOnce && chosen !== null && chosen !== 'exactly-once')
    throw fail('usage', 'bad-argument', `--exactly-once and --guarantee ${chosen} contradict each other`, {
      hint: 'leave one of the two out',
    });
  const batch = parseBatch(options.value(flags.batch));
  const intervalMs = options.durationMs(flags.commitInterval);
  if (intervalMs !== null && batch.batchWaitMs !== undefined)
    throw fail('usage', 'bad-argument', '--batch and --commit-interval both say how long a record waits for its commit', {
      hint: 'leave one of the two out: --commit-interval TIME is --batch ,TIME',
    });
  if (intervalMs === 0) throw fail('usage', 'bad-argument', '--commit-interval cannot be 0', {hint: 'write a time such as 100ms'});
  const guarantee = isExactlyOnce ? 'exactly-once' : chosen;
  const settings = {
    ...batch,
    ...(intervalMs === null ? {} : {batchWaitMs: intervalMs}),
    ...(guarantee === null ? {} : {guarantee}),
  };
  if (guarantee === 'none' && Object.keys(settings).length > 1)
    throw fail('usage', 'bad-argument', '--batch and --commit-interval have no effect with --guarantee none, which commits nothing', {
      hint: 'leave one of the two out',
    });
  return settings;
}

/** `1000,50ms`, `1000` or `,50ms`. */
function parseBatch(text: string | null): Pick<DeliverySettings, 'batchRecords' | 'batchWaitMs'> {
  if (text === null) return {};
  const [size = '', wait = '', ...more] = text.split(',').map(part => part.trim());
  const batchRecords = /^[1-9]\d{0,14}$/.test(size) ? Number(size) : null;
  // A number without a unit says a count here, and nothing else.
  const batchWaitMs = /[a-z]$/i.test(wait) ? parseDuration(wait) : null;
  const isRight = more.length === 0 && (size === '' || batchRecords !== null) && (wait === '' || (batchWaitMs ?? 0) > 0);
  if (!isRight || (size === '' && wait === ''))
    throw fail('usage', 'bad-argument', `--batch cannot be "${text}"`, {
      hint: 'write 1000,50ms: so many records, or so long; one of the two may be left out',
    });
  return {...(batchRecords === null ? {} : {batchRecords}), ...(batchWaitMs === null ? {} : {batchWaitMs})};
}
