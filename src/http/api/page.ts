import { createHash } from 'node:crypto';
import type { Language } from '../../language.ts';
import { curlOf } from './curl.ts';
import type { ApiDocument, ApiOperation, ApiParameter, Content } from './document.ts';
import { inHtml } from './in-html.ts';
import { STYLE } from './page-style.ts';
import { schemaHtml, typeHtml } from './schema-html.ts';

const hash = createHash('sha256').update(STYLE).digest('base64');

/** Nothing but what stands in the page itself: no script, and nothing of anybody else's. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface PageWords {
  lang: string;
  back: string;
  machine: string;
  contents: string;
  schemas: string;
  body: string;
  answers: string;
  required: string;
  roles: Record<ApiOperation['x-role'], string>;
}

interface Page {
  document: ApiDocument;
  words: PageWords;
  base: string;
}

const WORDS: Record<Language, PageWords> = {
  en: {
    lang: 'en',
    back: 'To the boards',
    machine: 'For programs: OpenAPI 3.1',
    contents: 'What there is',
    schemas: 'What is sent and answered',
    body: 'Body',
    answers: 'Answers',
    required: 'required',
    roles: { anyone: 'anybody', viewer: 'viewers', operator: 'operators' },
  },
  zh: {
    lang: 'zh-CN',
    back: '返回板子列表',
    machine: '供程序使用：OpenAPI 3.1',
    contents: '目录',
    schemas: '数据结构',
    body: '请求内容',
    answers: '应答',
    required: '必填',
    roles: { anyone: '任何人', viewer: '观察者', operator: '操作员' },
  },
};

/** The document as a page to read. @param base how the reader calls the hub, for the lines that he copies */
export function apiPage(document: ApiDocument, language: Language, base: string): string {
  const words = WORDS[language];
  const { info, tags, components } = document;
  const sections = tags.map(({ name, description }) => section(name, description, { document, words, base }));
  const links = tags.map(({ name, description }) => `<li><a href="#${name}">${inHtml(description)}</a>`);
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaHtml(name, schema));
  return `<!doctype html>
<html lang="${words.lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${inHtml(info.title)} API</title>
<style>${STYLE}</style>
<main>
<header>
<h1>${inHtml(info.title)} API <small>${inHtml(info.version)}</small></h1>
<p>${inHtml(info.description)}</p>
<p><a href="/">${words.back}</a> · <a href="/api/v1/openapi.json">${words.machine}</a></p>
</header>
<nav aria-label="${words.contents}"><ul>${links.join('')}<li><a href="#schemas">${words.schemas}</a></ul></nav>
${sections.join('')}
<section id="schemas"><h2>${words.schemas}</h2>
${schemas.join('')}
</section>
</main>
</html>
`;
}

function section(tag: string, title: string, page: Page): string {
  const all = Object.entries(page.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => operationHtml(method, path, operation, page)),
  );
  return `<section id="${tag}"><h2>${inHtml(title)}</h2>\n${all.join('')}</section>\n`;
}

function operationHtml(
  method: string,
  path: string,
  operation: ApiOperation,
  { document, words, base }: Page,
): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const asked = parameters.filter((one) => one.in === 'query').map((one) => parameterHtml(one, words));
  const answers = Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(
      ([status, { description: text, content }]) =>
        `<dt>${status}<dd>${inHtml(text)}${content ? ` ${contentHtml(content)}` : ''}`,
    );
  const refusals = Object.keys(responses).filter((status) => Number(status) >= 400);
  return `<details id="${operation.operationId}"><summary><b class="${method}">${method.toUpperCase()}</b> <code>${inHtml(path)}</code> <span>${inHtml(summary)}</span> <i>${words.roles[operation['x-role']]}</i></summary>
${description === undefined ? '' : `<p>${inHtml(description)}</p>`}
${asked.length === 0 ? '' : `<dl>${asked.join('')}</dl>`}
${requestBody ? `<h3>${words.body}</h3><p>${contentHtml(requestBody.content)}</p>` : ''}
<pre>${inHtml(curlOf(method, path, operation, document, base))}</pre>
<h3>${words.answers}</h3>
<dl>${answers.join('')}</dl>
<p>${refusals.join(', ')}: <a href="#schema-Problem">Problem</a></p>
</details>
`;
}

function parameterHtml({ name, required, description, schema }: ApiParameter, words: PageWords): string {
  const notes = [typeHtml(schema), required ? words.required : '', inHtml(description ?? '')];
  return `<dt><code>${inHtml(name)}</code><dd>${notes.filter(Boolean).join(', ')}`;
}

const contentHtml = (content: Content): string =>
  Object.entries(content)
    .map(([type, { schema }]) => `<code>${inHtml(type)}</code>${schema ? ` ${typeHtml(schema)}` : ''}`)
    .join(', ');
