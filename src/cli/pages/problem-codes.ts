import {kafka} from './kafka-problem-codes.ts';

/** What a problem's code means in general, and what to do. Each problem says more about its own case; `weir help CODE` shows this. */
export interface ProblemMeaning {
  /** A clause without a full stop. */
  readonly meaning: string;
  /** What to do, as an action. */
  readonly action: string;
}

const usage: Readonly<Record<string, ProblemMeaning>> = {
  'bad-argument': {
    meaning: 'a flag, a function or a setting was given a value that it does not take',
    action: 'give one of the values that the message names',
  },
  'no-file': {meaning: 'the command needs a file and got none', action: 'name a job file or a script'},
  'unknown-setup': {meaning: 'setup was not told what to set up', action: 'write weir setup kafka'},
  'expectation-not-met': {
    meaning: 'the query gave another number of rows than --expect says',
    action: 'look at the rows, or at what the query leaves out',
  },
  'no-query': {meaning: 'there is no SQL to run', action: "write it in quotes, as in weir 'SELECT 1', or name a file with -f"},
  'several-results': {
    meaning: 'rows of several results would mix in a format that holds one',
    action: 'use -o ndjson, or run one query at a time',
  },
  'stdin-twice': {
    meaning: 'standard input is wanted twice, and can be read once',
    action: 'put the SQL into a file, or give one of the readers a file',
  },
  'too-many-operands': {meaning: 'more words than one query were given', action: 'put the whole SQL into one pair of quotes'},
  'unknown-command': {meaning: 'the first word is no command', action: 'put SQL into quotes; weir help lists the commands'},
  'unknown-flag': {meaning: 'the command has no such flag', action: 'look at weir help COMMAND'},
  'unknown-format': {meaning: 'there is no format of this name', action: 'look at weir help formats'},
  'unknown-job': {meaning: '--only or depends-on names a job that is not there', action: 'choose one of the names that the message lists'},
  'unknown-topic': {meaning: 'there is no help of this name', action: 'look at weir help'},
  'raw-columns': {meaning: 'raw prints the text of one column, and the query has several', action: 'select one column, or use -o tsv'},
};

const jobFiles: Readonly<Record<string, ProblemMeaning>> = {
  'bad-job': {meaning: 'a job has no script, or says one thing twice', action: 'keep one of what the message names'},
  'bad-job-file': {meaning: 'the job file has not the shape of one', action: 'look at weir help job-file'},
  'bad-name': {meaning: 'a name is not allowed at this place', action: 'begin it with a letter, and go on with letters, digits and _'},
  'bad-variable': {
    meaning: '${…} names something that is not set, or is not written as it should be',
    action: 'set the variable, give a default as in ${NAME:-text}, or write $$ for a dollar sign',
  },
  'bad-yaml': {meaning: 'the file is not YAML that can be read safely', action: 'correct it at the place that is shown'},
  circle: {meaning: 'jobs, templates, files or variables lead back to themselves', action: 'take one of them out of the circle'},
  'duplicate-job': {
    meaning: 'two jobs have the same name',
    action: 'rename one of them, run the files apart, or call the second file NAME.override.yaml',
  },
  'duplicate-key': {meaning: 'the same key stands twice', action: 'keep one of the two'},
  'empty-file': {meaning: 'the job file holds nothing', action: 'write jobs: with at least one job'},
  'file-exists': {meaning: 'a file that would be written is there already', action: 'name another folder, or remove the file'},
  'file-too-large': {
    meaning: 'a job file has more than a megabyte',
    action: 'put data where SQL reads it, and long SQL into files of its own',
  },
  'missing-field': {meaning: 'a field that must be there is not', action: 'add it'},
  'nothing-to-override': {meaning: 'a file .override.yaml changes other files, and no other was named', action: 'name them, too'},
  'no-job': {meaning: 'every job of the file is for a profile, and none was asked for', action: 'call with -p and one of the profiles'},
  'no-unit': {meaning: 'a time or a size is a bare number', action: 'write its unit, as in 50ms or 100MB'},
  'not-utf-8': {meaning: 'a script or job file is not UTF-8 text', action: 'convert it; if it is data, read it with FROM'},
  'nothing-to-run': {meaning: 'a job has neither an INSERT nor a query', action: 'add one, or remove the job'},
  'too-late': {
    meaning: 'a profile or --set would change what has been followed by the time that it counts',
    action: 'change it in the file, or set what came of it: a value of a job',
  },
  'too-many-files': {meaning: 'job files name far too many other files', action: 'include less'},
  'too-many-layers': {meaning: 'extends leads to far too many templates', action: 'extend less'},
  'two-projects': {
    meaning: 'files that run together name several projects or state directories',
    action: 'run them apart, or say the same in all of them',
  },
  'unclear-extends': {meaning: 'both a template and a job have the name that is extended', action: 'rename one of them'},
  'unknown-field': {
    meaning: 'the job file has a field that means nothing',
    action: 'correct its name; fields that begin with x- are for your own use',
  },
  'unknown-profile': {meaning: '-p names a profile that no file has', action: 'choose one of the names that the message lists'},
  'unknown-template': {meaning: 'extends names something that is not there', action: 'choose one of the names that the message lists'},
  'variable-too-early': {
    meaning: 'a path of include or extends holds ${…}',
    action: 'write the path itself: files are read before variables are known',
  },
  'wrong-value': {meaning: 'a field has a value that is not allowed', action: 'write one of the values that the message names'},
};

