// The control block: u32 fields that the TypeScript face (src/kernel/encode.ts) and the kernel share, by byte offset.
export const selectionAt: u32 = 0;
export const countAt: u32 = 4;
/** Where to go on: the position in the selection, and the operation as an offset into the program. */
export const positionAt: u32 = 8;
export const operationAt: u32 = 12;
/** The next byte of output, and where the room for it ends. The kernel may write 64 bytes beyond that. */
export const outAt: u32 = 16;
export const outEndAt: u32 = 20;
export const programAt: u32 = 24;
export const programBytesAt: u32 = 28;
/** The change kinds by row, 0 when all rows are inserts. */
export const kindsAt: u32 = 32;
/** A text of which a part is written already: 1 + the bytes read of it; 0: none. */
export const resumeAt: u32 = 36;
/** Nonzero once a field of the current row is written: what the comma of rows without NULL fields goes by. */
export const begunAt: u32 = 40;
/** CSV: bytes that make a field quoted besides line ends, by their values; the text that means NULL; 1 when a space at an end of a text needs quotes. */
export const delimiterAt: u32 = 44;
export const quoteAt: u32 = 48;
export const escapeAt: u32 = 52;
export const nullPointerAt: u32 = 56;
export const nullLengthAt: u32 = 60;
export const quoteSpacesAt: u32 = 64;
/** Where each row ends in the output, by its position in the selection: where to write that, 0 when nobody asks. */
export const endsAt: u32 = 68;

/** An operation, 32 bytes: kind, flags, scale, wrap (u8 each), cells, tags, prefix pointer and length, null pointer and length (u32). */
export const operationBytes: u32 = 32;
/** A NULL writes nothing, not even the prefix. */
export const flagSkipNull: u32 = 1;
/** A comma stands before the prefix unless the field is the row's first. */
export const flagComma: u32 = 2;
/** Timestamps: `T` between date and time; a final `Z`. */
export const flagIso: u32 = 4;
export const flagZoned: u32 = 8;

/** Only the prefix. */
export const kindLiteral: u32 = 0;
export const kindInteger: u32 = 1;
export const kindDouble: u32 = 2;
export const kindFloat: u32 = 3;
export const kindBoolean: u32 = 4;
export const kindDecimal: u32 = 5;
export const kindDate: u32 = 6;
export const kindTime: u32 = 7;
/** `scale` is the number of digits that the cell counts: 3, 6 or 9. */
export const kindTimestamp: u32 = 8;
export const kindJsonText: u32 = 9;
export const kindCsvText: u32 = 10;
export const kindTsvText: u32 = 11;
export const kindRawText: u32 = 12;
/** JSON as it is, on one line. */
export const kindJson: u32 = 13;
/** The change kind. */
export const kindChange: u32 = 14;
/** Values that JavaScript writes. */
export const kindHanded: u32 = 15;

/** What a run ends with: all rows are written; the output is full; JavaScript must write the value of the current cell. */
export const statusDone: i32 = 0;
export const statusFull: i32 = 1;
export const statusHanded: i32 = 2;

export const tagNull: u8 = 1;
export const tagDirty: u8 = 2;
export const tagWide: u8 = 4;
