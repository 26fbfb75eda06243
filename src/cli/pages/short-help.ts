import {commands} from '../commands/index.ts';

export const description = 'streaming SQL in one command';

export const synopsis: readonly string[] = [
  "weir [query] 'SQL' [FLAG…]",
  'weir [query] -f FILE [FLAG…]',
  'weir COMMAND [FLAG…] [OPERAND…]',
];

/** What a person sees who calls nothing: loads no definition of anything else. */
export function shortHelp(): string {
  const names = commands.map(({name, summary}) => `  ${name.padEnd(9)}${summary}`).join('\n');
  return `weir: ${description}

  weir "SELECT status, COUNT(*) AS n FROM 'access.ndjson' GROUP BY status"
  tail -f app.ndjson | weir "SELECT * FROM stdin WHERE level = 'ERROR'"

${names}

weir help shows more, weir help COMMAND its flags.
`;
}