const syntax: Readonly<Record<string, ProblemMeaning>> = {
  'adjacent-texts': {meaning: 'two texts stand side by side', action: 'write || between them, or a comma'},
  'binary-digits': {meaning: "a binary text X'…' holds something else than hexadecimal digits", action: "write it like X'0aff'"},
  'column-name': {meaning: 'the name of a column holds a dot', action: 'put the whole name into back-ticks'},
  'column-type': {meaning: 'columns of CREATE TABLE have no types', action: 'write a type behind each name'},
  'connection-as': {meaning: 'USING CONNECTION does not go with AS', action: 'declare the table first, then INSERT INTO it'},
  'double-quotes': {meaning: 'double quotes mean nothing in Flink SQL', action: "write 'x' for a text or `x` for a name"},
  'empty-name': {meaning: 'back-ticks hold nothing', action: 'write a name between them'},
  freshness: {meaning: 'FRESHNESS wants an interval', action: "write FRESHNESS = INTERVAL '1' DAY"},
  'json-pair': {meaning: 'a JSON key and its value are not separated by VALUE', action: "write KEY 'k' VALUE v"},
  lateral: {meaning: 'LATERAL stands where it cannot', action: 'use it before a query, UNNEST or a table function only'},
  limit: {meaning: 'LIMIT, OFFSET and FETCH do not go together like this', action: 'write LIMIT n OFFSET m'},
  'missing-semicolon': {meaning: 'two statements are not separated', action: 'write ; between them'},
  'no-end': {meaning: 'a statement set has no END', action: 'write END; behind its last INSERT'},
  'not-portable': {meaning: 'Flink SQL does not take this spelling', action: 'write what the message says; one-liners take both'},
  parentheses: {meaning: 'parentheses stand around something that takes none', action: 'remove them, or write a query inside'},
  'query-here': {meaning: 'a query stands where a value is wanted', action: 'compute it in a subquery and use its column'},
  'reserved-word': {meaning: 'a word of SQL is used as a name', action: 'put it into back-ticks'},
  'set-insert': {meaning: 'a statement set holds something else than INSERT', action: 'put it before or behind the set'},
  syntax: {meaning: 'the SQL cannot be read from here on', action: 'write one of the things that are expected there'},
  'system-function': {meaning: 'a system function has a name with dots', action: 'write the last part only'},
  'system-time': {meaning: 'FOR SYSTEM_TIME AS OF does not stand behind a table', action: 'put it directly behind the name of the table'},
  'too-deep': {meaning: 'SQL is nested deeper, or is longer, than can be planned', action: 'use views or WITH for inner parts'},
  'two-orders': {meaning: 'an order stands inside a call and in WITHIN GROUP', action: 'keep one of them'},
  'two-times': {meaning: 'FOR SYSTEM_TIME stands twice', action: 'remove one of them'},
  'two-watermarks': {meaning: 'a table has more than one watermark', action: 'remove all but one'},
  'type-elements': {meaning: 'a type has more or fewer element types than it takes', action: 'write ARRAY<t>, MAP<k, v> or ROW<n t>'},
  'unclosed-comment': {meaning: 'a comment has no end', action: 'close it with */'},
  'unclosed-quote': {meaning: 'a text or a name has no closing quote', action: 'close it; inside, a quote is written twice'},
  'unicode-escape': {meaning: "an escape of U&'…' is not written as it should be", action: 'write four hexadecimal digits behind it'},
  'unknown-character': {meaning: 'a character means nothing in SQL', action: 'remove it, or put it in quotes'},
  'unknown-statement': {meaning: 'no statement begins with this word', action: 'correct the word'},
  'whole-number': {meaning: 'a whole number is wanted', action: 'write it with digits only'},
};

