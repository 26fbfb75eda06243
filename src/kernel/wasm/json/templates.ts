import {
  actionBegin,
  actionEnd,
  actionFinish,
  actionNullNode,
  actionSkip,
  jobTemplates,
  kindText,
  kindTime,
  kindTimestamp,
  nodeEndSlot,
  nodeFirstSlot,
  stepAction,
  stepDepth,
  stepIgnored,
  stepLength,
  stepLiteral,
  stepLong,
  stepOptional,
  stepSize,
  stepTarget,
  tagRaw,
  templateBytes,
  templateCount,
  templateHeader,
  templateMissing,
  templateMissingCount,
  templateMissingSlots,
  templateUsedSteps,
} from './layout';
import {skipQuickly, skipWord} from './skip';
import {cellOf, readPlain, readValue, setMissing, setRange, setSlots, setTag} from './slots';
import {QUOTE} from './text';
import {storeTime} from './times';

/**
 * Records look like the records before them. A template is the bytes between the values of a record that was seen, and what to do with each value: matching
 * compares literals, 16 bytes at a time, and looks nothing up. It returns 0 when the record is not of that shape (or not valid), and nothing is lost: the
 * record is then read as an object of any shape, which also finds the fault.
 */

let templates: usize = 0;
let count: u32 = 0;
/** The template that matched last, which is tried first. */
let current: u32 = 0;
/** How many steps at their beginning two templates share, by first and second. */
let shared: usize = 0;

export function openTemplates(job: usize): void {
  shared = load<u32>(job, jobTemplates);
  templates = shared + templateCount * templateCount * 4;
}

/** Whether the literals of all templates are ASCII. */
export let areAscii: bool = true;

export function literalsAreAscii(value: bool): void {
  areAscii = value;
}

export function templatesKnown(): u32 {
  return count;
}

export function forgetTemplates(): void {
  count = 0;
  current = 0;
  areAscii = true;
}

export function currentTemplate(): usize {
  return templateAt(current);
}

/** A template becomes one of those that are tried. */
export function keepTemplate(index: u32): void {
  if (index >= count) count = index + 1;
  current = index;
}

// @ts-ignore: decorator
@inline
export function templateAt(index: u32): usize {
  return templates + index * templateBytes;
}

// @ts-ignore: decorator
@inline
export function stepsOf(template: usize): usize {
  return template + templateHeader + 4 * templateMissingSlots;
}

// @ts-ignore: decorator
@inline
function matchesLiteral(pos: usize, step: usize): bool {
  const equal = i8x16.bitmask(i8x16.eq(v128.load(pos), v128.load(step, stepLiteral)));
  if ((equal | load<i32>(step, stepIgnored)) != 0xffff) return false;
  return load<u32>(step, stepLength) <= 16 || matchesRest(pos, step);
}

/** The bytes of a long literal behind its 16th. */
export function matchesRest(pos: usize, step: usize): bool {
  const literal: usize = load<u32>(step, stepLong);
  const last: usize = load<u32>(step, stepLength) - 16;
  let at: usize = 16;
  while (at < last) {
    if (v128.any_true(v128.xor(v128.load(pos + at), v128.load(literal + at)))) return false;
    at += 16;
  }
  return !v128.any_true(v128.xor(v128.load(pos + last), v128.load(literal + last)));
}

/** From `{` to the byte after `}` with all slots of the row set; 0 when no template fits. */
export function matchRecord(pos: usize, row: u32): usize {
  const template = templateAt(current);
  return matchFrom(pos, template, stepsOf(template), row);
}

/** The same from a step on, and for as long as the record was like the current template up to there. */
export function matchFrom(pos: usize, template: usize, step: usize, row: u32): usize {
  let isExact = template == templateAt(current);
  while (true) {
    if (matchesLiteral(pos, step)) {
      pos += load<u32>(step, stepLength);
      const action = load<u32>(step, stepAction);
      if (action == actionFinish) break;
      pos = matchValue(pos, action, step, row);
      if (pos == 0) return 0;
      step += stepSize;
    } else {
      if (isExact) {
        const other = alternative(pos, (step - stepsOf(template)) / stepSize);
        if (other != 0) {
          template = templateAt(current);
          step = other;
          continue;
        }
        isExact = false;
      }
      step = passOptional(pos, step, row);
      if (step == 0) return 0;
    }
  }
  tellMissing(template, row);
  return pos;
}

