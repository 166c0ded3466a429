import { FORMATS } from '../../export-rows.ts';
import { MAX_IMPORT } from '../../import.ts';
import { MAX_BODY } from '../../samples.ts';
import { type Operation, range } from '../operation.ts';
import { Check, History, Imported, StoreInfo, Taken } from '../schemas/history.ts';

/** Samples in; history and what happens now out. */
export const dataOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/samples',
    tag: 'samples',
    summary: ['Takes samples; answered when they are stored', '接收采样；存储之后才应答'],
    more: [
      'A JSON object, a SenML pack (RFC 8428), a form (temp=23.5&hum=40), or a message a line. Anybody may post; for a board that has a key it takes an operator.',
      'JSON 对象、SenML（RFC 8428）、表单（temp=23.5&hum=40），或每行一条消息。任何人均可发送；有密钥的板子须由操作员代发。',
    ],
    query: [
      {
        name: 'board',
        words: ["the board's name; its address unless told", '板子名称；默认为其地址'],
        example: 'greenhouse',
      },
    ],
    body: {
      types: [
        'application/json',
        'application/senml+json',
        'application/x-www-form-urlencoded',
        'text/plain',
      ],
      words: ['what it is shows in it; the media type may say anything', '按内容识别，媒体类型不限'],
      example: '{"temp":23.5}',
    },
    most: MAX_BODY,
    answer: Taken,
    problems: [400, 403, 413, 415, 503],
  },
  {
    method: 'get',
    path: '/api/v1/boards/{name}/history',
    tag: 'history',
    summary: ['One series in a range of time', '一个数据序列在某段时间内的历史'],
    query: [
      { name: 'metric', words: ['which series', '指标'], required: true, example: 'temp' },
      ...range,
      {
        name: 'points',
        words: ['at most so many: else buckets of equal length', '最多点数：更多时给出等长时间段'],
        schema: { type: 'integer', minimum: 1, maximum: 10_000, default: 500 },
        example: '500',
      },
      {
        name: 'shape',
        words: [
          'rows: an array of {t, v} (and min, max of a bucket, whose v is its mean) in place of all that, for tools as Grafana',
          'rows：只返回 {t, v} 数组（时间段另有 min、max，v 为平均值），供 Grafana 等工具使用',
        ],
        schema: { enum: ['rows'] },
        example: 'rows',
      },
    ],
    answer: History,
    problems: [400, 404, 503],
  },
  {
    method: 'get',
    path: '/api/v1/export',
    tag: 'history',
    summary: ['Every point, or every text', '导出全部数据点或文本'],
    query: [
      { name: 'board', words: ['this one alone', '只导出这块板子'], example: 'greenhouse' },
      { name: 'metric', words: ['of that board, this one alone', '只导出该板子的这个指标'], example: 'temp' },
      ...range,
      { name: 'format', words: ['csv unless told', '默认 csv'], schema: { enum: FORMATS }, example: 'jsonl' },
      { name: 'texts', words: ['texts in place of samples', '导出文本而不是采样'], example: '1' },
    ],
    answer: {
      types: ['text/csv', 'application/jsonl'],
      words: ['by board, metric and time', '按板子、指标、时间排列'],
    },
    problems: [400, 404, 503],
  },
  {
    method: 'post',
    path: '/api/v1/import',
    tag: 'history',
    summary: ['Brings back what an export wrote', '导入导出的内容'],
    more: [
      'Lines of JSON as the export has them. What is stored already is not stored again; nothing is taken where a line is wrong.',
      '与导出相同的 JSON 行。已有的不会重复存储；有一行错误则全部不接收。',
    ],
    body: {
      types: ['application/jsonl'],
      words: ['a point or a text a line', '每行一个数据点或文本'],
      example: '{"t":1785420000000,"board":"greenhouse","metric":"temp","v":23.5,"unit":"Cel"}',
    },
    most: MAX_IMPORT,
    answer: Imported,
    problems: [400, 413, 503],
  },
  {
    method: 'get',
    path: '/api/v1/live',
    tag: 'live',
    summary: ['What happens, as it happens', '实时事件'],
    more: [
      'Server-sent events. With "Upgrade: websocket" the same path is the feed of the page.',
      '以服务器推送事件（SSE）应答；带“Upgrade: websocket”时为网页所用的数据流。',
    ],
    query: [{ name: 'board', words: ['this one alone', '只看这块板子'], example: 'greenhouse' }],
    answer: {
      types: ['text/event-stream'],
      words: ['an event each, its data is JSON', '每个事件的 data 为 JSON'],
    },
    problems: [503],
  },
  {
    method: 'get',
    path: '/mqtt',
    tag: 'live',
    summary: ['MQTT over WebSocket, where the hub has a broker', 'MQTT over WebSocket（中枢开启代理时）'],
    more: [
      'Subprotocol mqtt. Name and password or token come with CONNECT ("kiteline up --mqtt").',
      '子协议为 mqtt。名称与密码或令牌在 CONNECT 中给出（“kiteline up --mqtt”）。',
    ],
    answer: { types: [], words: ['Switching Protocols', '切换协议'] },
    status: 101,
    problems: [404],
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'hub',
    summary: ['For Prometheus: how the hub and its boards are', '供 Prometheus 读取：中枢和板子的状态'],
    more: [
      'With a token, or from the machine of the hub without one.',
      '凭令牌访问；在中枢所在的机器上无需令牌。',
    ],
    answer: { types: ['text/plain'], words: ['the text format 0.0.4', '文本格式 0.0.4'] },
    problems: [401, 403, 421, 503],
  },
  {
    method: 'get',
    path: '/api/v1/store',
    tag: 'hub',
    summary: ['What is stored, and how much of it', '存储的内容和数量'],
    answer: StoreInfo,
    problems: [503],
  },
  {
    method: 'get',
    path: '/api/v1/store/check',
    tag: 'hub',
    summary: ['Reads everything that is stored and says what is damaged', '读取全部存储内容并报告损坏之处'],
    answer: Check,
    problems: [503],
  },
  {
    method: 'get',
    path: '/api/v1/store/backup',
    tag: 'hub',
    summary: ['Everything that is stored, as one file', '以单个文件备份全部存储内容'],
    answer: { types: ['application/vnd.sqlite3'], words: ['history.db', 'history.db'] },
    problems: [400, 503],
  },
];
