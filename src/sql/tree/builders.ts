import {callEnd, orderBy, windowSpec} from './call.ts';
import type {Builders} from './context.ts';
import {expression, operand} from './expression.ts';
import {primary} from './primary.ts';
import {query} from './query.ts';
import {hints} from './table.ts';
import {typeName} from './type.ts';

/** The builders, tied together. */
export const builders: Builders = {expression, operand, call: primary, callEnd, query, orderBy, window: windowSpec, hints, type: typeName};
