import {fail} from '../../base/problem.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {CsvQuoting, EncodeOperation} from '../../kernel/encode.ts';
import {scientificDecimalText} from '../../types/decimal.ts';
import type {Column, SqlType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {ProgramEncoder} from '../program-encoder.ts';
import {changeOperation, literalOperation, plainText, valueOperation} from '../value-operation.ts';
import {dialectOf, isSet} from './options.ts';

/**
 * Delimited text, quoted by RFC 4180 only where it must be: texts that hold a delimiter, a quote or a line end, and those that would read back as NULL. With change
 * kinds the first field is `op`.
 */
export function csvEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  return new CsvText(spec, 'handed').encoder(batch);
}

/** As `csvEncoder`, with ARRAY, MAP and ROW as their JSON. */
export function csvWithJson(spec: EncodeSpec, batch: Batch): RowEncoder {
  return new CsvText(spec, 'csv-text').encoder(batch);
}

/** Texts that a value other than a text may have: as null literal they make such a value need quotes. */
const valueText = /^(?:[-+]?[\d.].*|true|false|[-+]?Infinity|NaN)$/;
/** Characters that numbers, dates and BOOLEANs are made of: as delimiters they make every value a text that may need quotes. */
const valueCharacters = /[0-9A-Za-z+\-.: ]/;

class CsvText {
  readonly #spec: EncodeSpec;
  readonly #quoting: CsvQuoting;
  readonly #nullText: string;
  readonly #elementDelimiter: string;
  readonly #writesExponents: boolean;
  readonly #constructed: 'handed' | 'csv-text';

  constructor(spec: EncodeSpec, constructed: 'handed' | 'csv-text') {
    this.#constructed = constructed;
    const {options} = spec;
    const {delimiter, quote, escape, trimSpaces} = dialectOf(options);
    this.#spec = spec;
    this.#nullText = options.get('null-literal') ?? '';
    this.#quoting = {delimiter, quote, escape, nullText: Buffer.from(this.#nullText), quotesSpaces: trimSpaces};
    this.#elementDelimiter = options.get('array-element-delimiter') ?? ';';
    this.#writesExponents = isSet(options, 'write-bigdecimal-in-scientific-notation');
  }

  encoder(batch: Batch): RowEncoder {
    const {memory, columns, kinds, options, messages = false} = this.#spec;
    const delimiter = String.fromCharCode(this.#quoting.delimiter);
    const fields = columns.map(({type}, index) =>
      this.#operation(type, batch.vectors[index] as Vector, index > 0 || kinds ? delimiter : ''),
    );
    const head = kinds ? [changeOperation('', 0)] : [];
    const names = [...(kinds ? ['op'] : []), ...columns.map(({name}) => name)];
    return new ProgramEncoder(memory, {
      operations: [...head, ...fields, literalOperation(messages ? '' : '\n')],
      quoting: this.#quoting,
      finish: (operation, row) => {
        const index = operation - head.length;
        const column = columns[index] as Column;
        const value = readValue(memory, batch.vectors[index] as Vector, row, column.type, this.#spec.timeZone);
        return value === null ? this.#nullText : this.#quoted(this.#textOf(value, column.type), column.name);
      },
      start: isSet(options, 'header') && !messages ? `${names.map(name => this.#quoted(name, name)).join(delimiter)}\n` : null,
      end: null,
      tellsEnds: messages,
    });
  }

  #operation(type: SqlType, vector: Vector, prefix: string): EncodeOperation {
    const {delimiter, quote, escape} = this.#quoting;
    const style = {
      text: 'csv-text',
      constructed: this.#constructed,
      bytes: 'handed',
      wrap: 0,
      isIso: false,
      nullText: this.#nullText,
    } as const;
    const operation = valueOperation(type, vector, prefix, style);
    if (operation.kind === 'csv-text') return operation;
    const isSpecial = [delimiter, quote, escape].some(byte => byte >= 0 && valueCharacters.test(String.fromCharCode(byte)));
    const hasExponents = this.#writesExponents && type.kind === 'DECIMAL';
    return isSpecial || hasExponents || valueText.test(this.#nullText) ? {...operation, kind: 'handed'} : operation;
  }

  /** The text of a field before quoting. Elements of ARRAY and ROW stand between their delimiters. */
  #textOf(value: Exclude<Value, null>, type: SqlType): string {
    const isJoined = this.#constructed === 'handed';
    if (isJoined && type.kind === 'ARRAY') return this.#joined(value as readonly Value[], () => type.element);
    if (isJoined && type.kind === 'ROW') return this.#joined(value as readonly Value[], index => type.fields[index]?.type as SqlType);
    if (type.kind === 'DECIMAL' && this.#writesExponents) return shortDecimal(value as bigint, type.scale);
    return plainText(value, type, false, this.#spec.timeZone);
  }

  #joined(values: readonly Value[], typeAt: (index: number) => SqlType): string {
    return values
      .map((element, index) => (element === null ? this.#nullText : this.#textOf(element, typeAt(index))))
      .join(this.#elementDelimiter);
  }

  #quoted(text: string, column: string): string {
    const {delimiter, quote, escape, quotesSpaces} = this.#quoting;
    const marks = [delimiter, quote, escape].filter(byte => byte >= 0).map(byte => String.fromCharCode(byte));
    const isSplit = /[\n\r]/.test(text) || marks.some(mark => text.includes(mark));
    const needsQuotes = isSplit || text === this.#nullText || (quotesSpaces && /^ | $/.test(text));
    if (!needsQuotes) return text;
    if (quote < 0) return isSplit ? this.#escaped(text, column) : text;
    const mark = String.fromCharCode(quote);
    const doubled = escape < 0 ? text : text.replaceAll(String.fromCharCode(escape), match => match + match);
    return mark + doubled.replaceAll(mark, match => match + match) + mark;
  }

  /** Without quotes only an escape character can hold a text together. */
  #escaped(text: string, column: string): string {
    const {delimiter, escape} = this.#quoting;
    if (escape < 0) {
      throw fail('data', 'csv-unquotable', `field "${column}" holds a delimiter or a line end, which csv cannot write without quotes`, {
        hint: 'leave out "csv.disable-quote-character", or set "csv.escape-character"',
      });
    }
    const marks = [delimiter, escape, 10, 13].map(byte => String.fromCharCode(byte));
    return Array.from(text, character => (marks.includes(character) ? String.fromCharCode(escape) + character : character)).join('');
  }
}

/** A multiple of ten with an exponent, as Java writes a number without the zeros at its end: `1E+5`. */
function shortDecimal(unscaled: bigint, scale: number): string {
  if (unscaled === 0n) return scientificDecimalText(unscaled, scale);
  let digits = unscaled;
  let dropped = 0;
  while (digits % 10n === 0n) {
    digits /= 10n;
    dropped++;
  }
  if (dropped <= scale) return scientificDecimalText(digits, scale - dropped);
  const text = String(digits < 0n ? -digits : digits);
  const exponent = dropped - scale + text.length - 1;
  return `${digits < 0n ? '-' : ''}${text[0]}${text.length > 1 ? `.${text.slice(1)}` : ''}E+${exponent}`;
}
