// A small Express: routing, middleware, the usual answers. What is not here is `undefined`, as with a misspelt name.
'use strict';
globalThis.__package('express', function (require) {
  const http = require('http', '/'), path = require('path', '/'), fs = require('fs', '/'), qs = require('querystring', '/');
  const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];
  const TYPES = { '.html': 'text/html; charset=utf-8', '.htm': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.json': 'application/json; charset=utf-8', '.txt': 'text/plain; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg' };
  const SHORT = { html: TYPES['.html'], json: TYPES['.json'], text: TYPES['.txt'], txt: TYPES['.txt'], css: TYPES['.css'], js: TYPES['.js'] };
  const escape = (s) => String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');
  const page = (text) => `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>${text}</pre>\n</body>\n</html>\n`;

  function matcher(pattern, whole) {
    if (pattern instanceof RegExp) return (p) => { const m = pattern.exec(p); return m && { params: { ...m.slice(1) }, rest: p }; };
    const names = [];
    let source = String(pattern).replace(/\/$/, '').replace(/[.+^$|\\]/g, '\\$&').replace(/\/?\*(\w*)|:(\w+)(\?)?/g, (all, star, name, optional) => {
      if (name) { names.push(name); return optional ? '([^/]*)' : '([^/]+)'; }
      names.push(star || names.filter((n) => /^\d/.test(n)).length); return all.startsWith('/') ? '(?:/(.*))?' : '(.*)';
    });
    const made = new RegExp(`^${source}${whole ? '/?$' : '(?=/|$)'}`, 'i');
    return (p) => { const m = made.exec(p); if (!m) return null;
      const params = {}; names.forEach((n, i) => { if (m[i + 1] !== undefined) params[n] = decodeURIComponent(m[i + 1]); }); return { params, used: m[0] }; };
  }
  function addTo(router) {
    router.stack = [];
    const add = (method, pattern, handlers, whole) => { for (const fn of handlers.flat(9)) { if (typeof fn !== 'function') throw new TypeError(`Router.use() requires a middleware function but got a ${typeof fn}`); router.stack.push({ method, match: [].concat(pattern).map((p) => matcher(p, whole)), fn, whole }); } return router; };
    router.use = (first, ...rest) => (typeof first === 'function' || (Array.isArray(first) && typeof first[0] === 'function') ? add('', '/', [first, ...rest], false) : add('', first, rest, false));
    for (const m of METHODS) { const old = router[m]; router[m] = (p, ...fns) => (m === 'get' && !fns.length && old ? old(p) : add(m.toUpperCase(), p, fns, true)); }
    router.all = (p, ...fns) => add('', p, fns, true);
    router.route = (p) => { const r = {}; for (const m of [...METHODS, 'all']) r[m] = (...fns) => { router[m](p, ...fns); return r; }; return r; };
    router.param = () => router;
    router.handle = (req, res, out) => {
      let at = 0;
      const next = (error) => {
        if (error === 'route' || error === 'router') error = undefined;
        while (at < router.stack.length) {
          const layer = router.stack[at++], p = req.url.split('?')[0] || '/';
          let hit = null;
          for (const one of layer.match) { hit = one(p === '/' && !layer.whole ? '/' : p); if (!hit && !layer.whole && p === '/') hit = one(''); if (hit) break; }
          const fits = !layer.method || layer.method === req.method || (req.method === 'HEAD' && layer.method === 'GET');
          if (!hit || !fits || (error === undefined) !== (layer.fn.length !== 4)) continue;
          const before = { url: req.url, base: req.baseUrl, params: req.params };
          req.params = { ...(layer.whole ? {} : req.params), ...hit.params };
          let go = next;
          if (!layer.whole && hit.used && hit.used !== '/') { req.baseUrl = (req.baseUrl || '') + hit.used; req.url = req.url.slice(hit.used.length) || '/'; if (!req.url.startsWith('/')) req.url = '/' + req.url;
            go = (e) => { req.url = before.url; req.baseUrl = before.base; req.params = before.params; next(e); }; }
          req.path = req.url.split('?')[0];
          try {
            const value = error === undefined ? layer.fn(req, res, go) : layer.fn(error, req, res, go);
            if (value && typeof value.then === 'function') value.then(undefined, (e) => { if (express.major >= 5) go(e || new Error('rejected')); else globalThis.__rejected(e); });
          } catch (e) { go(e); }
          return;
        }
        out(error);
      };
      next();
    };
    return router;
  }
  function dress(app, req, res) {
    Object.assign(req, { app, res, originalUrl: req.originalUrl || req.url, baseUrl: '', params: {}, query: qs.parse((req.url.split('?')[1] || '')), ip: req.socket.remoteAddress, ips: [], protocol: 'http', secure: false, xhr: false, cookies: undefined,
      hostname: (req.headers.host || '').split(':')[0], path: req.url.split('?')[0], get: (n) => req.headers[n.toLowerCase()], header: (n) => req.headers[n.toLowerCase()], is: (t) => (req.headers['content-type'] || '').includes(t) && t, accepts: (t) => [].concat(t)[0] });
    const set = (k, v) => { if (typeof k === 'object') for (const [a, b] of Object.entries(k)) res.setHeader(a, b); else res.setHeader(k, k.toLowerCase() === 'content-type' && !/charset/.test(v) && /^text\/|json/.test(v) ? `${v}; charset=utf-8` : v); return res; };
    Object.assign(res, { app, req, locals: {}, set, header: set, get: (n) => res.getHeader(n),
      status: (c) => { res.statusCode = c; return res; }, type: (t) => set('Content-Type', SHORT[t] || TYPES['.' + t] || t), append: (k, v) => set(k, [].concat(res.getHeader(k) || [], v)), vary: () => res, links: () => res,
      send(body) {
        if (body === undefined || body === null) body = '';
        if (typeof body === 'object' && !Buffer.isBuffer(body)) return res.json(body);
        if (typeof body === 'number' || typeof body === 'boolean') return res.json(body);
        if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', typeof body === 'string' ? TYPES['.html'] : 'application/octet-stream');
        res.setHeader('Content-Length', Buffer.byteLength(body));
        return res.end(req.method === 'HEAD' ? '' : body);
      },
      json(value) { if (!res.hasHeader('Content-Type')) res.setHeader('Content-Type', TYPES['.json']); return res.send(JSON.stringify(value, null, app.get('json spaces'))); },
      sendStatus: (c) => { res.statusCode = c; res.type('txt'); return res.send(http.STATUS_CODES[c] || String(c)); },
      redirect(a, b) { const [code, to] = typeof a === 'number' ? [a, b] : [302, a]; res.statusCode = code; res.setHeader('Location', to); res.type('txt'); return res.send(`${http.STATUS_CODES[code]}. Redirecting to ${to}`); },
      cookie: (n, v) => res.append('Set-Cookie', `${n}=${encodeURIComponent(v)}; Path=/`), clearCookie: (n) => res.append('Set-Cookie', `${n}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`),
      sendFile(file, options, done) { const full = path.resolve((options && options.root) || '/', file); try { const text = fs.readFileSync(full, 'utf8'); set('Content-Type', TYPES[path.extname(full)] || 'application/octet-stream'); res.send(text); if (typeof done === 'function') done(); } catch (e) { e.status = 404; fail(app, e, req, res); } },
      render() { throw new Error('No default engine was specified and no extension was provided.'); } });
    if (app.get('x-powered-by')) res.setHeader('X-Powered-By', 'Express');
  }
  function fail(app, error, req, res) {
    if (error === undefined) { res.statusCode = 404; if (!res.headersSent) { res.setHeader('Content-Security-Policy', "default-src 'none'"); res.setHeader('X-Content-Type-Options', 'nosniff'); res.setHeader('Content-Type', TYPES['.html']); }
      const body = page(escape(`Cannot ${req.method} ${(req.originalUrl || req.url).split('?')[0]}`)); res.setHeader('Content-Length', Buffer.byteLength(body)); res.end(req.method === 'HEAD' ? '' : body); return; }
    const status = (error && (error.status || error.statusCode)) || 500, shown = error instanceof Error ? require('util', '/').inspect(error) : String(error);
    if (app.get('env') !== 'test') console.error(shown);
    if (res.headersSent) return;
    res.statusCode = status; res.setHeader('Content-Type', TYPES['.html']);
    const body = page(escape(process.env.NODE_ENV === 'production' ? http.STATUS_CODES[status] : shown).replace(/\n/g, '<br>').replace(/ {2}/g, ' &nbsp;'));
    res.setHeader('Content-Length', Buffer.byteLength(body)); res.end(body);
  }
  function express() {
    const settings = { 'x-powered-by': true, env: process.env.NODE_ENV || 'development' };
    const app = (req, res, out) => { if (!out) dress(app, req, res); app.handle(req, res, out || ((e) => fail(app, e, req, res))); };
    app.get = (k) => settings[k];
    addTo(app);
    Object.assign(app, { locals: {}, mountpath: '/', set: (k, v) => { settings[k] = v; return app; }, enable: (k) => app.set(k, true), disable: (k) => app.set(k, false), enabled: (k) => !!settings[k], disabled: (k) => !settings[k], engine: () => app, on: () => app,
      listen: (...args) => http.createServer(app).listen(...args) });
    return app;
  }
  const body = (fits, read) => (req, res, next) => {
    if (!req._body || !fits.test(req.headers['content-type'] || '')) { if (req.body === undefined && express.major < 5) req.body = {}; return next(); }
    try { req.body = read(req._body); } catch (e) { return next(Object.assign(e, { status: 400, type: 'entity.parse.failed' })); }
    next();
  };
  Object.assign(express, { major: 4, Router: () => addTo(function router(req, res, next) { router.handle(req, res, next); }), json: () => body(/json/, JSON.parse), urlencoded: () => body(/urlencoded/, qs.parse), text: () => body(/^text\//, String), raw: () => body(/./, (b) => Buffer.from(b)),
    static: (root) => (req, res, next) => {
      if (req.method !== 'GET' && req.method !== 'HEAD') return next();
      let full = path.join(path.resolve(root), decodeURIComponent(req.path || '/'));
      if (!full.startsWith(path.resolve(root))) return next();
      try { if (fs.statSync(full).isDirectory()) full = path.join(full, 'index.html'); const text = fs.readFileSync(full, 'utf8'); res.set('Content-Type', TYPES[path.extname(full)] || 'application/octet-stream'); res.send(text); } catch (e) { if (e.code === 'ENOENT' || e.code === 'EISDIR') return next(); next(e); }
    } });
  return express;
});
