import {describe, expect, test} from 'vitest';
import {code, heading, paragraph, type Section, terms} from './page.ts';
import {plainText} from './plain.ts';
import {manPage} from './roff.ts';

const sections: readonly Section[] = [
  {
    title: 'Title',
    blocks: [
      paragraph('Some words that are long enough to be wrapped when they stand in a line of eighty characters, as these do.'),
      heading('Part'),
      terms([
        {term: '-n, --limit N', text: 'a text beside its term that is long enough to need a second line'},
        {term: 'a term that is too long to have anything beside', text: 'a text'},
        {term: 'x', text: '.dot \\n', code: "it's\n.a  - b"},
      ]),
      code('one\n  two'),
    ],
  },
];

describe('pages', () => {
  test('plain', () => {
    expect(plainText(sections)).toBe(`Title
  Some words that are long enough to be wrapped when they stand in a line of
  eighty characters, as these do.

  Part
  -n, --limit N             a text beside its term that is long enough to need a
                            second line
  a term that is too long to have anything beside
      a text
  x                         .dot \\n
      it's
      .a  - b
    one
      two
`);
  });

  test('roff: nothing of a text becomes a request, and quotes and dashes can be copied', () => {
    const page = manPage({name: 'x', section: 1, version: '1.0'}, sections);
    expect(page).toMatch(/^\.TH "X" "1" "\d{4}-\d\d-\d\d" "weir 1\.0" "User Commands"\n\.SH TITLE\nSome words that .{40,66}\neighty /m);
    expect(manPage({name: 'x', section: 1, version: '1'}, [{title: 'É…', blocks: []}])).toContain('.SH \\[u00C9]\\[u2026]\n');
    expect(page).toContain('.B \\-n, \\-\\-limit N\n');
    expect(page).toContain('.B x\n\\&.dot \\en\n.RS\n.RS 4\n.nf\nit\\(aqs\n\\&.a  \\- b\n.fi\n.RE\n.RE\n');
  });
});
