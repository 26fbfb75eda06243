/** What a key can do. */
export type ActionName =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'tab'
  | 'next-tab'
  | 'previous-tab'
  | 'mark'
  | 'mark-all'
  | 'filter'
  | 'sort'
  | 'reverse'
  | 'pause'
  | 'restart'
  | 'stop'
  | 'start'
  | 'checkpoint'
  | 'logs'
  | 'follow'
  | 'wrap'
  | 'copy'
  | 'freeze'
  | 'palette'
  | 'help'
  | 'redraw'
  | 'quit';

/** One key, or several that do the same. The handler, the footer, the help screen and the man page come from this object. */
export interface KeyBinding {
  readonly action: ActionName;
  /** Names as `keyName` gives them. */
  readonly keys: readonly string[];
  /** As a person reads it, where the names are not what stands on the keys. */
  readonly shown?: string;
  /** What the footer says; absent: it does not stand there. */
  readonly label?: string;
  /** Where the footer has no room for all, those with the least are left out first. */
  readonly keep?: number;
  readonly summary: string;
  readonly group: 'move' | 'look' | 'act' | 'screen';
  /** It changes what a job does: not there when nothing may be changed. */
  readonly changes?: true;
  /** The footer shows it only there; the key works everywhere. */
  readonly footerIn?: 'list' | 'job';
}

/** All keys, in the order in which help lists them. */
export const keyBindings: readonly KeyBinding[] = [
  {action: 'up', keys: ['up', 'k'], shown: '↑ k', summary: 'the job above; in an open job the lines above', group: 'move'},
  {action: 'down', keys: ['down', 'j'], shown: '↓ j', summary: 'the job below; in an open job the lines below', group: 'move'},
  {action: 'page-up', keys: ['pageup', 'ctrl-u'], shown: 'PgUp ctrl-u', summary: 'a page up', group: 'move'},
  {action: 'page-down', keys: ['pagedown', 'ctrl-d'], shown: 'PgDn ctrl-d', summary: 'a page down', group: 'move'},
  {action: 'first', keys: ['g', 'home'], shown: 'g Home', summary: 'to the first', group: 'move'},
  {action: 'last', keys: ['G', 'end'], shown: 'G End', summary: 'to the last', group: 'move'},
  {
    action: 'open',
    keys: ['return'],
    shown: 'Enter',
    label: 'open',
    keep: 90,
    summary: 'open the job: it takes the whole screen',
    group: 'look',
    footerIn: 'list',
  },
  {
    action: 'back',
    keys: ['escape'],
    shown: 'Esc',
    label: 'back',
    keep: 90,
    summary: 'back to the list; clear the filter, then the marks',
    group: 'look',
    footerIn: 'job',
  },
  {
    action: 'tab',
    keys: ['1', '2', '3', '4', '5', '6', '7'],
    shown: '1 … 7',
    label: 'tabs',
    keep: 45,
    summary: 'a tab of the job',
    group: 'look',
  },
  {action: 'next-tab', keys: ['tab', ']'], shown: 'Tab ]', summary: 'the next tab', group: 'look'},
  {action: 'previous-tab', keys: ['shift-tab', '['], shown: '[', summary: 'the tab before', group: 'look'},
  {action: 'logs', keys: ['l'], label: 'logs', keep: 55, summary: 'what happened to the job, full screen', group: 'look', footerIn: 'list'},
  {
    action: 'filter',
    keys: ['/'],
    label: 'filter',
    keep: 75,
    summary: 'only jobs with this text in name or state, or lines of an open job that have it; with ! before it all others',
    group: 'look',
  },
  {action: 'sort', keys: ['s'], label: 'sort', keep: 60, summary: 'sort the list by a column', group: 'look', footerIn: 'list'},
  {action: 'reverse', keys: ['S'], summary: 'sort the other way round', group: 'look'},
  {
    action: 'follow',
    keys: ['F'],
    label: 'follow',
    keep: 50,
    summary: 'keep the latest log lines in sight, or not',
    group: 'look',
    footerIn: 'job',
  },
  {
    action: 'wrap',
    keys: ['w'],
    label: 'wrap',
    keep: 50,
    summary: 'cut lines that are too long, or go on below',
    group: 'look',
    footerIn: 'job',
  },
  {
    action: 'copy',
    keys: ['y'],
    summary: 'copy what the tab shows to the clipboard: of errors, the line that shows the record of the latest',
    group: 'look',
  },
  {action: 'mark', keys: ['space'], shown: 'Space', summary: 'mark the job: keys that act then act on all that are marked', group: 'act'},
  {action: 'mark-all', keys: ['a'], summary: 'mark all jobs that are shown, or none', group: 'act'},
  {action: 'pause', keys: ['p'], label: 'pause', keep: 70, summary: 'pause the job, or let it go on', group: 'act', changes: true},
  {
    action: 'restart',
    keys: ['r'],
    label: 'restart',
    keep: 65,
    summary: 'restart the job with a new process, from its last commit (asks)',
    group: 'act',
    changes: true,
  },
  {action: 'stop', keys: ['x'], label: 'stop', keep: 66, summary: 'stop the job after a last commit (asks)', group: 'act', changes: true},
  {action: 'start', keys: ['u'], summary: 'start a job that was stopped or has failed', group: 'act', changes: true},
  {action: 'checkpoint', keys: ['c'], label: 'commit', keep: 40, summary: 'let the job commit now', group: 'act', changes: true},
  {action: 'freeze', keys: ['f'], summary: 'freeze what is shown, or go on', group: 'screen'},
  {action: 'palette', keys: [':'], label: 'command', keep: 35, summary: 'a command by its name', group: 'screen'},
  {action: 'help', keys: ['?'], label: 'help', keep: 95, summary: 'all keys', group: 'screen'},
  {action: 'redraw', keys: ['ctrl-l'], summary: 'draw the whole screen again', group: 'screen'},
  {
    action: 'quit',
    keys: ['q', 'ctrl-c'],
    shown: 'q ctrl-c',
    label: 'quit',
    keep: 100,
    summary: 'leave; in weir run it asks whether the jobs are to stop',
    group: 'screen',
  },
];

/** What a person reads for a binding. */
export function keyText({keys, shown}: KeyBinding): string {
  return shown ?? keys.join(' ');
}

/** The same in the footer: one key, short. */
export function footerKey({keys, shown}: KeyBinding): string {
  return keys.length > 1 && shown !== undefined && /^\d/.test(shown)
    ? shown.replaceAll(' ', '').replace('…', '-')
    : ((shown ?? keys[0] ?? '').split(' ')[0] ?? '');
}

const actionsByKey: ReadonlyMap<string, KeyBinding> = new Map(keyBindings.flatMap(binding => binding.keys.map(key => [key, binding])));

/** Null: the key does nothing. */
export function bindingOf(key: string, isReadOnly: boolean): KeyBinding | null {
  const binding = actionsByKey.get(key);
  return binding === undefined || (isReadOnly && binding.changes === true) ? null : binding;
}

/** The keys that are there. */
export function bindingsFor(isReadOnly: boolean): readonly KeyBinding[] {
  return keyBindings.filter(({changes}) => !isReadOnly || changes !== true);
}
