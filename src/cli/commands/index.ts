import {check} from './check.ts';
import {config} from './config.ts';
import type {CommandDefinition} from './define.ts';
import {doctor} from './doctor.ts';
import {explain} from './explain.ts';
import {help} from './help.ts';
import {init} from './init.ts';
import {query} from './query.ts';
import {run} from './run.ts';
import {schema} from './schema.ts';
import {setup} from './setup.ts';
import {version} from './version.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandDefinition[] = [query, run, check, explain, config, schema, init, setup, doctor, help, version];

export function findCommand(name: string): CommandDefinition | undefined {
  return commands.find(command => command.name === name);
}
