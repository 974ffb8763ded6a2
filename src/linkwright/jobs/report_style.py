"""How the report looks: by day, by night, on a phone and on paper."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#f6f4ef;--card:#fffefb;--ink:#22261f;--muted:#6b7064;--line:#e2dfd4;
--accent:#2f6b4f;--soft:#cfe0d3;--band:#2f6b4f22;--warn:#9a5b13}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2024;--ink:#e8e6df;--muted:#9aa09a;
--line:#30363b;
--accent:#7cc5a0;--soft:#2c4a3c;--band:#7cc5a022;--warn:#e0a458}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:860px;margin:0 auto;padding:48px 24px 64px}
header p{color:var(--muted);margin:.25rem 0 0}
h1{font:600 2.3rem/1.15 ui-serif,Georgia,"Times New Roman",serif;margin:0;letter-spacing:-.01em;
overflow-wrap:anywhere}
h2{font:600 1.25rem/1.3 ui-serif,Georgia,"Times New Roman",serif;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:24px 26px;
margin-top:22px}
section>p{margin:.1rem 0 1rem;color:var(--muted);max-width:62ch}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:14px;margin-top:28px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px 18px}
.tile b{display:block;font:600 1.9rem/1.1 ui-serif,Georgia,serif;font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:.86rem}.tile .name{display:block;color:var(--ink);font-weight:600}
.funnel{display:grid;grid-template-columns:max-content 1fr max-content;gap:9px 14px;align-items:center}
.funnel i{display:block;height:26px;border-radius:6px;background:var(--accent);min-width:3px}
.funnel em{font-style:normal;font-variant-numeric:tabular-nums}.funnel small{color:var(--muted)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.93rem}
th{font-weight:600;text-align:left;color:var(--muted)}
th,td{padding:7px 10px 7px 0;border-bottom:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;white-space:nowrap}
tr:last-child td{border:0}
.scroll{overflow-x:auto}
svg{display:block;max-width:100%;height:auto;font:12.5px ui-sans-serif,system-ui,sans-serif}
svg text{fill:var(--muted)}.grid{stroke:var(--line)}.axis{stroke:var(--muted)}
.frame{fill:none;stroke:var(--line)}
.soft{fill:var(--soft)}.whisker{stroke:var(--accent);stroke-width:2;opacity:.55}.dot{fill:var(--accent)}
.band{fill:var(--band)}.curve{fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linejoin:round}
.mark{stroke:var(--muted);stroke-dasharray:4 4}
.phone{display:none}.proof{border-left:4px solid var(--accent);padding:2px 0 2px 14px;margin:14px 0}
.proof p{margin:.15rem 0}.proof .do{color:var(--muted)}.verdict{font-weight:600}
footer{color:var(--muted);font-size:.86rem;margin-top:28px}a{color:var(--accent)}
@media (max-width:640px){main{padding:28px 14px 48px}h1{font-size:1.75rem}
.tiles{grid-template-columns:1fr 1fr;gap:10px}
section{padding:18px 16px}.desk{display:none}.phone{display:block}.site{display:none}
.funnel{gap:8px 10px;font-size:.93rem}
.tile b{font-size:1.55rem}}
@media print{body{background:#fff}section,.tile{break-inside:avoid;border-color:#ccc}main{padding:0}}
"""
