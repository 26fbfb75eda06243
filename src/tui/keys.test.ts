import {expect, test} from 'vitest';
import {act} from './actions.ts';
import {bindingOf, bindingsFor, keyBindings, keyText} from './keys.ts';
import {tabs} from './model.ts';

test('each key does one thing', () => {
  const keys = keyBindings.flatMap(binding => binding.keys);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test('each action has a key, and each tab', () => {
  expect(Object.keys(act).filter(action => !keyBindings.some(binding => binding.action === action))).toEqual([]);
  expect(keyBindings.find(({action}) => action === 'tab')?.keys).toHaveLength(tabs.length);
});

test('what changes jobs is not there where nothing may be changed', () => {
  expect(keyBindings.filter(binding => !bindingsFor(true).includes(binding)).map(({action}) => action)).toEqual([
    'pause',
    'restart',
    'stop',
    'start',
    'checkpoint',
  ]);
  expect(bindingOf('p', true)).toBeNull();
  expect(bindingOf('p', false)?.action).toBe('pause');
  expect(bindingOf('ö', false)).toBeNull();
});

test('summaries are texts of this house', () => {
  for (const {summary} of keyBindings) expect(summary).toMatch(/^[a-z].*[^.]$/);
  expect(new Set(keyBindings.map(keyText)).size).toBe(keyBindings.length);
});
