import type {CompoundName, Hint, Identifier, OptionPair, TableAlias, TypeName} from './ast.ts';
import {quoteName} from './keywords.ts';

/** A text in quotes. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A name as it was written: in back-ticks if it was, or where it needs them. */
export function nameText({name, quoted}: Identifier): string {
  return quoted ? `\`${name.replaceAll('`', '``')}\`` : quoteName(name);
}

/** The name of a function, which may be a reserved word. */
export function functionName({parts}: CompoundName): string {
  return parts.map(part => (part.quoted ? nameText(part) : part.name)).join('.');
}

export function pathText({parts}: CompoundName): string {
  return parts.map(nameText).join('.');
}

/** `(a, b)` with a space before it, or nothing. */
export function columnsText(columns: readonly Identifier[]): string {
  return columns.length === 0 ? '' : ` (${columns.map(nameText).join(', ')})`;
}

export function aliasText(alias: TableAlias | null): string {
  return alias ? ` AS ${nameText(alias.name)}${columnsText(alias.columns)}` : '';
}

/** `('k' = 'v', …)`. */
export function optionsText(options: readonly OptionPair[]): string {
  return `(${options.map(({key, value}) => `${quoted(key)} = ${quoted(value)}`).join(', ')})`;
}

/** Hints with a space before them, or nothing. Words are texts in quotes, which mean the same. */
export function hintsText(hints: readonly Hint[]): string {
  if (hints.length === 0) return '';
  const texts = hints.map(({name, options, words}) => {
    if (options.length > 0) return `${quoteName(name)}${optionsText(options)}`;
    return words.length > 0 ? `${quoteName(name)}(${words.map(quoted).join(', ')})` : quoteName(name);
  });
  return ` /*+ ${texts.join(', ')} */`;
}

export function typeText(type: TypeName): string {
  const {name, elements, fields, nullable} = type;
  const args = type.arguments.length === 0 ? '' : `(${type.arguments.join(', ')})`;
  let text = name;
  if (name === 'ROW') text = `ROW<${fields.map(fieldText).join(', ')}>`;
  else if (elements.length > 0) text = `${name}<${elements.map(typeText).join(', ')}>`;
  else if (/^TIME(STAMP)? WITH/.test(name)) text = name.replace(/^\w+/, word => `${word}${args}`);
  else text = `${name}${args}`;
  if (nullable === null) return text;
  return nullable ? `${text} NULL` : `${text} NOT NULL`;
}

function fieldText({name, type, comment}: TypeName['fields'][number]): string {
  return `${nameText(name)} ${typeText(type)}${comment === null ? '' : ` ${quoted(comment)}`}`;
}
