#!/usr/bin/env node
// Sees to what tests of real terminals need: tmux. `--apt` installs it, as root. Where it cannot be had those tests are skipped, and this says so.
import {spawnSync} from 'node:child_process';
import {install} from './setup-kafka.js';

if (!hasTmux()) {
  try {
    install([{name: 'tmux', apt: 'tmux'}], process.argv.includes('--apt'));
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
  }
}
console.log(hasTmux() ? 'tmux is there' : 'without tmux the tests of real terminals are skipped');

function hasTmux() {
  return spawnSync('tmux', ['-V']).status === 0;
}
