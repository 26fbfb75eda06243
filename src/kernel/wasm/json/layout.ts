/**
 * Where things stand in the tables that the kernel and its TypeScript face share. All offsets are in bytes. Both sides import this file, so it holds nothing
 * but plain integers.
 */

/** The job: pointers that the face writes once, then what a call tells. */
export const jobSlots = 0;
export const jobSlotCount = 4;
export const jobRootNode = 8;
export const jobStarts = 12;
export const jobLengths = 16;
export const jobLineNumbers = 20;
export const jobRejects = 24;
export const jobPending = 28;
export const jobTemplates = 32;
export const jobKeyBuffer = 36;
export const jobLongestKey = 40;
export const jobInputStarts = 44;
export const jobInputLengths = 48;
export const jobMaxRecordBytes = 52;
/** The tag of a field that a record does not have: `null`, or `tagMissing` when the face wants to know. */
export const jobMissingTag = 56;
export const jobRows = 60;
export const jobLines = 64;
export const jobRejectCount = 68;
export const jobPendingCount = 72;
export const jobEscapedBytes = 76;
/** The table of powers of five, or 0 while there is none: for exponents of ten from `fivesLeast` to `fivesGreatest`, 16 bytes each, the upper half behind. */
export const jobFives = 80;
/** 1 when all strings of the call are known to be ASCII. */
export const jobIsAscii = 84;
export const jobSize = 96;
export const fivesLeast = -64;
export const fivesGreatest = 64;

/** A slot: one wanted column. */
export const slotKind = 0;
export const slotCells = 4;
export const slotTags = 8;
/** DECIMAL: the scale. TIMESTAMP: the byte between date and time. ARRAY, MAP and ROW: the byte they begin with. */
export const slotDetail = 12;
/** Numbers: the least and the greatest value. DECIMAL: the greatest of either sign. */
export const slotLeast = 16;
export const slotGreatest = 24;
/** TIMESTAMP: the last `YYYY-MM-DD HH:MM` seen, and the milliseconds it stands for. */
export const slotMemo = 32;
export const slotMemoMs = 48;
/** TIMESTAMP and TIME: nanoseconds of the smallest step that the precision keeps. */
export const slotStepNanos = 56;
/** TIMESTAMP: the sum of `zone…` flags. */
export const slotZone = 60;
export const slotSize = 64;

export const kindInteger = 1;
export const kindDouble = 2;
export const kindFloat = 3;
export const kindDecimal = 4;
export const kindText = 5;
export const kindBoolean = 6;
/** Milliseconds, and microseconds. */
export const kindTimestamp = 7;
export const kindTimestampMicros = 8;
export const kindDate = 9;
export const kindTime = 10;
/** ARRAY, MAP and ROW: the range of the JSON. */
export const kindContainer = 11;
/** Everything else is left to the face. */
export const kindOther = 12;

/** An instant: `Z` is taken, and so is an offset where `zoneOffsets` is set too; without a zone UTC is meant where `zoneUtc` is set. */
export const zoneInstant = 1;
export const zoneOffsets = 2;
export const zoneUtc = 4;

/** Tags beyond those of a batch: cells that the face finishes. Their cell is the range of the JSON of the value. */
export const tagRaw = 8;
/** A text with escapes: its range without the quotes. */
export const tagEscaped = 16;
export const tagMissing = 32;
/** A field of an object, where the record has something else: the range of that. */
export const tagNoObject = 64;
export const leastInnerTag = 8;

/** A node: one object whose fields are wanted, with a hash table of their names. */
export const nodeTable = 0;
/** Entries of the table less one. */
export const nodeMask = 4;
/** All slots below: the first, and the one after the last. */
export const nodeFirstSlot = 8;
export const nodeEndSlot = 12;
export const nodeSize = 16;

export const entryHead = 0;
export const entryName = 8;
export const entryNameLength = 12;
/** Pointers, or 0. */
export const entrySlot = 16;
export const entryNode = 20;
export const entrySize = 24;
export const entryEmpty = -1;

export const rejectStart = 0;
export const rejectLength = 4;
export const rejectRow = 8;
export const rejectLine = 12;
export const rejectCode = 16;
/** Where the fault is. */
export const rejectAt = 20;
export const rejectSize = 24;
export const rejectCapacity = 2048;

/** A template: the shape of one record that was seen. */
export const templateCount = 8;
export const templateSteps = 1024;
export const templateLiteralBytes = 32768;
export const stepLiteral = 0;
/** Which of these 16 bytes do not count: the bits of those behind the literal's end. */
export const stepIgnored = 16;
export const stepLength = 20;
/** The whole literal, where it is longer than 16 bytes. */
export const stepLong = 24;
export const stepAction = 28;
/** Pointer of the slot (or of the node), or 0. */
export const stepTarget = 32;
export const stepDepth = 36;
/** 1 when the field may be left out without changing the nesting. */
export const stepOptional = 40;
/** For two records side by side: what they mostly have here, one of `pair…`. */
export const stepPair = 44;
/** The same as `stepIgnored`, but where both mostly have a text its quote, which stands behind the literal, counts too. */
export const stepPairIgnored = 48;
export const stepSize = 64;
export const templateHeader = 16;
export const templateMissingSlots = 4096;
export const templateBytes = 16 + 4 * 4096 + 1024 * 64 + 32768;
/** All templates, with the table of what they share in front. */
export const templatesBytes = 8 * 8 * 4 + 8 * templateBytes;
export const templateMissingCount = 0;
export const templateUsedSteps = 4;
export const templateMissing = 16;

/** Actions are kinds of slots, or these. */
export const actionSkip = 0;
export const actionFinish = 20;
/** The value should be an object with wanted fields, and was NULL in the sample. */
export const actionNullNode = 21;
/** The value is an object that is wanted both whole and by its fields. */
export const actionBegin = 22;
export const actionEnd = 23;

/** Texts, mostly of up to 16, 32, 64 and more bytes: `pairSkip` and `pairText` with 0 to 3 added. Nobody wants the skipped ones. */
export const pairSkip = 0;
export const pairText = 4;
export const pairLastText = 7;
/** A wanted integer without a sign of up to 8 digits, of a slot that takes any of them. */
export const pairInteger = 8;
/** Numbers that nobody wants, without and with a fraction. */
export const pairSkipWhole = 9;
export const pairSkipFraction = 10;
export const pairFinish = 11;
/** Wanted values: any integer, a double, a timestamp to the millisecond without a zone. */
export const pairNumber = 12;
export const pairDouble = 13;
export const pairTimestamp = 14;
/** TRUE or FALSE, wanted as a boolean or not wanted. */
export const pairWord = 15;
/** Anything. */
export const pairOther = 16;
/** Nothing: at least one record is not of the template's shape. */
export const pairNone = 17;

/** Why a record is no row. */
export const faultValue = 1;
export const faultCommaOrBrace = 2;
export const faultCommaOrBracket = 3;
export const faultKey = 4;
export const faultColon = 5;
export const faultEscape = 6;
export const faultControl = 7;
export const faultNumber = 8;
export const faultWord = 9;
export const faultDepth = 10;
export const faultTrailing = 11;
export const faultNotObject = 12;
export const faultTooLarge = 13;

export const deepest = 512;
export const mostRows = 2048;
