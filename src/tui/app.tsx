import {Box, Text, Transform, useInput} from 'ink';
import {memo, type ReactElement, useSyncExternalStore} from 'react';
import {keyNames} from './key-names.ts';

/** What the application shows, and who is told of keys. */
export interface Stage {
  /** Lines of the screen with their colours: the same array until they change. */
  readonly lines: readonly string[];
  readonly columns: number;
  subscribe(listener: () => void): () => void;
  key(name: string): void;
}

/** The screen. What it shows is decided before (`view/`): here it is laid out, and keys come in. */
export function App({stage}: {readonly stage: Stage}): ReactElement {
  const lines = useSyncExternalStore(
    listener => stage.subscribe(listener),
    () => stage.lines,
  );
  useInput((input, key) => {
    for (const name of keyNames(input, key)) stage.key(name);
  });
  return (
    <Box flexDirection="column" width={stage.columns} height={lines.length}>
      {lines.map((line, row) => (
        <Row key={row} line={line} />
      ))}
    </Box>
  );
}

/**
 * One line, which has its width already. Ink measures and wraps the text of an element, and keeps what it found for ever by the text: that would be a leak of some
 * kilobytes a frame. What a transform gives is neither measured nor kept.
 */
const Row = memo(function Row({line}: {readonly line: string}): ReactElement {
  return (
    <Transform transform={() => line}>
      <Text> </Text>
    </Transform>
  );
});