const names: Readonly<Record<string, ProblemMeaning>> = {
  'ambiguous-column': {meaning: 'more than one column has this name', action: 'put the table before the name, or rename with AS'},
  'duplicate-column': {meaning: 'a column is named twice', action: 'rename or remove one of them'},
  'duplicate-option': {meaning: 'an option is given twice', action: 'keep one of the two'},
  'duplicate-function': {meaning: 'a function of this name exists already', action: 'choose another name, or write IF NOT EXISTS'},
  'duplicate-table': {meaning: 'the name exists already', action: 'choose another name, or write IF NOT EXISTS'},
  'duplicate-watermark': {meaning: 'both tables of LIKE have a watermark', action: 'write LIKE … (OVERWRITING WATERMARKS)'},
  'missing-column': {meaning: 'an INSERT leaves out a column that must have a value', action: 'give it one'},
  'no-columns': {meaning: 'a table has no columns', action: 'declare at least one'},
  'unbound-parameter': {
    meaning: 'a :NAME of the SQL has no value',
    action: 'give it one with -v NAME=VALUE, or under vars: of the job file',
  },
  'unknown-column': {meaning: 'no table of the query has this column', action: 'use one of the columns that are listed; case matters'},
  'unknown-connector': {meaning: 'there is no connector of this name', action: 'look at weir help connectors'},
  'unknown-file-format': {meaning: 'the name of a file does not say which format to write', action: 'end it with .ndjson, .csv or .tsv'},
  'unknown-function': {meaning: 'there is no function of this name', action: 'look at weir help functions'},
  'unknown-metadata': {meaning: 'the connector has no metadata of this name', action: 'use one of the keys that are listed'},
  'unknown-option': {
    meaning: 'the connector or format has no such option',
    action: 'correct or remove it; weir help connectors lists them',
  },
  'unknown-setting': {meaning: 'SET names something that is not known and has no effect', action: 'correct or remove it'},
  'unknown-table': {
    meaning: 'there is no table or view of this name',
    action: 'create it, bind it with -t, or correct the name; case matters',
  },
  'unused-parameter': {meaning: 'a parameter is given and nothing reads it', action: 'use it as :NAME, or leave it out'},
};

