import { json, type Operation } from '../operation.ts';

const SOURCE = { types: ['text/x-python'], words: ['a file of the library', '库文件'] } as const;
const BYTECODE = { types: ['application/octet-stream'], words: ['bytecode', '字节码'] } as const;
const PAGE = { types: ['text/plain'], words: ['how to install it', '安装方法'] } as const;
const MANIFEST = json(['a manifest as mip reads it', 'mip 所用的清单']);

/** What boards and programs fetch: the library, and this document. */
export const fileOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/mip/kiteline',
    tag: 'library',
    summary: ['How boards install the library', '板子如何安装库'],
    answer: PAGE,
  },
  {
    method: 'get',
    path: '/mip/kiteline/',
    tag: 'library',
    summary: ['The same', '同上'],
    answer: PAGE,
  },
  {
    method: 'get',
    path: '/mip/kiteline/package.json',
    tag: 'library',
    summary: ['The package for mip', 'mip 软件包'],
    answer: MANIFEST,
    problems: [404],
  },
  {
    method: 'get',
    path: '/mip/kiteline/{file}',
    tag: 'library',
    summary: ['A file of it', '其中一个文件'],
    answer: SOURCE,
    problems: [404],
  },
  {
    method: 'get',
    path: '/mip/package/{format}/kiteline/{version}',
    tag: 'library',
    summary: [
      'The same package by an index, as bytecode where the board can read it',
      '通过索引安装的同一软件包，可用时为字节码',
    ],
    answer: MANIFEST,
    problems: [404],
  },
  {
    method: 'get',
    path: '/mip/6/kiteline/{file}',
    tag: 'library',
    summary: ['A file of it as bytecode', '其字节码文件'],
    answer: BYTECODE,
    problems: [404],
  },
  {
    method: 'get',
    path: '/api',
    tag: 'hub',
    summary: ['This document, to read', '本文档的网页'],
    answer: { types: ['text/html'], words: ['a page', '网页'] },
  },
  {
    method: 'get',
    path: '/api/v1/openapi.json',
    tag: 'hub',
    summary: ['This document, for programs', '供程序使用的本文档'],
    answer: json(['OpenAPI 3.1', 'OpenAPI 3.1']),
  },
];
