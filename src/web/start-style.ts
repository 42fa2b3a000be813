/** The style of the start page; its hash stands in the content security policy, so nothing else may style the page. */
export const startStyle = `
:root { color-scheme: light dark; --ink: #1c2730; --soft: #51606b; --paper: #f5f7f8; --card: #fff; --line: #d5dde2; --accent: #00597a;
  --draft-ink: #5c3b00; --draft-paper: #fff3d6; --draft-line: #c98a12; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf1; --soft: #a5b4be; --paper: #12191e; --card: #1a242b; --line: #33424c; --accent: #7cc7e8;
    --draft-ink: #ffdf9e; --draft-paper: #3a2b0c; --draft-line: #c98a12; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
.lead { color: var(--soft); margin: .4rem 0 1.5rem; max-width: 44rem; }
.draft { border-left: .35rem solid var(--draft-line); background: var(--draft-paper); color: var(--draft-ink); padding: .8rem 1rem;
  border-radius: .4rem; margin: 0 0 1.5rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.25rem; min-width: 0; }
section.wide { grid-column: 1 / -1; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: .92em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
ul { margin: 0; padding-left: 1.1rem; }
li + li { margin-top: .45rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
tr:last-child > * { border-bottom: 0; }
td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
.status { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; font-size: .85rem; }
.status.draft-status { color: var(--draft-ink); background: var(--draft-paper); border-color: var(--draft-line); }
.soft { color: var(--soft); }
`;