const planning: Readonly<Record<string, ProblemMeaning>> = {
  'always-fails': {meaning: 'an expression of constants cannot be computed', action: 'correct it; it fails for every row that reaches it'},
  'bad-option': {meaning: 'an option has a value that it does not take', action: 'write a value as the message says'},
  'bad-setting': {meaning: 'a SET has a value that it does not take', action: 'write a value as the message says'},
  'contradicting-options': {meaning: 'two options exclude each other', action: 'leave one of them out'},
  'changes-in-batch': {meaning: 'batch mode reads new rows, and the table gives changes', action: 'use streaming mode'},
  contradiction: {meaning: 'what is asked for excludes itself', action: 'do as the message says'},
  'csv-character': {meaning: 'an option of csv takes one character', action: 'give one that is neither a quote nor a line end'},
  'csv-contradiction': {meaning: 'two options of csv exclude each other', action: 'leave one of them out'},
  'csv-type': {meaning: 'csv cannot hold a column of this type', action: 'leave the column out, or use json'},
  'enforced-key': {meaning: 'a primary key cannot be enforced on a stream', action: 'write PRIMARY KEY (…) NOT ENFORCED'},
  'file-in-from': {meaning: "FROM 'file' is for one-liners", action: 'declare the table; weir explain --ddl prints how'},
  'file-in-insert': {meaning: "INSERT INTO 'file' is for one-liners", action: "declare a table with 'connector' = 'filesystem'"},
  'group-by-alias': {meaning: 'Flink does not group by an alias of SELECT', action: 'write the expression itself'},
  'group-by-ordinal': {meaning: 'in Flink, GROUP BY 1 groups by the number 1', action: 'write the expression itself'},
  'join-without-key': {
    meaning: 'a join compares every row with every row, and its state grows with both inputs',
    action: 'add an equality to its ON, or join something small',
  },
  'late-setting': {meaning: 'a SET comes after a query that was planned without it', action: 'put it at the beginning of the script'},
  'misplaced-aggregate': {meaning: 'an aggregate stands where there are no groups', action: 'use HAVING, or a subquery'},
  'missing-key': {meaning: 'a table gives updates without the old row and has no key', action: 'declare PRIMARY KEY (…) NOT ENFORCED'},
  'missing-option': {meaning: 'a connector or format lacks an option that it needs', action: 'add it to WITH (…)'},
  'no-effect': {meaning: 'something is understood and has no effect here', action: 'keep it for Flink, or remove it'},
  'not-grouped': {meaning: 'a column is neither grouped by nor inside an aggregate', action: 'add it to GROUP BY, or aggregate it'},
  'not-readable': {meaning: 'the table can only be written', action: 'read another one'},
  'not-supported': {meaning: 'this is SQL that weir does not run', action: 'write it in another way, or run the script on Flink'},
  'not-writable': {meaning: 'the table, the view or the column cannot be written', action: 'write to a table whose connector writes'},
  'not-yet-supported': {meaning: 'this comes with a later version', action: 'leave it out: it would have no effect'},
  'overwrite-needs-batch': {
    meaning: 'INSERT OVERWRITE needs input that ends',
    action: "SET 'execution.runtime-mode' = 'batch', or write INSERT INTO",
  },
  'raw-delimiter': {meaning: 'raw has an empty line delimiter', action: 'leave the option out for one value a line'},
  'raw-type': {meaning: 'raw cannot hold a column of this type', action: 'CAST it to STRING'},
  'sink-takes-no-updates': {
    meaning: 'the query changes rows that it has given, and the table takes new rows only',
    action: 'write to a table that takes changes, or run in batch mode',
  },
  'too-many-sets': {meaning: 'CUBE, ROLLUP or GROUPING SETS ask for too many sets', action: 'name the sets that are needed'},
  'unbounded-batch': {meaning: 'batch mode reads a table that never ends', action: 'bound the table, or use streaming mode'},
  'undecided-conflict': {
    meaning: 'rows of the query are told apart by other columns than those of the table',
    action: 'give both the same key, or say with SET what counts',
  },
  'unknown-window': {meaning: 'there is no window of this name', action: 'define it in the WINDOW clause'},
  'wrong-argument': {meaning: 'a function or an operator does not take these types', action: 'CAST the arguments, as the message says'},
  'wrong-column-count': {meaning: 'two lists of columns have different lengths', action: 'make them equal'},
  'wrong-explain': {meaning: 'EXPLAIN stands before something that has no plan', action: 'explain a query or an INSERT'},
  'wrong-hint': {meaning: 'an OPTIONS hint stands behind something that has no options', action: 'put it behind a table'},
  'wrong-limit': {meaning: 'LIMIT or OFFSET is no whole number', action: 'write a number that is not negative'},
  'wrong-literal': {meaning: 'a number, a date or a time cannot be read, or is out of range', action: 'correct it, or CAST a text'},
  'wrong-order': {meaning: 'ORDER BY uses something that DISTINCT has removed', action: 'add it to the SELECT list'},
  'wrong-ordinal': {meaning: 'a number in GROUP BY or ORDER BY names no column', action: 'write the column itself'},
  'wrong-setting': {meaning: 'a SET has a value that it does not take', action: 'write a value as the message says'},
  'wrong-table': {meaning: 'a CREATE TABLE says two things that exclude each other', action: 'leave one of them out'},
  'wrong-window': {meaning: 'a window is not written as it should be', action: 'do as the message says'},
  'wrong-type': {meaning: 'something has another type than is needed there', action: 'CAST it, or correct it'},
  'wrong-watermark': {
    meaning: 'a watermark is not on a time column',
    action: 'use a TIMESTAMP or TIMESTAMP_LTZ column of precision 0 to 3',
  },
  'wrong-time': {
    meaning: 'a window needs the time of the stream, and was given an ordinary column',
    action: 'declare WATERMARK FOR the column in CREATE TABLE, or run in batch mode',
  },
  'misplaced-window': {
    meaning: 'TUMBLE_START and its like stand where no such window is grouped by',
    action: 'write the same window, with the same arguments, into GROUP BY',
  },
};

