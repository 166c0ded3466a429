import { createHash } from 'node:crypto';
import type { Context } from 'hono';

/**
 * All that a browser gets which is not signed in: both languages, nothing of the hub. The link's token stands behind a `#`, which
 * no browser sends and no log has; the script exchanges it for the cookie and takes it out of the address bar.
 */
export function signInPage(c: Context): Response {
  return c.html(PAGE, 200, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; connect-src 'self'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
  });
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const STYLE = `
:root { color-scheme: light dark; --text: #14202b; --back: #f5f7f9; --card: #fff; --line: #8795a3; --accent: #0b6e4f; --wrong: #b3261e }
@media (prefers-color-scheme: dark) { :root { --text: #e8edf2; --back: #11171d; --card: #1a232c; --line: #6b7a88; --accent: #5fd0a5; --wrong: #ffb4ab } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
main { width: min(22rem, calc(100vw - 3rem)); padding: 1.5rem; border-radius: 1rem; background: var(--card) }
h1 { margin: 0 0 .5rem; font-size: 1.4rem }
label { display: block; margin-top: 1rem; font-weight: 600 }
input, button { box-sizing: border-box; width: 100%; min-height: 2.75rem; margin-top: .35rem; padding: 0 .75rem; border: 1px solid var(--line); border-radius: .6rem; font: inherit; color: inherit; background: transparent }
button { margin-top: 1rem; border: 0; font-weight: 600; color: var(--card); background: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
#wrong { min-height: 1.5em; margin: .75rem 0 0; color: var(--wrong) }
`;

const SCRIPT = `
const zh = /^zh/i.test(localStorage.getItem('language') || navigator.language);
const texts = zh
  ? { lang: 'zh-CN', hello: '登录 Kiteline', how: '请扫描“kiteline up”打印的二维码，或把链接粘贴到这里：', token: '链接或令牌', go: '登录', failed: '中枢没有应答，请重试。' }
  : { lang: 'en', hello: 'Sign in to Kiteline', how: 'Scan the code that "kiteline up" prints, or paste its link here:', token: 'Link or token', go: 'Sign in', failed: 'The hub did not answer: try again.' };
document.documentElement.lang = texts.lang;
for (const id of ['hello', 'how', 'token', 'go']) document.getElementById(id).textContent = texts[id];
const wrong = document.getElementById('wrong');
async function enter(token) {
  wrong.textContent = '';
  try {
    const answer = await fetch('/api/v1/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': texts.lang }, body: JSON.stringify({ token }) });
    if (answer.ok) return location.replace(location.pathname);
    wrong.textContent = (await answer.json()).detail;
  } catch { wrong.textContent = texts.failed; }
}
const tokenIn = (text) => { const at = text.lastIndexOf('#t='); return (at < 0 ? text : text.slice(at + 3)).trim(); };
document.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); enter(tokenIn(document.getElementById('secret').value)); });
const arrive = () => { if (!location.hash.startsWith('#t=')) return; const token = tokenIn(location.hash); history.replaceState(null, '', location.pathname); enter(token); };
addEventListener('hashchange', arrive);
arrive();
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kiteline</title>
<style>${STYLE}</style>
<main>
<h1 id="hello"></h1>
<p id="how"></p>
<form>
<label for="secret" id="token"></label>
<input id="secret" type="password" autocomplete="current-password" required>
<button id="go"></button>
</form>
<p id="wrong" role="alert"></p>
</main>
<script>${SCRIPT}</script>
</html>
`;
