/** Of the HTML page: light or dark as the reader has it, and on paper as paper wants it. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2330;--soft:#5b6474;--line:#dfe3ea;--tile:#f5f7fa}
@media (prefers-color-scheme:dark){:root{--ground:#14181f;--ink:#e7eaf0;--soft:#a2abba;--line:#323a47;--tile:#1d232d}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",sans-serif}
header,main,footer{max-width:1040px;margin:0 auto;padding:0 20px}
h1{font-size:1.7rem;line-height:1.25;margin:32px 0 12px;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:40px 0 8px;padding-top:12px;border-top:2px solid var(--line)}
h3{font-size:1rem;margin:24px 0 8px}
dl.head{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:0}
dl.head dt{color:var(--soft)}
dl.head dd{margin:0;overflow-wrap:anywhere}
dl.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:12px;margin:12px 0}
dl.tiles div{background:var(--tile);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
dl.tiles dt{color:var(--soft);font-size:.85rem}
dl.tiles dd{margin:2px 0 0;font-size:1.45rem;font-weight:600;font-variant-numeric:tabular-nums}
dl.tiles dd small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
figure{margin:8px 0 16px}
figure svg{display:block;width:100%;height:auto}
.note,footer{color:var(--soft);font-size:.85rem}
footer{margin-top:40px;padding-bottom:32px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:start;color:var(--soft);padding-bottom:4px}
th,td{padding:5px 10px;border-bottom:1px solid var(--line);text-align:start;vertical-align:top;overflow-wrap:anywhere}
thead th{border-bottom:2px solid var(--line);white-space:nowrap}
tbody th{font-weight:400}
.n{text-align:end;white-space:nowrap}
@media print{
:root{--ground:#fff;--ink:#000;--soft:#444;--line:#bbb;--tile:#fff}
body{font-size:10pt}header,main,footer{max-width:none;padding:0}
.scroll{overflow:visible}figure,dl.tiles div,tr{break-inside:avoid}h2,h3{break-after:avoid}thead{display:table-header-group}
}
`.trim();
