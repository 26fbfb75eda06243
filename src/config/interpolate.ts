/** A text with everything replaced, and what to print in its place where it holds a secret; or what is wrong. */
export type Interpolated = {readonly text: string; readonly shown: string} | Fault;

export interface Fault {
  readonly fault: string;
  readonly hint?: string;
  /** It has been told where it belongs. */
  readonly isTold?: true;
}

/** What may stand in `${…}`. */
export interface Scope {
  /** A text, or undefined where nothing is set. */
  readonly variable: (name: string) => Interpolated | undefined;
  /** `${secret:NAME}` */
  readonly secret: (name: string) => Interpolated;
  /** `${file:PATH}` */
  readonly file: (path: string) => Interpolated;
}

/** More braces inside each other are no text of a person's. */
const deepest = 20;

/**
 * Replaces `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`, `${secret:NAME}` and `${file:PATH}` in one text; `$$` is a
 * dollar sign. With a colon an empty value counts as unset. Defaults and paths may hold the same again. A value that comes in is never looked at again: what it
 * holds stays text. A `$` before anything else stays.
 */
export function interpolate(text: string, scope: Scope, depth = 0): Interpolated {
  let result = '';
  let shown = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) break;
    result += text.slice(at, dollar);
    shown += text.slice(at, dollar);
    if (text[dollar + 1] === '{') {
      const end = closingBrace(text, dollar + 2);
      if (end === -1) return {fault: '"${" without "}"', hint: 'write $$ for a dollar sign'};
      const value = depth === deepest ? tooDeep : replacement(text.slice(dollar + 2, end), scope, depth + 1);
      if ('fault' in value) return value;
      result += value.text;
      shown += value.shown;
      at = end + 1;
    } else {
      result += '$';
      shown += '$';
      at = dollar + (text[dollar + 1] === '$' ? 2 : 1);
    }
  }
  return {text: result + text.slice(at), shown: shown + text.slice(at)};
}

const tooDeep: Fault = {fault: `more than ${deepest} "\${" inside each other`};

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '}' && --depth === 0) return at;
    if (text[at] === '{' && text[at - 1] === '$') depth++;
  }
  return -1;
}

function replacement(inside: string, scope: Scope, depth: number): Interpolated {
  if (inside.startsWith('secret:')) return scope.secret(inside.slice('secret:'.length));
  if (inside.startsWith('file:')) {
    const path = interpolate(inside.slice('file:'.length), scope, depth);
    return 'fault' in path ? path : scope.file(path.text);
  }
  const match = /^([A-Za-z_][A-Za-z0-9_.]*)(?:(:?)([-?])([\s\S]*))?$/.exec(inside);
  if (match === null)
    return {
      fault: `"\${${inside}}" names no variable`,
      hint: 'write ${NAME}, ${NAME:-default}, ${vars.NAME}, ${secret:NAME} or ${file:PATH}; $$ is a dollar sign',
    };
  const [, name = '', colon = '', operator, rest = ''] = match;
  const value = scope.variable(name);
  if (value !== undefined && !('text' in value && colon === ':' && value.text === '')) return value;
  if (operator === '-') return interpolate(rest, scope, depth);
  if (operator === '?') return {fault: `variable "${name}" is not set${rest === '' ? '' : `: ${rest}`}`, hint: setHint(name)};
  return {fault: `variable "${name}" is not set`, hint: `${setHint(name)}, or give a default: \${${name}:-…}`};
}

function setHint(name: string): string {
  return name.startsWith('vars.')
    ? `add it under vars:, or call with -v ${name.slice(5)}=…`
    : `set it in the environment: ${name}=… weir …`;
}
