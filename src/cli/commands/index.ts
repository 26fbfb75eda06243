import {check} from './check.ts';
import {checkpoint} from './checkpoint.ts';
import {completion} from './completion.ts';
import {config} from './config.ts';
import type {CommandDefinition} from './define.ts';
import {doctor} from './doctor.ts';
import {events} from './events.ts';
import {explain} from './explain.ts';
import {help} from './help.ts';
import {init} from './init.ts';
import {logs} from './logs.ts';
import {pause} from './pause.ts';
import {ps} from './ps.ts';
import {query} from './query.ts';
import {restart} from './restart.ts';
import {resume} from './resume.ts';
import {run} from './run.ts';
import {schema} from './schema.ts';
import {setup} from './setup.ts';
import {start} from './start.ts';
import {state} from './state.ts';
import {stop} from './stop.ts';
import {top} from './top.ts';
import {version} from './version.ts';
import {wait} from './wait.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly CommandDefinition[] = [
  query,
  run,
  check,
  explain,
  config,
  schema,
  init,
  setup,
  doctor,
  state,
  ps,
  top,
  logs,
  events,
  pause,
  resume,
  stop,
  start,
  restart,
  checkpoint,
  wait,
  completion,
  help,
  version,
];

export function findCommand(name: string): CommandDefinition | undefined {
  return commands.find(command => command.name === name);
}
