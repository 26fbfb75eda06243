import {code, paragraph, type Section, terms} from './page.ts';

/** What holds over crashes, and what it rests on. */
export const guaranteesSections: readonly Section[] = [
  {
    title: 'Guarantees',
    blocks: [
      paragraph(
        'A job promises what it was asked for, and weir check says what each INSERT gets. What cannot be kept is refused before anything starts.',
      ),
      terms([
        {term: 'none', text: 'nothing is kept: the next run starts over. A run over files is whole, or its exit code says that it is not'},
        {
          term: 'at-least-once',
          text: 'nothing is lost; after a crash, output since the last commit may come twice. State is counted once in any case',
        },
        {term: 'exactly-once', text: 'after any number of crashes the output is what a run without them gives'},
      ]),
      paragraph(
        'A flag (--exactly-once, --guarantee) beats the job file, which beats SET execution.checkpointing.mode, which beats what a table asks for with sink.delivery-guarantee. Whoever asks for commits alone (--batch, --commit-interval) gets at-least-once.',
      ),
      code('weir run --exactly-once --batch 1000,50ms jobs.yaml'),
    ],
  },
  {
    title: 'The commit',
    blocks: [
      paragraph(
        'A job keeps a log in its folder. Each commit is one record with a checksum: how far each input was read, in which order, readings of the clock, watermarks, the state that has changed, and the lengths of output files. At most one commit is on its way while the next batch is computed.',
      ),
      paragraph(
        'A batch is what one commit covers: --batch SIZE,WAIT bounds its records and its age; without it, its age is 100 ms. With exactly-once, readers of committed output see a row when its commit is over, so the wait is also a delay.',
      ),
      terms([
        {
          term: 'files',
          text: 'the record itself makes output count. With exactly-once the next process cuts files to the lengths in the last record; with at-least-once what was written behind them stays. Files that others read may therefore have an end that is taken back',
        },
        {
          term: 'Kafka',
          text: 'with exactly-once, output and the offsets of its input become visible in one transaction, whose offsets name the record; readers need isolation.level=read_committed. After a crash the group of the job says whether the last record counts. With at-least-once, output is delivered before the record is written',
        },
        {term: 'pipe, terminal', text: 'hold for one run. Exactly-once over restarts cannot be had there, and is refused'},
      ]),
      paragraph('One job writes to one Kafka cluster; files can be beside it. Two clusters in one exactly-once job are refused.'),
    ],
  },
  {
    title: 'Restarts',
    blocks: [
      paragraph(
        'The only way to recover is a new process: it reads the log, asks Kafka which record counts, cuts off what does not, and goes on. The supervisor starts it again after a random wait that doubles; one that dies too often is put aside and told. A record that ends two processes is tried alone by the third and rejected by the fourth. What another process could not do better (SQL, a log that is damaged or newer) is not tried again.',
      ),
      paragraph(
        'State belongs to the commit in every mode: a sum goes on from the last commit, never from nothing and never with a row twice. The plan of the log must be that of the job; an edited query that keeps other state is refused until --fresh starts over or the job has another name.',
      ),
      paragraph(
        'Stopped cleanly (SIGTERM, SIGINT, weir stop) a job processes what it has read, commits it and ends. Killed, it loses nothing that it has promised.',
      ),
    ],
  },
  {
    title: 'Limits',
    blocks: [
      terms([
        {
          term: 'One disk',
          text: 'The log lies on one disk, and lasts as that disk does. With Kafka, a log that is missing for a known group is refused unless the job keeps no state; --fresh starts over',
        },
        {
          term: 'Input that can be read again',
          text: 'Exactly-once and at-least-once want inputs that replay: files that are not rewritten, topics that still hold what was not committed. Standard input cannot',
        },
        {
          term: 'What the query computes',
          text: 'NOW() and processing time are taken from the log when an epoch is computed again; weir explain says whether the same input gives the same values',
        },
        {term: 'Late rows', text: 'A row behind the watermark is dropped where windows have closed; it is counted and told of'},
        {
          term: 'Bad records',
          text: 'on-error says what becomes of a record that cannot be read: the job fails, or it is dropped and counted, or its field is NULL',
        },
      ]),
    ],
  },
];
