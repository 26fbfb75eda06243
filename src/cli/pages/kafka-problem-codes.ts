import type {ProblemMeaning} from './problem-codes.ts';

/** Of tables of Kafka. */
export const kafka: Readonly<Record<string, ProblemMeaning>> = {
  'bad-target': {meaning: "FROM 'kafka://…' names no topic", action: "write FROM 'kafka://localhost:9092/orders?format=json'"},
  fenced: {
    meaning: 'another process commits in the name of this one, which must not do so any more',
    action: 'let one process run the job; after a restart there is nothing to do',
  },
  'group-in-use': {
    meaning: 'programs read as members of the group in which a job keeps its offsets, and could commit other ones',
    action: "stop them, or give the table another 'properties.group.id'",
  },
  'kafka-denied': {
    meaning: 'the cluster does not let this user do what the table needs',
    action: 'give the user the right to it: kafka-acls.sh',
  },
  'kafka-failed': {
    meaning: 'the cluster answered with an error that does not pass by itself',
    action: 'look at the detail, and at the logs of the broker',
  },
  'kafka-refused': {
    meaning: 'a broker answers, and does not take the connection',
    action: "check 'properties.security.protocol', 'properties.sasl.…' and 'properties.ssl.…'",
  },
  'kafka-trouble': {
    meaning: 'brokers cannot be reached for now; it goes on by itself when they can be',
    action: 'see that the cluster runs',
  },
  'kafka-unreachable': {
    meaning: 'no broker of the list answers',
    action: "check that one runs, and 'properties.bootstrap.servers'",
  },
  'message-too-large': {
    meaning: 'a row is larger as a message than the topic takes',
    action: "raise 'properties.max.request.size', and max.message.bytes of the topic",
  },
  'no-group-offset': {
    meaning: 'a table begins where its group has come to, and the group was never there',
    action: "set 'scan.startup.mode', or 'properties.auto.offset.reset'",
  },
  'no-topic': {meaning: 'the cluster has no such topic', action: 'create it, or correct its name'},
  'offset-gone': {
    meaning: 'messages at which reading was to go on have been deleted',
    action: 'start over with --fresh, and let the topic keep its messages for longer',
  },
  'incompatible-schema': {
    meaning: 'the schema registry finds that the schema of a table does not fit what is registered under its subject',
    action: "change the table's columns or its schema, or give another subject",
  },
  'no-schema': {
    meaning: 'the schema of a table is not registered, and the table says that it must be',
    action: "register it, or leave out 'auto.register.schemas' = 'false'",
  },
  'partition-gone': {meaning: 'a topic has fewer partitions than the job has read', action: 'start over with --fresh'},
  'registry-refused': {
    meaning: 'the schema registry answers, and does not let us in',
    action: "check 'basic-auth.user-info' or 'bearer-auth.token' of the format",
  },
  'registry-trouble': {meaning: 'the schema registry cannot be reached for now; it is asked again', action: 'see that it runs'},
  'registry-unreachable': {
    meaning: 'no schema registry answers at the address',
    action: "check that it runs, and option 'url' of the format",
  },
  'schema-refused': {
    meaning: 'the schema registry does not take the schema of a table',
    action: 'look at the detail, and change the schema',
  },
};
