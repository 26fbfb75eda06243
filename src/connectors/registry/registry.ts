import type {Problem} from '../../base/problem.ts';
import {findFormat} from '../../formats/index.ts';
import type {ConnectorContext} from '../define.ts';
import type {RegistryClient} from './client.ts';
import {settingsOf} from './settings.ts';

/** A schema that a registry has: its text, behind those that it refers to; or why there is none. */
export type FoundSchema = readonly string[] | {readonly reason: string};

/** The registry of a format with these options; null for a format that needs none. */
export function registryOf(
  format: string | null,
  options: ReadonlyMap<string, string>,
  {directory, tell}: Pick<ConnectorContext, 'directory' | 'tell'>,
): SchemaRegistry | null {
  return findFormat(format ?? '')?.keepsSchemas === true ? new SchemaRegistry(options, directory, tell ?? (() => {})) : null;
}

/** A schema registry, as tables use it. Nothing is loaded, and nobody is asked, before the first schema is. */
export class SchemaRegistry {
  readonly #options: ReadonlyMap<string, string>;
  readonly #directory: string;
  readonly #tell: (problem: Problem) => void;
  #client: Promise<RegistryClient> | null = null;
  #isClosed = false;

  /** `options`: those of a format that `keepsSchemas`. `directory`: where relative paths of certificates start. `tell` hears once that it cannot be reached for now. */
  constructor(options: ReadonlyMap<string, string>, directory: string, tell: (problem: Problem) => void) {
    this.#options = options;
    this.#directory = directory;
    this.#tell = tell;
  }

  /** The schema of a number. Rejects when the registry cannot be reached, or does not let us in. */
  async schema(id: number): Promise<FoundSchema> {
    return (await this.#loaded()).schema(id);
  }

  /** The number of a schema, registered under a subject unless the table says that it must be there already. Rejects, too, when the registry does not take it. */
  async register(subject: string, schema: string): Promise<number> {
    const client = await this.#loaded();
    return client.register(subject, schema, this.#options.get('auto.register.schemas') !== 'false');
  }

  /** Whoever still waits is told so. */
  async close(): Promise<void> {
    this.#isClosed = true;
    (await this.#client?.catch(() => null))?.close();
  }

  #loaded(): Promise<RegistryClient> {
    this.#client ??= import('./client.ts').then(({RegistryClient: Client}) => {
      const client = new Client(settingsOf(this.#options, this.#directory), this.#tell);
      if (this.#isClosed) client.close();
      return client;
    });
    return this.#client;
  }
}
