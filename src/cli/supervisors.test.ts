import {expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {address, type FoundSupervisor} from './supervisors.ts';

function found(project: string, ...jobs: readonly string[]): FoundSupervisor {
  return {project, path: `/run/${project}.sock`, pid: 1, jobs: jobs.map(job => ({job})) as unknown as FoundSupervisor['jobs']};
}

const shop = found('shop', 'orders', 'totals');
const bank = found('bank', 'orders', 'rates');

function meant(words: readonly string[], isAll: boolean, supervisors: readonly FoundSupervisor[]): unknown {
  try {
    return address(words, isAll, supervisors).map(({supervisor, jobs}) => `${supervisor.project}: ${jobs?.join(' ') ?? 'all'}`);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({code, message}) => `${code}: ${message}`);
  }
}

test.each<[string, readonly string[], boolean, readonly FoundSupervisor[], readonly string[]]>([
  ['a job', ['orders'], false, [shop], ['shop: orders']],
  ['some', ['o*', 'totals'], false, [shop], ['shop: o* totals']],
  ['all', [], true, [shop], ['shop: all']],
  ['all of one of several', ['shop/*'], false, [shop, bank], ['shop: all']],
  ['jobs of several', ['rates', 'totals'], false, [shop, bank], ['bank: rates', 'shop: totals']],
  ['one of a name that two have', ['bank/orders'], false, [shop, bank], ['bank: orders']],
  ['of every project', ['*/orders'], false, [shop, bank], ['shop: orders', 'bank: orders']],
  ['nobody', ['orders'], false, [], ['no-supervisor: no jobs run here']],
  ['no name', [], false, [shop], ['no-job: no job is named']],
  ['names and all', ['orders'], true, [shop], ['too-many-operands: --all means all jobs, and some are named, too']],
  ['all of several', [], true, [shop, bank], ['ambiguous-job: --all could mean the jobs of "shop" and "bank"']],
  ['a name that two have', ['orders'], false, [shop, bank], ['ambiguous-job: "orders" could mean jobs of "shop" and "bank"']],
  [
    'names that nobody has',
    ['x', 'shop/rates'],
    false,
    [shop, bank],
    ['unknown-job: no job that runs has the name "x"', 'unknown-job: no job that runs has the name "shop/rates"'],
  ],
])('%s', (_, words, isAll, supervisors, expected) => {
  expect(meant(words, isAll, supervisors)).toEqual(expected);
});