const data: Readonly<Record<string, ProblemMeaning>> = {
  'bad-date-pattern': {meaning: 'a date pattern cannot be read', action: 'write one such as yyyy-MM-dd HH:mm:ss'},
  'conflicting-rows': {
    meaning: 'two rows have the same key, and ON CONFLICT DO ERROR asks for an error',
    action: 'write DO DEDUPLICATE, or correct the rows',
  },
  'bad-json': {meaning: 'a text that must be JSON is not', action: 'leave such rows out: WHERE x IS JSON'},
  'bad-json-path': {meaning: 'a JSON path cannot be read', action: "write one such as '$.a[0].b'"},
  'bad-json-value': {meaning: 'JSON cannot be read as the type that is wanted', action: 'declare another type, or correct the data'},
  'bad-pattern': {meaning: 'a pattern cannot be read', action: 'correct it as the message says'},
  'bad-percentage': {meaning: 'a percentage is not between 0 and 1', action: 'give one that is'},
  'bad-record': {
    meaning: 'a record of the input cannot be read',
    action: 'correct it, or choose with --on-error: skip leaves such records out, null makes NULL of fields',
  },
  'cast-failed': {meaning: 'a value cannot be cast', action: 'use TRY_CAST to get NULL instead'},
  'avro-unwritable': {
    meaning: 'a value has no form in the schema by which rows are written as Avro',
    action: "leave it out in the query, or change the table's schema",
  },
  'csv-unquotable': {meaning: 'a value cannot be written as csv without quotes', action: 'allow quotes, or set an escape character'},
  'division-by-zero': {meaning: 'a number was divided by zero', action: 'write NULLIF(divisor, 0) to get NULL instead'},
  'json-error': {meaning: 'a JSON function with ERROR ON … met the error', action: 'use NULL ON ERROR, or correct the data'},
  'late-rows': {
    meaning: 'rows came when the window that they belong to was over already, and were dropped',
    action: "let the watermark wait longer: WATERMARK FOR ts AS ts - INTERVAL '1' MINUTE",
  },
  'more-than-one-value': {meaning: 'a query that may give one value gave several', action: 'add a condition, or aggregate'},
  'null-in-not-null': {
    meaning: 'NULL would be written into a NOT NULL column',
    action: "give it a value with COALESCE, or SET 'table.exec.sink.not-null-enforcer' = 'DROP'",
  },
  'null-json-key': {meaning: 'a JSON object was given a key that is NULL', action: 'leave such rows out'},
  'null-map-key': {meaning: 'a MAP has a NULL key, which JSON cannot have', action: 'give it a key with COALESCE'},
  'null-rowtime': {meaning: 'the event time of a row is NULL', action: 'leave such rows out, or give the column a value'},
  'unknown-change': {
    meaning: 'a row of FROM_CHANGELOG does not say what it does in a word that is known',
    action: "name the word in op_mapping, or leave such rows out: error_handling => 'SKIP'",
  },
  'poison-record': {
    meaning: 'a record ended the process of a job each time it was tried, the last time all by itself',
    action: 'look at the record; with --on-error skip the job goes on without it',
  },
  'record-too-large': {
    meaning: 'a record is larger than max.record.bytes',
    action: "SET 'max.record.bytes' = '64 mb', or leave it out with --on-error skip",
  },
  'text-too-long': {meaning: 'a function would make a text that is too long', action: 'ask for less'},
  'too-many-errors': {meaning: 'more records were rejected than --max-errors allows', action: 'correct the records, or raise --max-errors'},
  'wrong-length': {
    meaning: 'a text is longer or shorter than its column allows',
    action: "cut it, or SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD'",
  },
  'torn-file': {meaning: 'compressed data is cut off or broken', action: 'write the file again; the rows before the break were read'},
};

