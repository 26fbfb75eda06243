/** What `npm run kafka` uses. */
export {archiveClasses, startBroker} from './broker.ts';
export {fetchDistribution, missingTools} from './distribution.ts';
