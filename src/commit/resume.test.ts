import {describe, expect, test} from 'vitest';
import type {EpochWord} from '../flow/delivery.ts';
import {decideResume, type Findings, type LastRecord, type LogEnd, type Origin, type Resume} from './resume.ts';

const none: EpochWord = {kind: 'none'};
const foreign: EpochWord = {kind: 'foreign', detail: 'orders[0] says nothing', offsets: []};
const says = (epoch: number): EpochWord => ({kind: 'epoch', epoch});

const day = 24 * 60 * 60 * 1000;
const begun = (more: Partial<Origin> = {}): Origin => ({after: 0, word: 'none', reads: 'start', ...more});

function logOf(last: Partial<LastRecord> | null, origin: Origin = begun()): LogEnd {
  const base = {epoch: 5, isMarked: false, countsByItself: false, isFirstInTransaction: false, ageMs: 1000};
  return {origin, last: last === null ? null : {...base, ...last}};
}

const first = {epoch: 1, isFirstInTransaction: true};
const stays = (epoch: number): Resume => ({kind: 'resume', epoch, cuts: false});
const cutTo = (epoch: number): Resume => ({kind: 'resume', epoch, cuts: true});
const anew = (after: number, word: Origin['word'], reads: Origin['reads'] = 'start'): Resume => ({
  kind: 'new',
  origin: {after, word, reads},
});

/** What is found, and what follows: a decision, or the code of a refusal. */
const cases: readonly (readonly [string, Partial<Findings>, Resume | string])[] = [
  ['no log, records count by themselves', {}, anew(0, null)],
  ['no log, a new group', {word: none}, anew(0, 'none')],
  ['no log, offsets of somebody else', {word: foreign}, anew(0, 'foreign')],
  ['no log for a known group, and state', {word: says(7)}, 'missing-log'],
  ['no log for a known group, and no state', {word: says(7), hasState: false}, anew(7, 'epoch', 'group-offsets')],

  ['begun, no record, no transaction', {log: logOf(null, begun({word: null}))}, {kind: 'begin', cuts: false}],
  ['begun, no record, a silent group', {log: logOf(null), word: none}, {kind: 'begin', cuts: false}],
  ['begun, no record, offsets of somebody else', {log: logOf(null), word: foreign}, {kind: 'begin', cuts: false}],
  [
    'begun behind another log, no record',
    {log: logOf(null, begun({after: 7, word: 'epoch'})), word: says(7)},
    {kind: 'begin', cuts: false},
  ],
  ['begun, no record, and the group has gone on', {log: logOf(null), word: says(1)}, 'log-and-group-differ'],

  ['the record counts by itself', {log: logOf({countsByItself: true})}, stays(5)],
  ['the record counts by itself, the group is silent', {log: logOf({countsByItself: true}), word: none}, stays(5)],
  ['the record counts by itself, the group names an older one', {log: logOf({countsByItself: true}), word: says(2)}, stays(5)],
  ['the record counts by itself, the group is ahead', {log: logOf({countsByItself: true}), word: says(6)}, 'log-and-group-differ'],
  ['the record needed a transaction, and there is none any more', {log: logOf({})}, 'undecided-commit'],
  ['the record is marked, and there is no transaction any more', {log: logOf({isMarked: true})}, stays(5)],

  ['the group names the last record', {log: logOf({}), word: says(5)}, stays(5)],
  ['the group names the one before', {log: logOf({}), word: says(4)}, cutTo(4)],
  ['the group is two behind', {log: logOf({}), word: says(3)}, 'log-and-group-differ'],
  ['the group is ahead', {log: logOf({}), word: says(6)}, 'log-and-group-differ'],
  ['the group is silent after a crash', {log: logOf({}), word: none}, 'undecided-commit'],
  ['the offsets are foreign after a crash', {log: logOf({}), word: foreign}, 'undecided-commit'],

  ['marked, the group agrees', {log: logOf({isMarked: true}), word: says(5)}, stays(5)],
  ['marked, the offsets have expired', {log: logOf({isMarked: true}), word: none}, stays(5)],
  ['marked, somebody has moved the offsets', {log: logOf({isMarked: true}), word: foreign}, stays(5)],
  ['marked, the group names the one before', {log: logOf({isMarked: true}), word: says(4)}, 'log-and-group-differ'],
  ['marked, the group is ahead', {log: logOf({isMarked: true}), word: says(6)}, 'log-and-group-differ'],

  ['the first record, the group names it', {log: logOf(first), word: says(1)}, stays(1)],
  ['the first record, the group is as silent as before', {log: logOf(first), word: none}, {kind: 'begin', cuts: true}],
  [
    'the first record, silent for so long that it may have expired',
    {log: logOf({...first, ageMs: 2 * day}), word: none},
    'undecided-commit',
  ],
  ['the first record, written in a future', {log: logOf({...first, ageMs: -2 * day}), word: none}, 'undecided-commit'],
  [
    'the first record, offsets as foreign as before',
    {log: logOf(first, begun({word: 'foreign'})), word: foreign},
    {kind: 'begin', cuts: true},
  ],
  ['the first record, offsets foreign of late', {log: logOf(first), word: foreign}, 'undecided-commit'],
  ['the first record, foreign offsets have gone', {log: logOf(first, begun({word: 'foreign'})), word: none}, 'undecided-commit'],
  [
    'the first record behind another log',
    {log: logOf({...first, epoch: 8}, begun({after: 7, word: 'epoch'})), word: says(7)},
    {kind: 'begin', cuts: true},
  ],
  [
    'the first record behind another log, which has gone',
    {log: logOf({...first, epoch: 8}, begun({after: 7, word: 'epoch'})), word: none},
    'undecided-commit',
  ],

  ['the first in a transaction behind others, the group is silent', {log: logOf({isFirstInTransaction: true}), word: none}, cutTo(4)],
  [
    'the first in a transaction behind others, the group names an old one',
    {log: logOf({isFirstInTransaction: true}), word: says(2)},
    cutTo(4),
  ],
  ['the first in a transaction behind others, the group names it', {log: logOf({isFirstInTransaction: true}), word: says(5)}, stays(5)],
  [
    'the first in a transaction behind others, long ago',
    {log: logOf({isFirstInTransaction: true, ageMs: 2 * day}), word: none},
    'undecided-commit',
  ],

  ['fresh, records count by themselves', {log: logOf({}), isFresh: true}, anew(0, null)],
  ['fresh, the group has been somewhere', {log: logOf({}), word: says(5), isFresh: true}, anew(5, 'epoch')],
  ['fresh, the group is silent', {log: logOf({}), word: none, isFresh: true}, anew(0, 'none')],
  ['fresh, the offsets are foreign', {log: null, word: foreign, isFresh: true}, anew(0, 'foreign')],
];

describe('where a job goes on', () => {
  test.each(cases)('%s', (_, findings, expected) => {
    const decision = decideResume({log: null, word: null, hasState: true, isFresh: false, ...findings});
    if (decision.kind === 'refuse') expect(decision.problem.problems.map(({code}) => code)).toEqual([expected]);
    else expect(decision).toEqual(expected);
  });

  test('a refusal says what to do', () => {
    const refused = cases.flatMap(([, findings]) => decideResume({log: null, word: null, hasState: true, isFresh: false, ...findings}));
    const problems = refused.flatMap(decision => (decision.kind === 'refuse' ? decision.problem.problems : []));
    expect(problems.length).toBeGreaterThan(10);
    for (const {hint, kind} of problems) expect([hint?.includes('--fresh'), kind]).toEqual([true, 'environment']);
  });
});
