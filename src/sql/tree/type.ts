import type {TypeName} from '../ast.ts';
import {quoteName} from '../keywords.ts';
import type {Branch} from '../matcher.ts';
import {all, find, get, only, type Context} from './context.ts';
import {compound, count, identifier, textOf} from './names.ts';

const canonical: Readonly<Record<string, string>> = {INTEGER: 'INT', DEC: 'DECIMAL', NUMERIC: 'DECIMAL', CHARACTER: 'CHAR', REAL: 'FLOAT'};

/** A rule `type`. `INT ARRAY` means ARRAY<INT>. */
export function typeName(context: Context, branch: Branch): TypeName {
  const span = context.span(branch);
  let type = core(context, only(get(branch, 'typeCore')));
  for (const collection of all(branch, 'collection')) type = {...plain(type.span, context.word(collection)), elements: [type]};
  const nullability = find(branch, 'nullability');
  return {...type, span, nullable: nullability ? only(nullability).rule === 'null' : null};
}

function plain(span: TypeName['span'], name: string, args: readonly number[] = []): TypeName {
  return {span, name, arguments: args, elements: [], fields: [], nullable: null};
}

function core(context: Context, branch: Branch): TypeName {
  const span = context.span(branch);
  const word = context.word(branch);
  switch (branch.rule) {
    case 'collectionType':
      return collectionType(context, branch);
    case 'rowType':
      return {...plain(span, 'ROW'), fields: fields(context, branch)};
    case 'rawType':
    case 'structuredType':
      return plain(span, context.text(branch));
    case 'characterType': {
      const kind = word === 'BINARY' ? 'BINARY' : 'CHAR';
      return plain(span, context.has(branch, 'VARYING') ? `VAR${kind}` : kind, typeArguments(context, branch));
    }
    case 'doubleType':
      return plain(span, 'DOUBLE');
    case 'timeType':
    case 'timestampType':
      return plain(span, zoned(context, word, find(branch, 'timeZone')), typeArguments(context, branch));
    case 'intervalType':
      return plain(
        span,
        context
          .words(branch)
          .join(' ')
          .replaceAll(/ ?([(),]) ?/g, '$1')
          .replaceAll(',', ', ')
          .replaceAll(')', ') ')
          .trim(),
      );
    case 'namedType':
      if (find(branch, 'unsigned')) context.unsupported('an unsigned type', branch, 'use the next larger signed type');
      return plain(span, canonical[word] ?? word, typeArguments(context, branch));
    default:
      return plain(
        span,
        compound(context, get(branch, 'path'))
          .parts.map(part => (part.quoted ? `\`${part.name.replaceAll('`', '``')}\`` : quoteName(part.name)))
          .join('.'),
      );
  }
}

function zoned(context: Context, word: string, zone: Branch | undefined): string {
  const what = zone && only(zone);
  if (!what || what.rule === 'withoutZone') return word;
  if (context.has(what, 'LOCAL') && word === 'TIMESTAMP') return 'TIMESTAMP_LTZ';
  return `${word} ${context.words(what).join(' ')}`;
}

function collectionType(context: Context, branch: Branch): TypeName {
  const name = context.word(branch);
  const elements = all(branch, 'type').map(part => typeName(context, part));
  const wanted = name === 'MAP' ? 2 : 1;
  if (elements.length !== wanted) {
    const hint = name === 'MAP' ? 'write MAP<key type, value type>' : `write ${name}<element type>`;
    context.fault('type-elements', `${name} takes ${wanted === 1 ? 'one type' : 'two types'}, not ${elements.length}`, branch, hint);
  }
  return {...plain(context.span(branch), name), elements};
}

function fields(context: Context, branch: Branch): TypeName['fields'] {
  const list = find(find(branch, 'angleFields') ?? find(branch, 'roundFields') ?? branch, 'fields');
  return (list ? all(list, 'typeField') : []).map(field => {
    const comment = find(field, 'string');
    return {
      span: context.span(field),
      name: identifier(context, get(field, 'name')),
      type: typeName(context, get(field, 'type')),
      comment: comment ? textOf(context, comment) : null,
    };
  });
}

function typeArguments(context: Context, branch: Branch): number[] {
  const list = find(branch, 'typeArguments');
  return (list?.parts ?? []).flatMap(part => {
    const sign = part.rule === 'typeScale' ? find(only(part), 'sign') : undefined;
    if (sign) context.unsupported('a negative scale', part, 'use a scale of 0 and divide');
    if (part.rule === 'typeScale') return [count(context, get(only(part), 'number'))];
    return part.rule === 'typeNumber' ? [count(context, only(part))] : [];
  });
}
