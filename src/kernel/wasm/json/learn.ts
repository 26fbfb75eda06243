import {
  actionBegin,
  actionEnd,
  actionFinish,
  actionNullNode,
  actionSkip,
  entryNode,
  entrySlot,
  jobSlotCount,
  jobSlots,
  kindBoolean,
  kindDouble,
  kindInteger,
  kindText,
  kindTimestamp,
  nodeEndSlot,
  nodeFirstSlot,
  pairFinish,
  pairInteger,
  pairDouble,
  pairLastText,
  pairNumber,
  pairOther,
  pairSkip,
  pairSkipFraction,
  pairSkipWhole,
  pairText,
  pairTimestamp,
  pairWord,
  slotGreatest,
  slotKind,
  slotSize,
  stepAction,
  stepDepth,
  stepLength,
  stepLiteral,
  stepLong,
  stepIgnored,
  stepOptional,
  stepPair,
  stepPairIgnored,
  stepSize,
  stepTarget,
  templateCount,
  templateLiteralBytes,
  templateMissing,
  templateMissingCount,
  templateMissingSlots,
  templateSteps,
  templateUsedSteps,
} from './layout';
import {findEscaped, findName} from './objects';
import {skipDigits, skipValue, toValue} from './skip';
import {compareTemplates, keepTemplate, literalsAreAscii, stepsOf, templateAt, templatesKnown} from './templates';
import {isPlainTimestamp} from './times';
import {QUOTE, findSpecial, hadEscapes, skipSpace, skipString} from './text';

/** Templates from records that were read. The record is valid here, so nothing can fail but the room. */

/** Deeper objects are taken as one value. */
const DEEPEST_TEMPLATE: u32 = 16;

let template: usize = 0;
let stepCount: u32 = 0;
let literalBytes: u32 = 0;
/** Where the literal before the next value begins. */
let literal: usize = 0;
let isLearnable: bool = false;
/** Objects of which nothing is wanted are taken apart too, until that has failed to pay: some are maps, whose keys are data. */
let takesApart: bool = true;
let nextVictim: u32 = 0;

/** Learns the record from its `{` on; of a full set the oldest template makes room. */
export function learn(pos: usize, root: usize, job: usize, inDepth: bool): void {
  takesApart = inDepth;
  const known = templatesKnown();
  let index = known;
  if (known == templateCount) {
    index = nextVictim;
    nextVictim = (nextVictim + 1) % templateCount;
  }
  template = templateAt(index);
  stepCount = 0;
  literalBytes = 0;
  literal = pos;
  isLearnable = true;
  const end = learnObject(pos, root, 1);
  addStep(end, actionFinish, 0, 0);
  listMissing(job);
  if (!isLearnable) {
    // What was there is overwritten: a template without steps would match anything, so it becomes one that matches nothing.
    store<u32>(template, 0, templateUsedSteps);
    forbid(stepsOf(template));
  } else store<u32>(template, stepCount, templateUsedSteps);
  compareTemplates(index);
  keepTemplate(index);
}

/** A literal that begins with NUL: no record does. */
function forbid(step: usize): void {
  memory.fill(step, 0, stepSize);
  store<u32>(step, 0xfffe, stepIgnored);
  store<u32>(step, 0xfffe, stepPairIgnored);
  store<u32>(step, 1, stepLength);
}

function learnObject(pos: usize, node: usize, depth: u32): usize {
  pos = skipSpace(pos + 1);
  while (load<u8>(pos) != 0x7d) {
    const key = pos + 1;
    const keyEnd = skipString(key);
    let entry: usize = 0;
    if (node != 0) entry = hadEscapes ? findEscaped(node, key, keyEnd) : findName(node, key, <u32>(keyEnd - key));
    pos = skipSpace(learnField(toValue(keyEnd + 1), entry, depth + 1));
    if (load<u8>(pos) == 0x2c) pos = skipSpace(pos + 1);
  }
  return pos + 1;
}

function learnField(pos: usize, entry: usize, depth: u32): usize {
  const node: usize = entry == 0 ? 0 : load<u32>(entry, entryNode);
  const slot: usize = entry == 0 ? 0 : load<u32>(entry, entrySlot);
  if (load<u8>(pos) == 0x7b && depth < DEEPEST_TEMPLATE && (node != 0 || (slot == 0 && takesApart))) {
    if (slot == 0) return learnObject(pos, node, depth);
    addStep(pos, actionBegin, slot, depth);
    const end = learnObject(pos, node, depth);
    addStep(end, actionEnd, slot, depth);
    return end;
  }
  if (node != 0) {
    // Only NULL can stand for the object in a template, and only when the object is not wanted as a whole too.
    if (load<u8>(pos) != 0x6e || slot != 0) isLearnable = false;
    addStep(pos, actionNullNode, node, depth);
  } else addStep(pos, slot == 0 ? actionSkip : load<u32>(slot, slotKind), slot, depth);
  const end = skipValue(pos, depth);
  literal = end;
  return end;
}

