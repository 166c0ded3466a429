#!/usr/bin/env node
'use strict';
// Old syntax throughout: this file must run on any Node, to say which one the rest needs.
var NEEDED = [22, 18];

function isOldNode(version) {
  var parts = version.split('.');
  var major = Number(parts[0]);
  return major < NEEDED[0] || (major === NEEDED[0] && Number(parts[1]) < NEEDED[1]);
}

function isChinese(env) {
  var system = typeof Intl === 'object' ? new Intl.DateTimeFormat().resolvedOptions().locale : '';
  return /^zh/i.test(env.KITELINE_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || system);
}

var found = process.versions.node;
if (isOldNode(found)) {
  console.error(
    isChinese(process.env)
      ? 'Kiteline 需要 Node.js ' +
          NEEDED.join('.') +
          ' 或更新版本，本机为 ' +
          found +
          '。下载：https://nodejs.org/'
      : 'Kiteline needs Node.js ' +
          NEEDED.join('.') +
          ' or later; this is ' +
          found +
          '. Get it at https://nodejs.org/',
  );
  process.exitCode = 1;
} else {
  import('../dist/cli.js');
}
