"""How the quality page looks: one style sheet, light and dark, wide and narrow, on screen and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2128; --dim: #5f6773; --line: #d8dde3; --paper: #fff; --card: #f6f7f9;
  --trend: #3b6ea5; --fine: #1f7a44; --warning: #96610a; --error: #b3261e; --late: #6b4aa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #9aa4b1; --line: #363d47; --paper: #14181d;
  --card: #1c2128; --trend: #7fb0e6; --fine: #6cc48d; --warning: #e0ac5a; --error: #f2857d; --late: #b79cf0; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 72rem; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 1.75rem 0 0; }
section > header h2 { margin: 0; }
p { margin: .25rem 0; } .dim, caption, th { color: var(--dim); } a { color: var(--trend); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem;
  min-width: 8.5rem; } .tiles b { display: block; font-size: 1.5rem; line-height: 1.2; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.25rem; }
section > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
caption { text-align: left; padding: .25rem 0; } th { font-weight: 600; text-align: left; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tbody th { color: var(--ink); font-weight: 400; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; } td.w { overflow-wrap: anywhere; }
.state { font-weight: 600; white-space: nowrap; } .error { color: var(--error); } .warning { color: var(--warning); }
.late { color: var(--late); } .fine { color: var(--fine); }
.notes { margin: .5rem 0; padding-left: 1.2rem; } details { margin: .5rem 0; } summary { cursor: pointer; }
.spark { display: block; } .spark polyline { fill: none; stroke: var(--trend); stroke-width: 1.6;
  stroke-linejoin: round; stroke-linecap: round; } .spark circle { fill: var(--trend); }
.spark.out circle { fill: var(--error); } tr.out td, tr.out th { font-weight: 600; }
@media print { details:not([open]) { display: none; } section { break-inside: avoid; } }
"""
