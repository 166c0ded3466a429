/** Light and dark as the reader has it, in the colours of the hub's page. */
export const STYLE = `
:root { color-scheme: light dark; --text: #14202b; --soft: #51606e; --back: #f5f7f9; --card: #fff; --line: #c3ccd4; --accent: #0b6e4f; --wrong: #b3261e }
@media (prefers-color-scheme: dark) { :root { --text: #e8edf2; --soft: #a5b3c0; --back: #11171d; --card: #1a232c; --line: #3b4854; --accent: #5fd0a5; --wrong: #ffb4ab } }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back) }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 small { font-size: 1rem; font-weight: 400; color: var(--soft) }
h2 { margin-top: 2rem }
h3 { margin: .75rem 0 .25rem; font-size: 1rem }
a { color: var(--accent) }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem 1rem; padding: 0; list-style: none }
details, .schema { margin: .5rem 0; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card) }
summary { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; min-height: 1.75rem; cursor: pointer }
summary b { min-width: 4rem; color: var(--accent) }
summary b.delete { color: var(--wrong) }
summary code { font-weight: 600; overflow-wrap: anywhere }
summary i { margin-left: auto; font-style: normal; color: var(--soft) }
.schema h3 { margin-top: 0 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .5rem .75rem; border-radius: .4rem; background: var(--back) }
dl { display: grid; grid-template-columns: minmax(4rem, max-content) 1fr; gap: .15rem .75rem; margin: .25rem 0 }
dd { margin: 0; overflow-wrap: anywhere }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
:target { border-color: var(--accent) }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { padding-left: 1rem } summary i { margin-left: 0 } }
`;
