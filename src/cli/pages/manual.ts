import {commands} from '../commands/index.ts';
import {manPage} from './roff.ts';
import {
  connectorsSection,
  descriptionSection,
  environmentSection,
  examplesSection,
  exitCodesSection,
  flagsSection,
  formatsSection,
  functionsSection,
  jobFileSection,
  keysSection,
  nameSection,
  outputSection,
  sqlSection,
  synopsisSection,
} from './sections.ts';

/** The text of man/weir.1. */
export function manual(version: string): string {
  return manPage({name: 'weir', section: 1, version}, [
    nameSection,
    synopsisSection,
    descriptionSection,
    flagsSection,
    sqlSection,
    outputSection,
    jobFileSection,
    keysSection,
    connectorsSection,
    formatsSection,
    functionsSection,
    environmentSection,
    exitCodesSection,
    examplesSection(commands),
  ]);
}
