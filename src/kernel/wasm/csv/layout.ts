// The control block: u32 fields that the TypeScript face (src/kernel/csv-decode.ts) and the kernel share, by byte offset.
export const cursorAt: u32 = 0;
export const endAt: u32 = 4;
export const finalAt: u32 = 8;
export const oneRecordAt: u32 = 12;
export const rowsAt: u32 = 16;
export const mostRowsAt: u32 = 20;
export const linesAt: u32 = 24;
export const startsAt: u32 = 28;
export const lengthsAt: u32 = 32;
export const lineNumbersAt: u32 = 36;
export const columnsAt: u32 = 40;
export const columnCountAt: u32 = 44;
/** One byte each, or -1 for none. */
export const delimiterAt: u32 = 48;
export const quoteAt: u32 = 52;
export const escapeAt: u32 = 56;
export const flagsAt: u32 = 60;
export const nullPointerAt: u32 = 64;
/** -1: no null literal. */
export const nullLengthAt: u32 = 68;
export const maxRecordAt: u32 = 72;
/** What the last run tells. */
export const recordStartAt: u32 = 76;
export const recordLengthAt: u32 = 80;
export const recordLineAt: u32 = 84;
export const fieldsAt: u32 = 88;
export const highAt: u32 = 92;
export const handedCountAt: u32 = 96;
export const handedAt: u32 = 100;
/** Room for the ends of fields, found ahead: one u32 for each byte of a window, and 64 more. */
export const indexAt: u32 = 104;
/** How many records are decoded singly after the next one that is unusual, and how many still are after the last. */
export const singlyAt: u32 = 108;
export const owedAt: u32 = 112;

export const allowComments: u32 = 1;
export const trimSpaces: u32 = 2;
export const emptyAsNull: u32 = 4;
export const allowTrailing: u32 = 8;
export const ignoreTrailing: u32 = 16;
export const allowMissing: u32 = 32;

/** A column's descriptor, 32 bytes: kind, precision, scale, flag (u8 each), cells, tags (u32), 4 bytes unused, least, most (f64). */
export const columnBytes: u32 = 32;

export const kindSkip: u32 = 0;
export const kindText: u32 = 1;
export const kindInteger: u32 = 2;
export const kindDouble: u32 = 3;
export const kindFloat: u32 = 4;
export const kindBoolean: u32 = 5;
export const kindDecimal: u32 = 6;
export const kindDate: u32 = 7;
export const kindTime: u32 = 8;
export const kindTimestamp: u32 = 9;
/** Every cell goes to JavaScript: NULL ones too, and missing ones with length -1. */
export const kindHanded: u32 = 10;

/** A handed cell, 16 bytes: column, pointer, length, flags (u32 each). */
export const handedBytes: u32 = 16;
export const handedQuoted: u32 = 1;
export const handedEscaped: u32 = 2;

/** What a run ends with. */
export const statusDone: i32 = 0;
export const statusRecord: i32 = 1;
export const statusColumns: i32 = 2;
export const statusQuote: i32 = 3;
export const statusUnclosed: i32 = 4;
export const statusTooLong: i32 = 5;

export const tagValue: u8 = 0;
export const tagNull: u8 = 1;
export const tagDirty: u8 = 2;
