const acts = new Set<() => void>();
let isWatching = false;

/** Calls `act` when the process ends in another way than in good order: by an error that nobody catches, or by a second signal. The function given back ends that. */
export function atEnd(act: () => void): () => void {
  if (!isWatching) process.on('exit', runLastActs);
  isWatching = true;
  acts.add(act);
  return () => void acts.delete(act);
}

/** Called by whoever ends the process by a signal, which tells nobody. */
export function runLastActs(): void {
  for (const act of acts) {
    acts.delete(act);
    act();
  }
}

/**
 * Lets a hang-up of the terminal, too, end the process in this way, and not at once. Only for who has the terminal: whoever was started to survive a hang-up (nohup)
 * would not any more. The function given back ends that.
 */
export function watchHangUp(): () => void {
  const onHangUp = (): void => {
    runLastActs();
    process.kill(process.pid, 'SIGHUP');
  };
  process.once('SIGHUP', onHangUp);
  return () => void process.removeListener('SIGHUP', onHangUp);
}
