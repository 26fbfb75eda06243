import {code, heading, paragraph, type Section, terms} from './page.ts';

/** How weir is run as a service, and what whoever does it has to know. The files lie in fixtures/deploy. */
export const deploymentSections: readonly Section[] = [
  {
    title: 'Deployment',
    blocks: [
      paragraph(
        'weir run is one process that stays in the foreground, with a child for each process of each job. It needs Node.js 20.19 or later, a folder that lasts, and, for Kafka tables, the native client (weir setup kafka, once a machine). weir doctor says what is missing.',
      ),
      terms([
        {
          term: 'State',
          text: '--state-dir, else $XDG_STATE_HOME/weir/PROJECT, else ~/.local/state/weir/PROJECT; below it a folder a job, in it a folder a process. One weir run holds it at a time',
        },
        {
          term: 'Socket',
          text: '--socket, else $XDG_RUNTIME_DIR/weir/PROJECT.sock, else $XDG_STATE_HOME/weir/.run/PROJECT.sock. Its folder must be writable by its owner alone; weir ps, stop and the others run as the same user',
        },
        {
          term: 'Messages',
          text: 'on standard error; rows of jobs that print, on standard output. With -d both go to files in .log below the state directory of the project',
        },
        {
          term: 'SIGTERM, SIGINT',
          text: 'end all jobs after their last commit, with exit code 0; the second one ends them at once (143, 130)',
        },
        {
          term: 'Exit codes',
          text: '0 all jobs are done or were stopped; 1 one has failed for good; 2 and 3 the command line, SQL or the job file is wrong: no use in trying again; 5 the machine lacks something; 6 too many records were rejected',
        },
      ]),
    ],
  },
  {
    title: 'Services',
    blocks: [
      heading('systemd'),
      paragraph(
        "fixtures/deploy/systemd/weir@.service runs /etc/weir/NAME.yaml as weir@NAME, as a user of its own. KillMode=mixed lets weir end its jobs itself. TimeoutStopSec must leave time for one batch and its commit; a job that is killed when it is over goes on at its last commit. OOMPolicy=continue, because a process that the system ends for its memory is one job's, which weir starts again. RestartPreventExitStatus=2 3. MemoryDenyWriteExecute and LimitAS do not go with a program that compiles code and reserves a gigabyte of addresses a process.",
      ),
      code('sudo systemctl enable --now weir@shop\nsudo -u weir XDG_RUNTIME_DIR=/run XDG_STATE_HOME=/var/lib weir ps'),
      heading('Containers'),
      paragraph(
        'fixtures/deploy/container/Containerfile builds weir with its Kafka client and runs it as the user 10001 with /state as its folder. The time to stop should be as above: podman run --stop-timeout 90. It needs no init process beside it.',
      ),
      heading('Kubernetes'),
      paragraph(
        'fixtures/deploy/kubernetes/weir.yaml is a stateful set of one replica with a volume: a second pod never runs beside the first with the same state. More than one replica does not share the work: parallelism in the job file does. Probes ask weir wait, which needs no port; with --http they may ask /live and /ready. A pod that is gone with its volume is a job that starts over; a volume that comes back is one that goes on.',
      ),
      heading('CI'),
      paragraph(
        'fixtures/deploy/ci has steps for GitHub Actions and GitLab: check with --strict, rows that should not be with --expect empty, a run with --until-idle, --max-errors and --timeout-fails.',
      ),
      paragraph(
        'The unit is verified by systemd-analyze, and the lines of the CI steps run in the tests. The container file and the Kubernetes manifest are checked for what they say about weir, but have not run on a cluster in the tests.',
      ),
    ],
  },
  {
    title: 'Sizing',
    blocks: [
      terms([
        {
          term: 'Processor',
          text: 'a process of a job uses one core and a little of a second (garbage collection, the Kafka client). parallelism: N shares the partitions of a topic out among N processes',
        },
        {
          term: 'Memory',
          text: '70 to 80 MB a process that groups by a hundred thousand keys; weir explain says what each operator keeps and what that grows with, weir ps how much it is. limits: {memory: 400MB} ends a job with the name of what has grown before the system ends another one. Each process reserves 1 GB of addresses, which is no memory',
        },
        {
          term: 'Disk',
          text: 'the changes of each commit, and a full image of the state now and then; older files of the log go when a later image counts, so for a moment there are two images. A commit waits for the disk to sync: a disk of slow syncs bounds how often commits can be',
        },
        {
          term: 'Kafka',
          text: 'a transaction that a crash has left open keeps readers of committed output waiting for ten seconds at the most. Topics must keep what was not committed for as long as a job may be down. Offsets of a group that commits nothing for seven days are dropped by the broker: an idle job commits once a day, and the log is the truth',
        },
      ]),
    ],
  },
  {
    title: 'Upgrading',
    blocks: [
      paragraph(
        'Stop, install, start: the next version goes on from the log. A log says which form it has; an older weir refuses one that a later one has written (newer-log). A query whose state would be another one is refused (other-plan): go back, rename the job, or start over with --fresh. weir check of the new version over the old files tells most of it before anything is stopped.',
      ),
      code('weir check --strict shop.yaml && weir stop --all && npm install --global ./weir-0.2.0.tgz && weir run shop.yaml'),
    ],
  },
  {
    title: 'Backups',
    blocks: [
      paragraph(
        'Copy the state directory while its jobs are stopped, or take a snapshot of the file system that is of one moment. weir doctor FOLDER and weir state ls FOLDER verify every checksum of a copy. A log goes with its outputs: with exactly-once, a copy that is older than its output files cuts them to the lengths that it knows, and one that is older than the last Kafka transaction of its job is refused, since what came after it counts already.',
      ),
      code('weir stop --all && tar -C /var/lib/weir -czf shop.tgz shop && weir run -d shop.yaml'),
    ],
  },
  {
    title: 'Security',
    blocks: [
      paragraph(
        'Whoever can write a job file or the state directory can do what its user can: read and write files, and connect. Run jobs as a user of their own. Nothing listens on a network unless --http asks for it, which then serves health and numbers, changes nothing, tells no texts and no secrets, and is on loopback unless another address is named; the socket is open to its owner alone. Logs hold data: they are made for their owner alone.',
      ),
      paragraph(
        'Passwords come from files or from the environment, as secrets of the job file (weir help job-file), and are printed nowhere. A password in SQL, or behind -X, can be read by whoever can read the file or list processes.',
      ),
      paragraph('With authorization in Kafka, the principal of a job needs, with PROJECT and JOB as in weir ps:'),
      terms([
        {term: 'Topics read', text: 'Read, Describe'},
        {
          term: 'Topics written',
          text: 'Write, Describe; Read, too, where an exactly-once job reads files alone, because its epochs are kept as offsets of such a topic',
        },
        {term: 'Group PROJECT-JOB', text: "Read, Describe; another name by 'properties.group.id'"},
        {
          term: 'Transactional id weir-PROJECT-JOB-… (prefixed)',
          text: "with exactly-once: Write, Describe; the id is weir-PROJECT-JOB-IofN for process I of N, and 'sink.transactional-id-prefix' changes how it begins",
        },
      ]),
      code(
        'kafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal User:shop \\\n  --operation Write --operation Describe --transactional-id weir-shop- --resource-pattern-type prefixed\nkafka-acls.sh --bootstrap-server kafka:9092 --add --allow-principal User:shop \\\n  --operation Read --operation Describe --group shop- --resource-pattern-type prefixed',
      ),
    ],
  },
];
