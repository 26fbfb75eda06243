import {randomBytes} from 'node:crypto';
import {fail} from '../base/problem.ts';
import {doubleType, intType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {CallSite, Argument, ScalarFunction} from './define.ts';
import {integer, takes} from './typing.ts';

/** Random numbers, by the generator of `java.util.Random`, so that a seed gives the numbers that it gives in Flink. */

const multiplier = 0x5deece66dn;
const mask = (1n << 48n) - 1n;

class Random {
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = (seed ^ multiplier) & mask;
  }

  #next(bits: bigint): bigint {
    this.#state = (this.#state * multiplier + 0xbn) & mask;
    return BigInt.asIntN(32, this.#state >> (48n - bits));
  }

  /** From 0 on, below 1. */
  double(): number {
    return (Number(this.#next(26n)) * 2 ** 27 + Number(this.#next(27n))) / 2 ** 53;
  }

  /** From 0 on, below the bound, which is 1 or more. */
  below(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * this.#next(31n)) >> 31n);
    for (;;) {
      const bits = Number(this.#next(31n));
      const value = bits % bound;
      // The numbers above the greatest multiple of the bound would make some values likelier.
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }
}

/** A constant seed begins one sequence for all rows; a seed of the row begins one for each row; without a seed it begins anywhere. */
function generator(call: CallSite, seed: Value | undefined): Random {
  if (seed !== undefined && (call.arguments[0] as Argument).literal === undefined) return new Random(BigInt(seed as number));
  call.memo ??= new Random(seed === undefined ? randomBytes(8).readBigUInt64LE() : BigInt(seed as number));
  return call.memo as Random;
}

export const randomFunctions: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'numeric',
    name: 'RAND',
    summary: 'A random number from 0 to below 1. A constant seed gives the same sequence in every run, which begins anew after a restart.',
    syntax: 'RAND([seed])',
    examples: [{sql: 'RAND(1)', gives: '0.7308781907032909'}],
    deterministic: false,
    nulls: 'propagate',
    typing: takes({parameters: [integer], optional: 1, result: doubleType}),
    evaluate: ([seed], call) => generator(call, seed).double(),
  },
  {
    kind: 'scalar',
    family: 'numeric',
    name: 'RAND_INTEGER',
    summary:
      'A random integer from 0 to below a bound. A constant seed gives the same sequence in every run, which begins anew after a restart.',
    syntax: 'RAND_INTEGER([seed,] bound)',
    examples: [{sql: 'RAND_INTEGER(5, 10)', gives: '7'}],
    deterministic: false,
    nulls: 'propagate',
    typing: takes({parameters: [integer, integer], optional: 1, result: intType}),
    evaluate(args, call) {
      const bound = Number(args.at(-1));
      if (bound < 1 || bound > 2 ** 31 - 1) throw fail('data', 'bad-argument', `RAND_INTEGER wants a bound from 1 on, not ${bound}`);
      return generator(call, args.length === 2 ? args[0] : undefined).below(bound);
    },
  },
];
