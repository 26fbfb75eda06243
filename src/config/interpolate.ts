/** What a name in `${…}` stands for: a text, or undefined where nothing is set. */
export type Lookup = (name: string) => string | undefined;

export type Interpolated = {readonly text: string} | {readonly fault: string; readonly hint?: string};

/** Scopes that a later version will know. */
const laterScopes = ['secret', 'file'];

/**
 * Replaces `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}` in one text; `$$` is a dollar sign. With a colon an empty
 * value counts as unset. Defaults may hold the same again. A value that comes in is never looked at again: what it holds stays text. A `$` before anything else stays.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) break;
    result += text.slice(at, dollar);
    if (text[dollar + 1] === '$') {
      result += '$';
      at = dollar + 2;
    } else if (text[dollar + 1] === '{') {
      const end = closingBrace(text, dollar + 2);
      if (end === -1) return {fault: '"${" without "}"', hint: 'write $$ for a dollar sign'};
      const value = replacement(text.slice(dollar + 2, end), lookup);
      if ('fault' in value) return value;
      result += value.text;
      at = end + 1;
    } else {
      result += '$';
      at = dollar + 1;
    }
  }
  return {text: result + text.slice(at)};
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '}' && --depth === 0) return at;
    if (text[at] === '{' && text[at - 1] === '$') depth++;
  }
  return -1;
}

function replacement(inside: string, lookup: Lookup): Interpolated {
  const match = /^([A-Za-z_][A-Za-z0-9_.]*)(?:(:?)([-?])([\s\S]*))?$/.exec(inside);
  if (match === null) {
    const scope = laterScopes.find(name => inside.startsWith(`${name}:`));
    if (scope !== undefined) return {fault: `"\${${scope}:…}" is not supported yet`};
    return {fault: `"\${${inside}}" names no variable`, hint: 'write ${NAME}, ${NAME:-default} or ${vars.NAME}; $$ is a dollar sign'};
  }
  const [, name = '', colon = '', operator, rest = ''] = match;
  const value = lookup(name);
  if (value !== undefined && !(colon === ':' && value === '')) return {text: value};
  if (operator === '-') return interpolate(rest, lookup);
  if (operator === '?') return {fault: `variable "${name}" is not set${rest === '' ? '' : `: ${rest}`}`, hint: setHint(name)};
  return {fault: `variable "${name}" is not set`, hint: `${setHint(name)}, or give a default: \${${name}:-…}`};
}

function setHint(name: string): string {
  return name.startsWith('vars.')
    ? `add it under vars:, or call with -v ${name.slice(5)}=…`
    : `set it in the environment: ${name}=… weir …`;
}
