export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A page as the dialogs show them. */
export function shell(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>
body{font:16px/1.5 system-ui,sans-serif;background:#f0f2f5;margin:0}main{max-width:30rem;margin:4rem auto;background:#fff;
padding:2rem;border-radius:8px;box-shadow:0 1px 4px #0003}button,a.cancel{display:block;width:100%;padding:.7rem;margin:.5rem 0;
border:0;border-radius:6px;font:inherit;text-align:center;box-sizing:border-box;cursor:pointer}button{background:#1877f2;color:#fff}
a.cancel{background:#e4e6eb;color:#050505;text-decoration:none}li{font-family:monospace}small{color:#65676b}
</style></head><body><main>${content}</main></body></html>`;
}
