import {Box, Text, useInput} from 'ink';
import {memo, type ReactElement, useSyncExternalStore} from 'react';
import {keyNames} from './key-names.ts';
import {placeholderOf} from './layout.ts';

/** What the application lays out, and who is told of keys. */
export interface Stage {
  readonly columns: number;
  readonly rows: number;
  /** Told when anything is new. */
  subscribe(listener: () => void): () => void;
  key(name: string): void;
}

/** The screen as Ink sees it: where rows stand, and keys. What stands in them is decided before (`view/`), and filled in when they are painted (`layout.ts`). */
export function App({stage}: {readonly stage: Stage}): ReactElement {
  const subscribe = (listener: () => void): (() => void) => stage.subscribe(listener);
  const columns = useSyncExternalStore(subscribe, () => stage.columns);
  const rows = useSyncExternalStore(subscribe, () => stage.rows);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) stage.key(name);
  });
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {Array.from({length: rows}, (_, row) => (
        <Row key={row} row={row} />
      ))}
    </Box>
  );
}

const Row = memo(function Row({row}: {readonly row: number}): ReactElement {
  return <Text>{placeholderOf(row)}</Text>;
});
