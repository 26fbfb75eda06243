import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {systemProblem} from '../system-error.ts';

export interface RegistrySettings {
  /** Without a slash at the end, and without user and password. */
  readonly urls: readonly string[];
  /** The header Authorization; null: none. */
  readonly authorization: string | null;
  readonly tls: {readonly ca?: Buffer; readonly pfx?: Buffer; readonly passphrase?: string};
}

/** What the options of a table say, by their names here or by those of Confluent's client. */
export function settingsOf(options: ReadonlyMap<string, string>, directory: string): RegistrySettings {
  const given = (name: string, property: string) => options.get(name) ?? options.get(`properties.${property}`);
  const urls = (options.get('url') ?? options.get('schema-registry.url') ?? '').split(',').map(url => new URL(url.trim()));
  const user = urls.find(({username}) => username !== '');
  const token = given('bearer-auth.token', 'bearer.auth.token');
  const userInfo =
    given('basic-auth.user-info', 'basic.auth.user.info') ??
    (user === undefined ? undefined : `${decodeURIComponent(user.username)}:${decodeURIComponent(user.password)}`);
  const store = (part: string) => given(`ssl.${part}`, `schema.registry.ssl.${part}`);
  const trusted = store('truststore.location');
  const own = store('keystore.location');
  const passphrase = store('keystore.password');
  return {
    urls: urls.map(plainUrl),
    authorization:
      token !== undefined ? `Bearer ${token}` : userInfo === undefined ? null : `Basic ${Buffer.from(userInfo).toString('base64')}`,
    tls: {
      ...(trusted === undefined ? {} : {ca: fileOf(trusted, directory)}),
      ...(own === undefined ? {} : {pfx: fileOf(own, directory)}),
      ...(passphrase === undefined ? {} : {passphrase}),
    },
  };
}

function plainUrl({protocol, host, pathname}: URL): string {
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}

function fileOf(path: string, directory: string): Buffer {
  try {
    return readFileSync(resolve(directory, path));
  } catch (error) {
    throw systemProblem('read', path, error);
  }
}
