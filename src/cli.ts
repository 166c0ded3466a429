#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAccess } from './commands/access.ts';
import { addAlerts } from './commands/alerts.ts';
import { addBoard } from './commands/board.ts';
import { addBoards } from './commands/boards.ts';
import { addCommand } from './commands/command.ts';
import { addControl } from './commands/control.ts';
import { addDemo } from './commands/demo.ts';
import { addDev } from './commands/dev.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addLab } from './commands/lab.ts';
import { addListen } from './commands/listen.ts';
import { addLogs } from './commands/logs.ts';
import { addPlan } from './commands/plan.ts';
import { addPush } from './commands/push.ts';
import { addRepl } from './commands/repl.ts';
import { addRun } from './commands/run.ts';
import { addSend } from './commands/send.ts';
import { addSetup } from './commands/setup.ts';
import { addStore } from './commands/store.ts';
import { addUp } from './commands/up.ts';
import { localize, usageSentence } from './commands/usage.ts';
import { addWatch } from './commands/watch.ts';
import { KitelineError, systemCode } from './errors.ts';
import { say } from './language.ts';

const OK = 0;
const FAILED = 1; // an expected failure, told in a sentence on stderr
const MISUSED = 2; // the command line itself cannot be understood

/** Only what `--help` needs is loaded here: each command imports its implementation when it runs. */
function commandLine(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const program = localize(new Command('kiteline'))
    .description(
      say(
        'One line between an ESP32 and your server: plain sockets, a hub, virtual boards.',
        'ESP32 与服务器之间的一条线：普通套接字、中枢（hub）、虚拟板。',
      ),
    )
    .enablePositionalOptions() // what stands behind a command is its own: kiteline boards has options, and so has boards add
    .version(version, '-V, --version', say('print the version', '显示版本号'))
    .addHelpText(
      'after',
      `
${say('Examples:', '示例：')}
  kiteline demo                                ${say('see it work, no hardware needed', '看它运行，不需要硬件')}
  kiteline listen udp                          ${say('show what boards send to port 9000', '显示开发板发到 9000 端口的内容')}
  kiteline send tcp 192.168.1.23:9000 hello    ${say('send a text to a board, print its answer', '向开发板发送文本并显示回答')}
  kiteline board run main.py                   ${say('run a program on a virtual ESP32', '在虚拟 ESP32 上运行程序')}
  kiteline up                                  ${say('start the hub', '启动中枢')}
  kiteline setup                               ${say('from a board at the USB to its first sample', '从 USB 上的板子到第一个采样')}
  kiteline command greenhouse led on=true      ${say('have a board do something', '让板子执行命令')}
  kiteline history 192.168.1.23 temp           ${say('what it has sent: a chart in the terminal', '它发来过什么：终端里的图表')}
  kiteline doctor                              ${say('what is wrong, and what to do', '哪里有问题，怎么办')}`,
    );
  for (const add of [
    addDemo,
    addListen,
    addSend,
    addBoard,
    addUp,
    addWatch,
    addBoards,
    addCommand,
    addControl,
    addHistory,
    addExport,
    addImport,
    addStore,
    addAlerts,
    addAccess,
    addSetup,
    addPush,
    addRun,
    addRepl,
    addDev,
    addLogs,
    addDoctor,
    addPlan,
    addLab,
  ])
    add(program);
  return program;
}

/** Runs one command line; gives the exit code back when everything that it printed may be considered final. */
async function main(argv: string[]): Promise<number> {
  const program = commandLine();
  let current = program;
  const follow = (command: Command): void => {
    command.hook('preSubcommand', (_, sub) => {
      current = sub;
    });
    for (const sub of command.commands) follow(sub);
  };
  follow(program);
  try {
    const [first, topic] = argv.slice(2);
    const isUnknown = topic !== undefined && !program.commands.some((command) => command.name() === topic);
    // For a command that does not exist commander's `help` would show everything, and not say why.
    await program.parseAsync(first === 'help' && isUnknown ? argv.toSpliced(2, 1) : argv);
    return Number(process.exitCode ?? OK);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version that were asked for end here as well, with exit code 0.
      if (error.exitCode === 0) return OK;
      const sentence = usageSentence(error, current);
      if (sentence) process.stderr.write(`${sentence}\n`);
      return MISUSED;
    }
    if (error instanceof KitelineError) {
      process.stderr.write(`${error.message}\n`);
      return error.code === 'BAD_ARGUMENT' ? MISUSED : FAILED;
    }
    const report = error instanceof Error ? error.stack : String(error);
    process.stderr.write(
      `${say('A fault in Kiteline itself; please report it:', 'Kiteline 自身的故障，请报告：')}\n${report}\n`,
    );
    return FAILED;
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    // Whoever read us (`kiteline listen udp | head -1`) has gone: nobody is left to tell.
    if (systemCode(error) === 'EPIPE') process.exit(OK);
    // A full disk under a log file is no reason for a hub to end; whoever needs what is printed awaits print().
  });
}

// No top-level await: bin/kiteline.cjs loads this file with require(), which every Node can parse.
void main(process.argv).then((code) => {
  // Not process.exit() alone: on some systems a pipe takes what was written later.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
