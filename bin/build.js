#!/usr/bin/env node
// Builds what is not committed: the WASM kernels, the grammar's recipe and the job file's validator (src/**/generated/), then the bundles (dist/).
// A generated file is made again only when something it is made from is newer. `--generated` stops before the bundles.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {build} from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** Modules that write a module: `make()` gives its text. Remade when anything in the maker's folder is newer. */
const makers = [
  {from: 'src/sql/make-recipe.ts', to: 'src/sql/generated/recipe.ts'},
  {from: 'src/config/make-validator.ts', to: 'src/config/generated/validator.js'},
];

/** Bundles that only developers run. What the package ships is the command and the process of a job. */
const forDevelopers = {
  pages: 'src/cli/pages/write.ts',
  conformance: 'src/testing/conformance/main.ts',
  bench: 'bench/main.ts',
  torture: 'src/testing/torture/main.ts',
  'torture-job': 'src/testing/torture/job.ts',
  soak: 'src/testing/tui/soak.ts',
};

/** Modules that Node itself has loaded before it runs us, and the one that runs us. */
const loaded = ['buffer', 'events', 'fs', 'path', 'process', 'url', 'util', 'vm'];

/**
 * What the command requires with: Node's own modules, given to it by bin/weir.cjs as a function. Those that are not there yet are loaded when something of them is
 * first asked for: most lines never use them, and all of them would take 20 ms.
 */
const requireText = `
const require=(loaded=>name=>loaded.includes(name)?builtin(name):new Proxy({},{get:(_,key)=>builtin(name)[key]}))(${JSON.stringify(
  loaded.flatMap(name => [name, `node:${name}`]),
)});
`;

/** What all bundles have in common. */
const settings = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  define: {'process.env.NODE_ENV': '"production"'},
  external: ['esbuild', 'vitest', 'fast-check', 'assemblyscript'],
  logLevel: 'warning',
};

/** What the full screen loads while its first frame is seen already: a bundle of its own. */
const inkApplication = 'src/tui/ink-application.ts';
const apartFromInk = {
  name: 'apart-from-ink',
  setup(build) {
    build.onResolve({filter: /\/ink-application\.ts$/}, ({kind}) =>
      kind === 'dynamic-import' ? {path: './tui-ink.js', external: true} : undefined,
    );
  },
};

/** Ink can connect to the developer tools of React, which are not installed: the module is not there to be found. */
const withoutDevtools = {
  name: 'without-devtools',
  setup(build) {
    build.onResolve({filter: /^react-devtools-core$/}, ({path}) => ({path, namespace: 'nothing'}));
    build.onLoad({filter: /.*/, namespace: 'nothing'}, () => ({contents: 'export default {}'}));
  },
};

await buildKernels();
for (const maker of makers) await runMaker(maker);
if (!process.argv.includes('--generated')) {
  await bundleCommand();
  await bundle({job: 'src/job/child.ts'}, {splitting: false, minifySyntax: true, minifyWhitespace: true});
  await bundle(
    {tui: 'src/tui/main.ts', 'tui-ink': inkApplication},
    {splitting: false, minify: true, plugins: [apartFromInk, withoutDevtools]},
  );
  const {metafile} = await bundle(forDevelopers, {splitting: true, chunkNames: 'chunks/[name]-[hash]', metafile: true});
  removeOthers('dist/chunks', Object.keys(metafile.outputs));
}

/** Every file directly in src/kernel/wasm/ is a kernel; what kernels share lies in folders below it. */
async function buildKernels() {
  const folder = 'src/kernel/wasm';
  if (!existsSync(folder)) return;
  const names = readdirSync(folder)
    .filter(file => file.endsWith('.ts'))
    .sort();
  for (const name of names) {
    const target = `src/kernel/generated/${name}`;
    const memoryBase = String(1024 + 8192 * names.indexOf(name)); // Kernels share one memory: their tables lie side by side below 64 KiB.
    if (isFresh(target, filesBelow(folder))) continue;
    const {default: asc} = await import('assemblyscript/asc');
    let binary;
    let complaints = '';
    const {error} = await asc.main(
      [
        join(folder, name),
        '--outFile',
        'out.wasm',
        // Speed, but nothing is put inline for the last of it: V8 compiles the kernels anew in each process, and pays for what is there twice.
        '--optimizeLevel',
        '3',
        '--shrinkLevel',
        '1',
        '--noAssert',
        '--runtime',
        'stub',
        '--importMemory',
        '--sharedMemory',
        '--maximumMemory',
        '16384',
        '--enable',
        'threads',
        '--enable',
        'simd',
        '--enable',
        'bulk-memory',
        '--memoryBase',
        memoryBase,
      ],
      {
        stderr: {write: text => void (complaints += text)},
        writeFile: (file, contents) => void (file.endsWith('.wasm') && (binary = contents)),
      },
    );
    if (error) throw new Error(`kernel ${name}: ${error.message}\n${complaints}`);
    const base64 = Buffer.from(binary).toString('base64');
    write(target, `/** The kernel ${basename(name, '.ts')}, ${binary.length} bytes of WebAssembly. */\nexport const wasm = '${base64}';\n`);
  }
}

async function runMaker({from, to}) {
  if (!existsSync(from) || isFresh(to, filesBelow(dirname(from)))) return;
  const outfile = join('node_modules/.cache/weir', `${basename(from, '.ts')}.mjs`);
  await build({entryPoints: [from], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning'});
  const {make} = await import(`${pathToFileURL(outfile).href}?at=${Date.now()}`);
  write(to, make());
}

/**
 * The command is one text that evaluates to a function of what gives it Node's modules and where it lies; bin/weir.cjs runs it from a cache of V8's, which saves a
 * one-liner 35 ms of compiling. Text and cache begin with the same mark, so that one never runs with the other's.
 */
async function bundleCommand() {
  const entry = 'src/cli/main.ts';
  if (!existsSync(entry)) return;
  const {outputFiles} = await build({
    ...settings,
    entryPoints: [entry],
    format: 'cjs',
    minify: true,
    write: false,
    define: {...settings.define, 'import.meta.url': 'commandUrl'},
  });
  const text = `(function(builtin,commandUrl){const module={exports:{}};let exports=module.exports;${requireText}${outputFiles[0].text}\nreturn module.exports})`;
  const mark = `/*${createHash('sha256').update(text).digest('hex').slice(0, 28)}*/`;
  write('dist/cli.cjs', mark + text);
  execFileSync(process.execPath, ['bin/make-cache.js'], {stdio: ['ignore', 'ignore', 'inherit']});
}

async function bundle(entries, more) {
  const present = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));
  return build({
    ...settings,
    ...more,
    entryPoints: present,
    outdir: 'dist',
    format: 'esm',
    banner: {js: "import {createRequire as weirCreateRequire} from 'node:module'; const require = weirCreateRequire(import.meta.url);"},
  });
}

function filesBelow(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap(entry => {
    if (entry.name === 'generated') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Chunks are named by what they hold: those of earlier builds stay behind. */
function removeOthers(folder, kept) {
  if (!existsSync(folder)) return;
  const names = new Set(kept.map(path => basename(path)));
  for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name), {force: true});
}

function isFresh(target, sources) {
  if (!existsSync(target)) return false;
  const made = statSync(target).mtimeMs;
  return [...sources, 'bin/build.js'].every(source => statSync(source).mtimeMs <= made);
}

/** By rename, so that nobody ever sees half a file. */
function write(target, text) {
  mkdirSync(dirname(target), {recursive: true});
  const temporary = `${target}.${process.pid}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, target);
}