const environment: Readonly<Record<string, ProblemMeaning>> = {
  'cannot-infer': {meaning: 'columns cannot be told from the data', action: 'declare the table with CREATE TABLE'},
  'cannot-read': {meaning: 'a file cannot be read', action: 'check its path and its permissions'},
  'cannot-resume': {meaning: 'an input cannot be read again from the middle', action: 'read from a regular file where a run must go on'},
  'cannot-listen': {
    meaning: 'health and metrics cannot be served at the address',
    action: 'choose another one with --http, or --http none',
  },
  'no-log': {
    meaning: 'the log of a job cannot be written any more',
    action: 'make room on the disk, or let weir write to the state directory',
  },
  'open-to-others': {
    meaning: 'health and metrics are served to other machines, without a password',
    action: 'name an address of this machine with --http, or let a firewall decide who reaches it',
  },
  'cannot-append': {
    meaning: 'a file is there already, and files of its format have an end, so nothing can be added to it',
    action: 'write INSERT OVERWRITE, or name a directory',
  },
  'cannot-write': {meaning: 'a file or an output cannot be written', action: 'check its path, its permissions and the space on the disk'},
  'damaged-state': {meaning: 'saved state cannot be read', action: 'start the job afresh'},
  'file-changed': {meaning: 'a file was changed while it was read', action: 'append to files that are followed; put the old file back'},
  'no-kafka-client': {
    meaning:
      'a table of the connector kafka or upsert-kafka needs the native client, which is not there, not built, or built for another system',
    action: 'run "weir setup kafka"; weir doctor says what is lacking',
  },
  'no-files': {meaning: 'a pattern or folder has no files', action: 'check it; names that begin with a dot or _ are left out'},
};

/** Of jobs that run, and of what can be asked of them. */
const running: Readonly<Record<string, ProblemMeaning>> = {
  'ambiguous-job': {meaning: 'a name could mean jobs of several projects', action: 'write PROJECT/JOB'},
  'bad-request': {
    meaning: 'what came over the socket of a supervisor is no request',
    action: 'use the same version of weir on both sides',
  },
  'cannot-read-again': {
    meaning: 'a job shall promise something over restarts, and its input is gone once it was read',
    action: 'read from a file or a topic, or use --guarantee none',
  },
  'cannot-take-back': {
    meaning: 'a job shall be exactly-once, and what it writes is seen at once and cannot be taken back',
    action: 'write to a file or a topic, or use --guarantee at-least-once',
  },
  'crash-loop': {
    meaning: 'a job died too often and is not started any more',
    action: 'mend the cause that it tells, then weir start JOB',
  },
  'dependency-failed': {meaning: 'a job waits for another one that has ended', action: 'mend the other one first'},
  'dependency-circle': {meaning: 'jobs wait for each other, so that none would start', action: 'take one of them out of depends-on'},
  'detached-stdin': {meaning: 'what runs in the background has no standard input', action: 'give the job a file, or leave --detach out'},
  'guarantee-too-low': {
    meaning: 'a table asks for a stronger promise than its job gives',
    action: 'give the job the promise with --guarantee, or take the option from the table',
  },
  'job-died': {
    meaning: 'the process of a job ended before its work was done',
    action: 'look at what it said last; the system may have run out of memory',
  },
  'job-failed': {meaning: 'a job failed while others were started', action: 'look at its log, whose path is told'},
  'keeps-no-log': {
    meaning: 'a job that commits nothing cannot commit now',
    action: 'run it with --guarantee at-least-once or exactly-once',
  },
  'memory-limit': {
    meaning: 'a job holds more memory than it may',
    action: 'raise limits.memory, or let its state grow less: weir explain says what it grows with',
  },
  'no-job': {meaning: 'the command needs the name of a job', action: 'name jobs as weir ps shows them, or say --all'},
  'no-socket': {meaning: 'jobs cannot be asked or told anything, as no socket can be opened', action: 'name a socket with --socket'},
  'no-supervisor': {meaning: 'no weir run can be reached', action: 'start jobs with weir run -d; name its socket with --socket'},
  'not-answering': {
    meaning: 'a job has not answered for seconds',
    action: 'wait, if a step may take so long; else weir restart JOB, or let the job file say that it is restarted',
  },
  'not-partitioned': {
    meaning: 'a job cannot be shared out among processes by partition',
    action: 'run it as one process, or let the rows come by the right key',
  },
  'not-reached': {meaning: 'a job cannot come to where it was told to go', action: 'look at weir ps -a, which says how it ended'},
  'other-parallelism': {
    meaning: 'a job has kept the state of another number of processes',
    action: 'run it with that number, or start over with --fresh',
  },
  'project-runs': {
    meaning: 'another weir run is at work on the same project',
    action: 'stop it with weir stop --all, or give one of them another project',
  },
  'unknown-dependency': {meaning: 'a job waits for one that is not there', action: 'correct its name in depends-on'},
  'two-clusters': {meaning: 'one transaction cannot hold in two clusters', action: 'give each cluster a job of its own'},
  'unsafe-folder': {
    meaning: 'others could put a socket of theirs into the folder',
    action: 'chmod it to 700, or name another place with --socket',
  },
};