/** Sets the slots that records of the template's shape do not have. */
// @ts-ignore: decorator
@inline
export function tellMissing(template: usize, row: u32): void {
  const missing = load<u32>(template, templateMissingCount);
  for (let index: u32 = 0; index < missing; index++) setMissing(load<u32>(template + (index << 2), templateMissing), row);
}

/** The step to go on with in another template, one that says the same up to here; it becomes the current one. */
function alternative(pos: usize, position: usize): usize {
  for (let other: u32 = 0; other < count; other++) {
    if (other == current || load<u32>(shared + ((current * templateCount + other) << 2)) < <u32>position) continue;
    const step = stepsOf(templateAt(other)) + position * stepSize;
    if (matchesLiteral(pos, step)) {
      current = other;
      return step;
    }
  }
  return 0;
}

/** Passes over fields that this record leaves out, to the step that fits. */
function passOptional(pos: usize, step: usize, row: u32): usize {
  for (let tries = 0; tries < 8; tries++) {
    if (load<u32>(step, stepOptional) == 0) return 0;
    const slot = load<u32>(step, stepTarget);
    if (slot != 0) setMissing(slot, row);
    step += stepSize;
    if (matchesLiteral(pos, step)) return step;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
export function matchValue(pos: usize, action: u32, step: usize, row: u32): usize {
  if (action == actionSkip) return skipQuickly(pos, load<u32>(step, stepDepth));
  const slot: usize = load<u32>(step, stepTarget);
  if (action > <u32>kindText) return matchOther(pos, action, slot, step, row);
  const end = readPlain(pos, action, slot, row);
  return end != 0 ? end : readValue(pos, slot, row, load<u32>(step, stepDepth));
}

function matchOther(pos: usize, action: u32, target: usize, step: usize, row: u32): usize {
  if (action >= <u32>kindTimestamp && action <= <u32>kindTime) {
    if (load<u8>(pos) == QUOTE) {
      const end = storeTime(action, pos, target, cellOf(target, row));
      if (end != 0) {
        setTag(target, row, 0);
        return end;
      }
    }
  } else if (action == actionBegin) {
    setRange(target, row, tagRaw, pos, pos);
    return pos;
  } else if (action == actionEnd) {
    const start: usize = load<u32>(cellOf(target, row));
    setRange(target, row, tagRaw, start, pos);
    return pos;
  } else if (action == actionNullNode) {
    if (load<u8>(pos) != 0x6e) return 0;
    setSlots(load<u32>(target, nodeFirstSlot), load<u32>(target, nodeEndSlot), row, 1, pos, pos);
    return skipWord(pos, 0x6e);
  }
  return readValue(pos, target, row, load<u32>(step, stepDepth));
}

/** After a template was learned: how far it goes with each of the others. */
export function compareTemplates(index: u32): void {
  for (let other: u32 = 0; other < <u32>templateCount; other++) {
    const same = other == index ? 0 : sharedSteps(templateAt(index), templateAt(other));
    store<u32>(shared + ((index * templateCount + other) << 2), same);
    store<u32>(shared + ((other * templateCount + index) << 2), same);
  }
}

function sharedSteps(a: usize, b: usize): u32 {
  const most = min(load<u32>(a, templateUsedSteps), load<u32>(b, templateUsedSteps));
  let index: u32 = 0;
  while (index < most && sameStep(stepsOf(a) + index * stepSize, stepsOf(b) + index * stepSize)) index++;
  return index;
}

function sameStep(a: usize, b: usize): bool {
  if (load<u32>(a, stepLength) != load<u32>(b, stepLength) || load<u32>(a, stepAction) != load<u32>(b, stepAction)) return false;
  if (load<u32>(a, stepTarget) != load<u32>(b, stepTarget)) return false;
  const equal = i8x16.bitmask(i8x16.eq(v128.load(a, stepLiteral), v128.load(b, stepLiteral)));
  if ((equal | load<i32>(a, stepIgnored)) != 0xffff) return false;
  return load<u32>(a, stepLength) <= 16 || matchesRest(load<u32>(a, stepLong), b);
}
