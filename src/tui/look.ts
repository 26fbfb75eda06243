import type {JobWord} from '../supervisor/report.ts';
import type {Tone} from './line.ts';

/** How a terminal can show things. */
export interface Look {
  /** False: nothing but ASCII. */
  readonly isUnicode: boolean;
  /** False: bold, dim and inverse only. */
  readonly isColored: boolean;
}

/** The signs that a screen is drawn with. Each takes one cell. */
export interface Signs {
  readonly cursor: string;
  readonly mark: string;
  readonly rule: string;
  readonly live: string;
  readonly frozen: string;
  readonly descending: string;
  readonly ascending: string;
  readonly ellipsis: string;
  readonly arrow: string;
  /** From nothing to full. */
  readonly bars: readonly string[];
  readonly axis: string;
  readonly unknown: string;
}

const unicode: Signs = {
  cursor: '▸',
  mark: '●',
  rule: '─',
  live: '●',
  frozen: '■',
  descending: '▾',
  ascending: '▴',
  ellipsis: '…',
  arrow: '→',
  bars: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  axis: '│',
  unknown: '–',
};

const ascii: Signs = {
  cursor: '>',
  mark: '*',
  rule: '-',
  live: '*',
  frozen: '#',
  descending: 'v',
  ascending: '^',
  ellipsis: '~',
  arrow: '>',
  bars: [' ', '.', '.', ':', ':', '+', '+', '#', '#'],
  axis: '|',
  unknown: '-',
};

export function signsOf({isUnicode}: Look): Signs {
  return isUnicode ? unicode : ascii;
}

/** A state's sign, word and tone: the sign and the word say the same without colours. */
export interface StateLook {
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
}

const states: Readonly<Record<JobWord, readonly [unicode: string, ascii: string, word: string, tone: Tone]>> = {
  running: ['▲', '^', 'running', 'good'],
  paused: ['‖', '=', 'paused', 'warn'],
  pausing: ['‖', '=', 'pausing', 'warn'],
  resuming: ['▲', '^', 'resuming', 'good'],
  starting: ['↻', '~', 'starting', 'accent'],
  restarting: ['↻', '~', 'restarting', 'warn'],
  waiting: ['◦', '.', 'waiting', 'dim'],
  stopping: ['▼', 'v', 'stopping', 'warn'],
  stopped: ['■', '-', 'stopped', 'dim'],
  done: ['✓', '+', 'done', 'good'],
  failed: ['✗', 'x', 'failed', 'bad'],
  quarantined: ['✗', 'x', 'quarantined', 'bad'],
  'not answering': ['?', '?', 'no answer', 'bad'],
};

export function stateLook(word: JobWord, {isUnicode}: Look): StateLook {
  const [sign, plain, name, tone] = states[word];
  return {sign: isUnicode ? sign : plain, word: name, tone};
}

/** The states in which a person may have to act. */
export function isTrouble(word: JobWord): boolean {
  return states[word][3] === 'bad';
}
