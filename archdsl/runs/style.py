"""The style sheet of a report, for light and dark screens."""

from typing import Final

STYLE: Final = """\
:root {
  color-scheme: light dark;
  --ink: #1f2328; --faint: #59636e; --ground: #ffffff; --panel: #f6f8fa; --rule: #d1d9e0;
  --plain: #8b949e; --best: #d97706; --front: #2563eb; --failed: #dc2626;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --faint: #9198a1; --ground: #0d1117; --panel: #161b22; --rule: #30363d;
    --plain: #7d8590; --best: #f59e0b; --front: #60a5fa; --failed: #f87171;
  }
}
body {
  margin: 0 auto; padding: 24px 28px 60px; max-width: 1180px; color: var(--ink); background: var(--ground);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 26px; }
h2 { margin: 38px 0 10px; font-size: 18px; }
header p, p { color: var(--faint); margin: 4px 0; }
a { color: var(--front); }
.facts { display: flex; flex-wrap: wrap; gap: 10px; margin: 18px 0 0; }
.facts div { padding: 8px 16px; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; }
.facts dt { color: var(--faint); font-size: 12px; }
.facts dd { margin: 0; font-size: 19px; font-weight: 600; }
details { margin: 8px 0; }
details > summary { cursor: pointer; }
.architecture { padding: 10px 14px; border: 1px solid var(--rule); border-radius: 8px; }
.drawing { overflow-x: auto; margin: 8px 0; }
.drawing svg { display: block; max-width: 100%; height: auto; }
pre {
  overflow-x: auto; padding: 12px; background: var(--panel); border: 1px solid var(--rule); border-radius: 8px;
  font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace;
}
code { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; text-align: left; vertical-align: top; }
thead th { color: var(--faint); font-weight: 500; border-bottom: 1px solid var(--rule); }
tbody tr { border-bottom: 1px solid var(--rule); }
tr.best td { color: var(--best); font-weight: 600; }
tr.failed td { color: var(--failed); }
tr:target { background: var(--panel); }
.wide details { margin: 0; }
.decisions { font-size: 12px; color: var(--ink); font-weight: 400; }
.decisions th { font-weight: 400; color: var(--faint); }
.decisions tr { border: 0; }
.decisions .differs td { font-weight: 600; color: var(--front); }
.lineage ul { margin: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(460px, 100%), 1fr)); column-gap: 28px; }
.chart { display: block; width: 100%; max-width: 860px; height: auto; }
.chart text { font-size: 11px; fill: var(--faint); }
.chart .label { font-size: 12px; fill: var(--ink); }
.chart .grid { stroke: var(--rule); stroke-width: 0.7; }
.chart .axis { stroke: var(--faint); }
.chart .line { fill: none; stroke-width: 1.8; }
.chart .mark { stroke: var(--ground); stroke-width: 1; }
.chart .mark.plain { fill: var(--plain); }
.chart .mark.best { fill: var(--best); }
.chart .mark.front { fill: var(--front); }
.chart .mark.failed { fill: none; stroke: var(--failed); stroke-width: 1.8; }
.chart .line.best { stroke: var(--best); }
.chart .line.front { stroke: var(--front); }
"""
