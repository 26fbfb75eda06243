/**
 * A job's process as dist/job.js runs it, on a machine that may be worse: told by its environment, it notes what of its files is on the disk, lets its clock jump, or has
 * a mistake put in. Each is in place before anything of the product is loaded.
 */
const {environment} = await import('./surroundings.ts');
await environment();
const mistake = process.env['WEIR_MISTAKE'];
if (mistake !== undefined) await (await import('./mistakes.ts')).putIn(mistake);
await import('../../job/child.ts');
