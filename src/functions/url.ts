import {bigintOf} from '../types/integer.ts';
import {bigintType, stringType} from '../types/sql-type.ts';
import type {ScalarFunction} from './define.ts';
import {textFunction} from './text.ts';
import {integer, text} from './typing.ts';

/** URLs and internet addresses. */

interface UrlParts {
  readonly PROTOCOL: string;
  readonly AUTHORITY: string | null;
  readonly USERINFO: string | null;
  readonly HOST: string;
  readonly PATH: string;
  readonly QUERY: string | null;
  readonly FILE: string;
  readonly REF: string | null;
}

/** Java reads no others. */
const protocols: ReadonlySet<string> = new Set(['http', 'https', 'ftp', 'file', 'mailto']);

/** The parts of a URL as Java takes it apart, without decoding anything; null when it is none. */
function partsOf(url: string): UrlParts | null {
  const [, scheme = '', rest = '', ref] = /^[\0- ]*([A-Za-z][A-Za-z0-9+.-]*):([^#]*)(?:#(.*))?$/s.exec(url.trimEnd()) ?? [];
  const protocol = scheme.toLowerCase();
  if (!protocols.has(protocol)) return null;
  const queryAt = rest.indexOf('?');
  const query = queryAt < 0 ? null : rest.slice(queryAt + 1);
  const located = queryAt < 0 ? rest : rest.slice(0, queryAt);
  const [, authority = null, path = ''] = /^(?:\/\/([^/]*))?(.*)$/s.exec(located) ?? [];
  const host = authority === null ? '' : hostOf(authority);
  if (host === null) return null;
  const userEnd = authority?.indexOf('@') ?? -1;
  return {
    PROTOCOL: protocol,
    AUTHORITY: authority,
    USERINFO: authority === null || userEnd < 0 ? null : authority.slice(0, userEnd),
    HOST: host,
    PATH: path,
    QUERY: query,
    FILE: query === null ? path : `${path}?${query}`,
    REF: ref ?? null,
  };
}

/** Null when what follows the host is no port. */
function hostOf(authority: string): string | null {
  const server = authority.slice(authority.indexOf('@') + 1);
  const [, host] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(server) ?? [];
  return host ?? null;
}

function partOf(url: string, part: string): string | null {
  const parts = partsOf(url);
  return parts === null || !Object.hasOwn(parts, part) ? null : parts[part as keyof UrlParts];
}

function parameterOf(query: string | null, key: string): string | null {
  const found = (query ?? '').split('&').find(pair => pair.startsWith(`${key}=`));
  return found === undefined ? null : found.slice(key.length + 1);
}

/** As HTML forms send it: a blank is a plus sign, and but for letters, digits and `.-*_` every byte is a percent sign with two digits. */
function encode(value: string): string {
  return encodeURIComponent(Buffer.from(value).toString())
    .replaceAll(/[!'()~]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** Null where a percent sign has no two digits. */
function decode(value: string): string | null {
  const bytes = Buffer.from(value.replaceAll('+', ' '));
  const decoded: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== 0x25) {
      decoded.push(byte);
      continue;
    }
    const digits = bytes.toString('latin1', at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return null;
    decoded.push(Number.parseInt(digits, 16));
    at += 2;
  }
  return Buffer.from(decoded).toString();
}

/** Of fewer than four numbers the last one is the last byte, as in `127.1`. */
function addressNumber(address: string): bigint | null {
  const parts = address.split('.');
  if (parts.length > 4 || !parts.every(part => /^\d+$/.test(part) && Number(part) <= 255)) return null;
  const last = parts.pop() as string;
  const bytes = [0, 1, 2].map(index => Number(parts[index] ?? 0));
  return BigInt([...bytes, Number(last)].reduce((sum, byte) => sum * 256 + byte, 0));
}

function addressText(number: bigint): string | null {
  if (number < 0n || number > 0xffffffffn) return null;
  return [24n, 16n, 8n, 0n].map(shift => String((number >> shift) & 255n)).join('.');
}

export const urlFunctions: readonly ScalarFunction[] = [
  textFunction({
    name: 'PARSE_URL',
    summary:
      'A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO; of the QUERY also the value of one key. NULL when there is none.',
    syntax: 'PARSE_URL(url, part [, key])',
    parameters: {parameters: [text, text, text], optional: 1, result: stringType, nullability: 'nullable'},
    evaluate([url, part, key]) {
      const found = partOf(url as string, part as string);
      if (key === undefined) return found;
      return part === 'QUERY' ? parameterOf(found, key as string) : null;
    },
    examples: [
      {sql: "PARSE_URL('http://example.com/path?k1=v1&k2=v2#Ref', 'HOST')", gives: 'example.com'},
      {sql: "PARSE_URL('http://example.com/path?k1=v1&k2=v2#Ref', 'QUERY', 'k2')", gives: 'v2'},
    ],
  }),
  textFunction({
    name: 'URL_ENCODE',
    summary: 'A text as a part of a URL: a blank as a plus sign, other special characters as percent signs and digits.',
    syntax: 'URL_ENCODE(text)',
    parameters: {parameters: [text], result: stringType, nullability: 'nullable'},
    evaluate: ([value]) => encode(value as string),
    examples: [{sql: "URL_ENCODE('a b&c=é')", gives: 'a+b%26c%3D%C3%A9'}],
  }),
  textFunction({
    name: 'URL_DECODE',
    summary: 'The text that a part of a URL stands for; NULL when it is not well formed.',
    syntax: 'URL_DECODE(text)',
    parameters: {parameters: [text], result: stringType, nullability: 'nullable'},
    evaluate: ([value]) => decode(value as string),
    examples: [
      {sql: "URL_DECODE('a+b%26c%3D%C3%A9')", gives: 'a b&c=é'},
      {sql: "URL_DECODE('100%')", gives: 'NULL'},
    ],
  }),
  textFunction({
    name: 'INET_ATON',
    summary: 'The number of an IPv4 address; NULL when it is none. Of fewer than four parts the last one is the last byte.',
    syntax: 'INET_ATON(text)',
    parameters: {parameters: [text], result: bigintType, nullability: 'nullable'},
    evaluate: ([address]) => addressNumber(address as string),
    examples: [
      {sql: "INET_ATON('127.0.0.1')", gives: '2130706433'},
      {sql: "INET_ATON('256.0.0.1')", gives: 'NULL'},
    ],
  }),
  textFunction({
    name: 'INET_NTOA',
    summary: 'The IPv4 address with a number; NULL when there is none.',
    syntax: 'INET_NTOA(integer)',
    parameters: {parameters: [integer], result: stringType, nullability: 'nullable'},
    evaluate: ([number]) => addressText(bigintOf(number as number | bigint)),
    examples: [{sql: 'INET_NTOA(2130706433)', gives: '127.0.0.1'}],
  }),
];
