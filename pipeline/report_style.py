"""The style sheet of the HTML report: light, dark and print; no font or picture from outside."""

from __future__ import annotations

from typing import Final

CSS: Final = """
:root {
  --ink: #1a1f26; --soft: #566170; --paper: #ffffff; --panel: #f4f6f8; --line: #d5dbe2; --accent: #0b5cad;
  --mark: #ffe9a8; --yes: #9c2f1f; --yes-bg: #fbe4df; --part: #7a5600; --part-bg: #fdf0cf;
  --no: #39506b; --no-bg: #e6ecf4; --none: #566170; --none-bg: #eceff2;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ed; --soft: #9daab8; --paper: #14181d; --panel: #1d232b; --line: #343d48; --accent: #7db7f5;
    --mark: #5c4a12; --yes: #f3a99b; --yes-bg: #4a2019; --part: #f0cf7d; --part-bg: #43350f;
    --no: #b3c4d9; --no-bg: #222d3b; --none: #9daab8; --none-bg: #262d36;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 {
  font-size: 1.25rem; margin: 2.6rem 0 .8rem; padding-bottom: .3rem;
  border-bottom: 1px solid var(--line);
}
h3 { font-size: 1rem; margin: 0; }
p { margin: .5rem 0; }
a { color: var(--accent); }
.meta, .where { color: var(--soft); font-size: .875rem; }
.where { overflow-wrap: anywhere; }
code { font: .85em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.outcome {
  margin: 1.4rem 0; padding: 1rem 1.2rem;
  background: var(--panel); border-left: 5px solid var(--accent);
}
.outcome strong { display: block; font-size: 1.2rem; }
.feature { margin: 1rem 0; padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: 8px; }
.feature header { display: flex; gap: .8rem; align-items: flex-start; justify-content: space-between; }
.feature h3 { flex: 1; font-weight: 600; }
.id { color: var(--accent); margin-right: .4rem; }
blockquote {
  margin: .8rem 0 .2rem; padding: .5rem .9rem; background: var(--panel); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
mark { background: var(--mark); color: inherit; border-radius: 2px; padding: 0 .1em; }
.support {
  white-space: nowrap; font-size: .8125rem; font-weight: 600; padding: .15rem .55rem; border-radius: 1rem;
}
.disclosed { color: var(--yes); background: var(--yes-bg); }
.partly { color: var(--part); background: var(--part-bg); }
.not-disclosed { color: var(--no); background: var(--no-bg); }
.not-evaluated { color: var(--none); background: var(--none-bg); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .4rem .55rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--panel); }
td.value { overflow-wrap: anywhere; }
td { overflow-wrap: anywhere; }
th.row span { font-weight: 400; }
th small, td small { display: block; font-weight: 400; font-size: .75rem; overflow-wrap: anywhere; }
th { overflow-wrap: break-word; }
.short, th small.short, td small.short { overflow-wrap: normal; }
td.short { white-space: nowrap; }
q { quotes: none; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 1.4rem 0; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
svg.plot { max-width: 100%; height: auto; }
.plot-text, .plot-ink { fill: var(--ink); }
.plot-soft-text { fill: var(--soft); }
.plot-soft { stroke: var(--soft); }
.plot-critical { stroke: var(--accent); }
.plot-span { fill: var(--no-bg); stroke: var(--ink); }
.plot-yes { fill: var(--yes); stroke: var(--yes); }
.plot-part { fill: var(--part); }
.plot-part-bg { fill: var(--part-bg); }
.plot-hatched { stroke: var(--part); }
.plot-no { fill: var(--paper); stroke: var(--no); }
.plot-none { stroke: var(--none); }
td.cell { text-align: center; font-size: .8rem; font-weight: 600; }
th.undetermined { font-style: italic; }
ul.plain { padding-left: 1.2rem; }
ul.plain li { margin: .35rem 0; overflow-wrap: anywhere; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); }
@page { margin: 16mm; }
@page wide { size: landscape; }
@media print {
  :root {
    --ink: #000; --soft: #444; --paper: #fff; --panel: #f4f4f4; --line: #bbb; --accent: #0b5cad;
    --mark: #fff3c4; --yes: #9c2f1f; --yes-bg: #fbe4df; --part: #7a5600; --part-bg: #fdf0cf;
    --no: #39506b; --no-bg: #e6ecf4; --none: #566170; --none-bg: #eceff2; color-scheme: light;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .wide { page: wide; }
  .wide table { font-size: 8pt; }
  .wide small { font-size: 6.5pt; }
  .feature, tr, .outcome, figure { break-inside: avoid; }
  details > summary { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; }
}
"""