/** A step whose literal goes from where the last one left off to `pos`. */
function addStep(pos: usize, action: u32, target: usize, depth: u32): void {
  const length = <u32>(pos - literal);
  if (stepCount == templateSteps || literalBytes + length + 16 > <u32>templateLiteralBytes) isLearnable = false;
  if (!isLearnable) return;
  const step = stepsOf(template) + stepCount * stepSize;
  const text = stepsOf(template) + templateSteps * stepSize + literalBytes;
  memory.fill(step, 0, stepSize);
  memory.copy(step, literal, min<u32>(length, 16));
  memory.copy(text, literal, length);
  let ignored: u32 = length >= 16 ? 0 : 0xffff << length & 0xffff;
  store<u32>(step, ignored, stepIgnored);
  store<u32>(step, length, stepLength);
  store<u32>(step, <u32>text, stepLong);
  store<u32>(step, action, stepAction);
  store<u32>(step, <u32>target, stepTarget);
  store<u32>(step, depth, stepDepth);
  store<u32>(step, isOptional(length, action), stepOptional);
  const pair = pairOf(pos, action, target);
  store<u32>(step, pair, stepPair);
  if (pair <= <u32>pairLastText && length < 16) {
    store<u8>(step + length, <u8>QUOTE);
    ignored &= ignored - 1;
  }
  // A long literal is never equal in 16 bits, so what it has beyond them is looked at.
  store<u32>(step, length >= 16 ? 0x10000 : ignored, stepPairIgnored);
  for (let at: u32 = 0; at < length; at++) if (load<u8>(literal + at) >= 0x80) literalsAreAscii(false);
  literalBytes += length;
  literal = pos;
  stepCount++;
}

/** What two records are expected to have where this one has the value at `pos`. */
function pairOf(pos: usize, action: u32, target: usize): u32 {
  if (action == actionFinish) return pairFinish;
  const c: u32 = load<u8>(pos);
  if (c == QUOTE && (action == actionSkip || action == kindText)) {
    const length = findSpecial(pos + 1) - pos - 1;
    const size: u32 = length <= 16 ? 0 : length <= 32 ? 1 : length <= 64 ? 2 : 3;
    return (action == actionSkip ? pairSkip : pairText) + size;
  }
  if (c == 0x74 || c == 0x66) return action == actionSkip || action == kindBoolean ? pairWord : pairOther;
  if (c == QUOTE) return action == kindTimestamp && isPlainTimestamp(pos, target) ? pairTimestamp : pairOther;
  if (c - 48 > 9 && c != 45) return pairOther;
  if (action == kindDouble) return pairDouble;
  const end = skipDigits(pos + 1);
  if (action == actionSkip) return load<u8>(end) == 0x2e ? pairSkipFraction : pairSkipWhole;
  if (action != kindInteger) return pairOther;
  return c != 45 && end - pos <= 8 && load<f64>(target, slotGreatest) >= 99999999 ? pairInteger : pairNumber;
}

/** A field may be left out where its literal only separates: `,"name":` neither opens nor closes anything. */
function isOptional(length: u32, action: u32): u32 {
  if (action >= <u32>actionFinish) return 0;
  let at: u32 = 0;
  while (at < length) {
    const c: u32 = load<u8>(literal + at);
    if (c == 0x7b || c == 0x7d) return 0;
    at++;
  }
  return length != 0 && load<u8>(literal) == 0x2c ? 1 : 0;
}

/** Slots that no step sets are missing in records of this shape. A slot set twice makes the shape unlearnable: of equal keys the last one counts. */
function listMissing(job: usize): void {
  const slots: usize = load<u32>(job, jobSlots);
  const slotCount = load<u32>(job, jobSlotCount);
  let missing: u32 = 0;
  for (let index: u32 = 0; index < slotCount; index++) {
    const slot = slots + index * slotSize;
    const times = timesSet(slot, index);
    if (times > 1) isLearnable = false;
    if (times != 0) continue;
    if (missing == templateMissingSlots) isLearnable = false;
    else store<u32>(template + (missing++ << 2), <u32>slot, templateMissing);
  }
  store<u32>(template, missing, templateMissingCount);
}

function timesSet(slot: usize, slotIndex: u32): u32 {
  let times: u32 = 0;
  for (let index: u32 = 0; index < stepCount; index++) {
    const step = stepsOf(template) + index * stepSize;
    const action = load<u32>(step, stepAction);
    const target: usize = load<u32>(step, stepTarget);
    if (action == actionNullNode) {
      if (slotIndex >= load<u32>(target, nodeFirstSlot) && slotIndex < load<u32>(target, nodeEndSlot)) times++;
    } else if (target == slot && action != actionEnd) times++;
  }
  return times;
}
