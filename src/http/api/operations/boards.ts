import { MAX_COMMAND } from '../../commands.ts';
import { MAX_SETPOINT } from '../../controls.ts';
import { MAX_PROGRAM } from '../../programs.ts';
import type { Operation } from '../operation.ts';
import { BoardPage, Boards, Control, Dials } from '../schemas/boards.ts';
import { Accepted, NewCommand, NewProgram, Outcome, Setpoint } from '../schemas/commands.ts';
import { BoardHealth } from '../schemas/doctor.ts';
import { Run, Scene } from '../schemas/scenes.ts';

const COMMAND = '/api/v1/commands/{id}';
const CONTROL = '/api/v1/boards/{name}/controls/{control}';

/** Boards, and what they are told to do. */
export const boardOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/boards',
    tag: 'boards',
    summary: [
      'Every board that has sent something since the hub was started',
      '中枢启动以来发送过数据的所有板子',
    ],
    answer: Boards,
  },
  {
    method: 'get',
    path: '/api/v1/boards/{name}',
    tag: 'boards',
    summary: [
      'One board: what is known of it, its newest values, its series',
      '一块板子：状态、最新值和数据序列',
    ],
    answer: BoardPage,
    problems: [404],
  },
  {
    method: 'get',
    path: '/api/v1/dials',
    tag: 'boards',
    summary: ['The boards that the hub dials', '由中枢主动连接的板子'],
    answer: Dials,
  },
  {
    method: 'post',
    path: '/api/v1/boards/{name}/commands',
    tag: 'commands',
    summary: ['Has a board run a command', '让板子执行命令'],
    more: [
      'Answered with what became of it; whoever leaves has given it up. With "Prefer: respond-async" it is accepted at once (202) and looked up at its Location.',
      '以结果应答，请求方断开即视为放弃。带“Prefer: respond-async”时立即接受（202），之后可在 Location 处查询。',
    ],
    body: NewCommand,
    most: MAX_COMMAND,
    answer: Outcome,
    also: { status: 202, answer: Accepted },
    problems: [400, 404, 413, 415, 503],
  },
  {
    method: 'get',
    path: COMMAND,
    tag: 'commands',
    summary: ['What became of a command that was accepted', '查询已接受命令的结果'],
    answer: Accepted,
    problems: [404],
  },
  {
    method: 'delete',
    path: COMMAND,
    tag: 'commands',
    summary: ['Gives it up: it does not run if it has not begun', '放弃该命令：尚未开始则不再执行'],
    answer: Accepted,
    problems: [404],
  },
  {
    method: 'put',
    path: CONTROL,
    tag: 'controls',
    summary: [
      'Takes a control, or goes on, and sets what the board is to do',
      '取得或延续控制，并设定板子的动作',
    ],
    body: Setpoint,
    most: MAX_SETPOINT,
    answer: Control,
    problems: [400, 403, 404, 409, 413, 415, 503],
  },
  {
    method: 'delete',
    path: CONTROL,
    tag: 'controls',
    summary: ['Gives a control back: the board stops at once', '释放控制：板子立即停止'],
    query: [
      { name: 'holder', words: ['whose it is', '持有者'], example: 'ann' },
      { name: 'takeover', words: ['take it from whoever has it', '强制收回'], example: '1' },
    ],
    answer: Control,
    problems: [400, 403, 404, 409, 503],
  },
  {
    method: 'put',
    path: '/api/v1/boards/{name}/program',
    tag: 'boards',
    summary: ['Gives a board a new program over the air', '通过网络为板子更新程序'],
    body: NewProgram,
    most: MAX_PROGRAM,
    answer: {
      types: ['application/x-ndjson'],
      words: ['a line of JSON for each step; the last is the outcome', '每一步一行 JSON；最后一行是结果'],
    },
    problems: [400, 403, 404, 409, 413],
  },
  {
    method: 'post',
    path: '/api/v1/boards/{name}/doctor',
    tag: 'boards',
    summary: ['Has a board look at itself', '让板子自检'],
    answer: BoardHealth,
    problems: [404, 503],
  },
  {
    method: 'get',
    path: '/api/v1/boards/{name}/scene',
    tag: 'maps',
    summary: ['The map that an app draws of a board', '应用为板子绘制的地图'],
    answer: Scene,
    problems: [404],
  },
  {
    method: 'get',
    path: '/api/v1/boards/{name}/scene/run',
    tag: 'maps',
    summary: ['The run that is under way, or the last one', '进行中的或最近一次行驶'],
    answer: Run,
    problems: [404],
  },
];
