// Made from page/ by scripts/embed-page.ts.

/** The files of the page, by their paths below it. */
export const pageFiles: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {
  '': {
    type: 'text/html; charset=utf-8',
    text: '<!doctype html><title>{{title}}</title><script type="module" src="page.js"></script>\n',
  },
  'page.css': { type: 'text/css; charset=utf-8', text: '\n' },
  'page.js': { type: 'text/javascript; charset=utf-8', text: '\n' },
};
