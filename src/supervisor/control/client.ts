import {connect} from 'node:net';
import {fail, ProblemError} from '../../base/problem.ts';
import {LineReader} from './lines.ts';
import type {ControlAnswer, ControlRequest} from './messages.ts';

export interface AskOptions {
  readonly path: string;
  readonly request: ControlRequest;
  readonly onAnswer: (answer: ControlAnswer) => void;
  /** Aborting ends the wait for answers; what was asked for goes on. */
  readonly stop?: AbortSignal;
}

/** Asks a supervisor. Resolves with true after its last answer, with false when the wait was ended. Throws an environment problem when there is none, or it is cut off. */
export function ask({path, request, onAnswer, stop}: AskOptions): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const end = (act: () => void): void => {
      stop?.removeEventListener('abort', onStop);
      socket.destroy();
      act();
    };
    const onStop = (): void => end(() => resolve(false));
    const cutOff = (): void => end(() => reject(unreachable(path, 'it has ended before its last answer')));
    const reader = new LineReader(line => {
      const answer = JSON.parse(line) as ControlAnswer;
      if (answer.kind !== 'end') onAnswer(answer);
      else end(() => resolve(true));
    }, cutOff);
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', bytes => {
      try {
        reader.add(bytes);
      } catch (error) {
        end(() => reject(error instanceof ProblemError ? error : unreachable(path, 'its answer cannot be read')));
      }
    });
    socket.on('error', error =>
      end(() => reject(unreachable(path, 'code' in error && typeof error.code === 'string' ? error.code : error.message))),
    );
    socket.on('close', cutOff);
    if (stop?.aborted === true) onStop();
    else stop?.addEventListener('abort', onStop);
  });
}

export function unreachable(path: string, why: string): ProblemError {
  return fail('environment', 'no-supervisor', `no supervisor answers at ${path}: ${why}`, {hint: 'weir ps lists the jobs that run'});
}
