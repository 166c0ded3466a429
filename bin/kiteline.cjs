#!/usr/bin/env node
'use strict';
// Old syntax throughout (ES5): this file must run on any Node, to say which one the rest needs.
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

function needs(found) {
  var parts = isChinese(process.env)
    ? ['Kiteline 需要 Node.js ', ' 或更新版本，本机为 ', '。下载：https://nodejs.org/']
    : ['Kiteline needs Node.js ', ' or later; this is ', '. Get it at https://nodejs.org/'];
  return parts[0] + NEEDED.join('.') + parts[1] + found + parts[2];
}

if (isOldNode(process.versions.node)) {
  console.error(needs(process.versions.node));
  process.exitCode = 1;
} else {
  require('../dist/cli.js');
}