const logs: Readonly<Record<string, ProblemMeaning>> = {
  'cannot-lock': {
    meaning: 'the folder of a job cannot be kept from other processes',
    action: 'name a shorter path, or a folder on another file system, with --state-dir',
  },
  'damaged-log': {
    meaning: 'a record in the middle of the log of a job was changed after it had been written',
    action: 'put back a copy of the folder, or start over with --fresh',
  },
  'job-is-running': {meaning: 'another process runs the job', action: 'stop it first, or give this job another name'},
  'log-and-group-differ': {
    meaning: 'the log of a job and the offsets of its group are from different histories',
    action: 'put back the log that belongs to it, or start over with --fresh',
  },
  'log-gap': {meaning: 'commits between two files of the log of a job are gone, and are not needed to go on', action: 'do nothing'},
  'log-made-anew': {meaning: 'a job without state goes on from the offsets of its group, since its log is gone', action: 'do nothing'},
  'missing-log': {
    meaning: 'a job that keeps state has run before, and its log is gone',
    action: 'put the folder of the job back, or start over with --fresh',
  },
  'newer-log': {meaning: 'a later version of weir has written the log', action: 'run that version'},
  'no-log': {meaning: 'a job has no log at this place', action: 'name its folder, or the job file and --state-dir'},
  'other-plan': {
    meaning: 'the log of a job was written by another version of its SQL',
    action: 'go back to that version, rename the job, or start over with --fresh',
  },
  'output-changed': {
    meaning: 'a file that a job has written is gone, or shorter than what its log counts on',
    action: 'put the file back, or start over with --fresh',
  },
  'undecided-commit': {
    meaning: 'a job died while it committed, and its group does not say any more whether that commit counts',
    action: 'look at what was written, and start over with --fresh',
  },
};

const bugs: Readonly<Record<string, ProblemMeaning>> = {
  'broken-invariant': {meaning: 'weir found itself in a state that must not be', action: 'report it, with the query'},
  unexpected: {meaning: 'weir failed in a way that nobody thought of', action: 'report it, with what -V shows'},
  'unexpected-error': {meaning: 'a job failed in a way that nobody thought of', action: 'report it, with the query'},
};

/** Of advice: what is right and may still not be what is wanted. */
const advice: Readonly<Record<string, ProblemMeaning>> = {
  'average-truncates': {meaning: 'AVG of whole numbers is a whole number, as in Flink', action: 'CAST the argument to DOUBLE or DECIMAL'},
  'float-key': {
    meaning: 'rows are grouped by a DOUBLE or a FLOAT, whose values are seldom exactly equal',
    action: 'CAST the key to DECIMAL, or ROUND it',
  },
  'growing-state': {
    meaning: 'what a query keeps grows as long as its input goes on',
    action: 'use windows, bound the times of a join, or let groups be forgotten, as the message says',
  },
  'integer-division': {meaning: 'whole numbers are divided, and the fraction is dropped', action: 'CAST one of them to DOUBLE or DECIMAL'},
  'limit-without-order': {meaning: 'LIMIT takes whichever rows come first', action: 'add ORDER BY, if it matters which ones'},
  'not-in-null': {
    meaning: 'NOT IN is never true once the query behind it gives a NULL',
    action: 'write NOT EXISTS, or compare with columns that are NOT NULL',
  },
  'sum-wraps': {meaning: 'SUM of a small integer type is of the same type, and wraps around', action: 'CAST the argument to BIGINT'},
  'text-as-time': {
    meaning: 'a text is compared with a time, and counts as NULL where it cannot be read as one',
    action: 'write CAST or TRY_CAST around the text',
  },
  'unused-option': {meaning: 'an option of a table does nothing in this script', action: 'remove it, or use the table as it is meant for'},
  'unused-setting': {meaning: 'a SET does nothing in this script', action: 'remove it'},
};

export const problemCodes: ReadonlyMap<string, ProblemMeaning> = new Map(
  [usage, jobFiles, syntax, names, planning, advice, data, environment, running, logs, kafka, bugs].flatMap(group => Object.entries(group)),
);
