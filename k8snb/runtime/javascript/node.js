// What a program sees of Node: modules, console, process, timers, events, files, http. Everything that leaves the program is
// written into `effects`, which the host takes after each event; everything that comes in is an event that the host keeps, so
// that the same events give the same memory again. Reads of files that are not known yet are noted in `need`.
'use strict';
(function (global) {
  const fresh = () => ({ out: [], listen: [], close: [], answers: [], requests: [], writes: [], need: [], exit: null });
  let effects = fresh(), now = 0, timers = [], timerId = 1, serial = 1, exiting = false, seed = 1;
  const files = new Map(), modules = new Map(), order = [], servers = new Map(), waiting = new Map();
  const LINES = 5000, WRAP = '(function (exports, require, module, __filename, __dirname) {';
  let boot = null, current = null;

  // -- numbers and time that are the same every time -------------------------------------------------------------------
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = random;
  const RealDate = Date;
  const VirtualDate = function (...args) {
    if (!new.target) return new VirtualDate().toString();
    const made = args.length ? new RealDate(...args) : new RealDate(now * 1000);
    Object.setPrototypeOf(made, VirtualDate.prototype);
    return made;
  };
  VirtualDate.prototype = Object.create(RealDate.prototype, { constructor: { value: VirtualDate } });
  for (const name of ['toString', 'toLocaleString', 'toLocaleTimeString', 'toLocaleDateString', 'toUTCString'])
    VirtualDate.prototype[name] = function (...a) { return RealDate.prototype[name].apply(this, a); };
  VirtualDate.now = () => Math.floor(now * 1000);
  VirtualDate.UTC = RealDate.UTC; VirtualDate.parse = RealDate.parse;
  global.Date = VirtualDate;

  // -- showing values ----------------------------------------------------------------------------------------------------
  const quote = (s) => "'" + s.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/'/g, "\\'") + "'";
  function inspect(value, depth = 0, seen = []) {
    if (value === null) return 'null';
    switch (typeof value) {
      case 'string': return depth ? quote(value) : value;
      case 'bigint': return `${value}n`;
      case 'symbol': return value.toString();
      case 'function': return value.name ? `[Function: ${value.name}]` : '[Function (anonymous)]';
      case 'object': break;
      default: return Object.is(value, -0) ? '-0' : String(value);
    }
    if (seen.includes(value)) return '[Circular *1]';
    if (value instanceof Error) return stackOf(value) + extras(value, seen);
    if (value instanceof RealDate) return isNaN(value) ? 'Invalid Date' : RealDate.prototype.toISOString.call(value);
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise { <pending> }';
    if (depth > 2) return Array.isArray(value) ? '[Array]' : '[Object]';
    const inner = [...seen, value], show = (item) => inspect(item, depth + 1, inner);
    if (value instanceof Map)
      return wrap(`Map(${value.size}) {`, [...value].map(([k, v]) => `${show(k)} => ${show(v)}`), '}');
    if (value instanceof Set) return wrap(`Set(${value.size}) {`, [...value].map(show), '}');
    if (value instanceof Bytes) return `<Buffer ${[...value.data].slice(0, 50).map((b) => b.toString(16).padStart(2, '0')).join(' ')}>`;
    if (Array.isArray(value)) return wrap('[', value.map(show), ']');
    const maker = Object.getPrototypeOf(value) === null ? '[Object: null prototype] '
      : value.constructor && value.constructor !== Object && value.constructor.name ? value.constructor.name + ' ' : '';
    const key = (k) => (/^[A-Za-z_$][\w$]*$/.test(k) ? k : quote(k));
    return wrap(maker + '{', Object.keys(value).map((k) => `${key(k)}: ${show(value[k])}`), '}');
  }
  function wrap(open, items, close) {
    if (!items.length) return open + close;
    const line = `${open} ${items.join(', ')} ${close}`;
    return line.length <= 76 && !line.includes('\n') ? line
      : `${open}\n${items.map((i) => '  ' + i.replace(/\n/g, '\n  ')).join(',\n')}\n${close}`;
  }
  function extras(error, seen) {
    const keys = Object.keys(error).filter((k) => k !== 'stack' && k !== 'message');
    return keys.length ? ' ' + wrap('{', keys.map((k) => `${k}: ${inspect(error[k], 1, [...seen, error])}`), '}') : '';
  }
  function stackOf(error) {
    const frames = String(error.stack || '').split('\n').map(frame).filter(Boolean);
    return `${error.name}: ${error.message}`.replace(/: $/, '') + frames.map((f) => `\n    at ${f}`).join('');
  }
  function frame(line) {
    const match = /at (.*?)\s*\(?<input>:(\d+)(?::(\d+))?\)?/.exec(line);
    if (!match) return '';
    const at = Number(match[2]), file = order[Math.floor((at - 1) / LINES)];
    if (!file) return '';
    const row = ((at - 1) % LINES) + 1, column = Number(match[3] || 1) - (row === 1 ? WRAP.length : 0);
    const place = `${file}:${row}:${Math.max(column, 1)}`;
    const name = match[1] === '<anonymous>' || !match[1] ? '' : match[1];
    return name ? `${name} (${place})` : `Object.<anonymous> (${place})`;
  }
  function format(...args) {
    if (typeof args[0] !== 'string') return args.map((a) => inspect(a, typeof a === 'string' ? 0 : 0)).join(' ');
    let index = 1;
    const text = args[0].replace(/%[sdifjoOc%]/g, (code) => {
      if (code === '%%') return '%';
      if (index >= args.length) return code;
      const value = args[index++];
      switch (code) {
        case '%s': return typeof value === 'object' && value !== null ? inspect(value, 1) : String(value);
        case '%d': return String(Number(value));
        case '%i': return String(parseInt(value, 10));
        case '%f': return String(parseFloat(value));
        case '%j': return JSON.stringify(value);
        case '%c': return '';
        default: return inspect(value, 1);
      }
    });
    return [text, ...args.slice(index).map((a) => (typeof a === 'string' ? a : inspect(a)))].join(' ');
  }
  const write = (fd, text) => effects.out.push([fd, text]);
  const counts = {}, started = {};
  const log = (...args) => write(1, format(...args) + '\n'), warn = (...args) => write(2, format(...args) + '\n');
  global.console = {
    log, info: log, debug: log, error: warn, warn, trace: (...a) => warn('Trace: ' + format(...a)),
    dir: (v) => log(inspect(v)), table: (v) => log(v), group: log, groupEnd() {},
    assert: (ok, ...a) => { if (!ok) warn('Assertion failed' + (a.length ? ': ' + format(...a) : '')); },
    count: (l = 'default') => log(`${l}: ${(counts[l] = (counts[l] || 0) + 1)}`),
    time: (l = 'default') => { started[l] = now; },
    timeEnd: (l = 'default') => log(`${l}: ${((now - (started[l] || now)) * 1000).toFixed(3)}ms`),
  };

  // -- events, timers ------------------------------------------------------------------------------------------------------
  class EventEmitter {
    _of(name) { this._events = this._events || Object.create(null); return (this._events[name] = this._events[name] || []); }
    on(name, fn) { this._of(name).push({ fn }); return this; }
    addListener(name, fn) { return this.on(name, fn); }
    prependListener(name, fn) { this._of(name).unshift({ fn }); return this; }
    once(name, fn) { this._of(name).push({ fn, once: true }); return this; }
    off(name, fn) { const all = this._of(name), at = all.findIndex((l) => l.fn === fn); if (at >= 0) all.splice(at, 1); return this; }
    removeListener(name, fn) { return this.off(name, fn); }
    removeAllListeners(name) { if (name) this._of(name).length = 0; else this._events = undefined; return this; }
    listenerCount(name) { return this._of(name).length; }
    listeners(name) { return this._of(name).map((l) => l.fn); }
    setMaxListeners() { return this; }
    emit(name, ...args) {
      const all = [...this._of(name)];
      if (name === 'error' && !all.length) throw args[0] instanceof Error ? args[0] : new Error('Unhandled error. (' + inspect(args[0], 1) + ')');
      for (const one of all) { if (one.once) this.off(name, one.fn); one.fn.apply(this, args); }
      return all.length > 0;
    }
  }
  EventEmitter.EventEmitter = EventEmitter;
  const arm = (fn, ms, repeat, args) => {
    const wait = Math.max(Number(ms) || 0, 1) / 1000;
    const timer = { id: timerId++, due: now + wait, fn, repeat: repeat ? wait : 0, args, ref: true };
    timers.push(timer);
    return { id: timer.id, ref() { timer.ref = true; return this; }, unref() { timer.ref = false; return this; }, hasRef: () => timer.ref,
      [Symbol.toPrimitive]: () => timer.id };
  };
  const disarm = (t) => { const id = typeof t === 'object' && t ? t.id : t; timers = timers.filter((x) => x.id !== id); };
  global.setTimeout = (fn, ms, ...args) => arm(fn, ms, false, args);
  global.setInterval = (fn, ms, ...args) => arm(fn, ms, true, args);
  global.setImmediate = (fn, ...args) => { const t = arm(fn, 0, false, args); timers[timers.length - 1].due = now; return t; };
  global.clearTimeout = global.clearInterval = global.clearImmediate = disarm;
  global.queueMicrotask = (fn) => { Promise.resolve().then(fn); };
  global.performance = { now: () => (now - process.begun) * 1000 };
  function fire(since) {
    for (let guard = 0; guard < 1000; guard++) {
      const due = timers.filter((t) => t.due <= now + 1e-9 && t.id >= since).sort((a, b) => a.due - b.due || a.id - b.id)[0];
      if (!due || exiting) return;
      if (due.repeat) due.due = Math.max(due.due + due.repeat, now + 1e-6); else timers = timers.filter((t) => t !== due);
      due.fn(...due.args);
    }
  }

  // -- bytes ---------------------------------------------------------------------------------------------------------------
  const utf8 = (text) => { const out = []; for (const c of unescape(encodeURIComponent(text))) out.push(c.charCodeAt(0)); return out; };
  const text8 = (bytes) => { let s = ''; for (const b of bytes) s += String.fromCharCode(b); try { return decodeURIComponent(escape(s)); } catch (e) { return s; } };
  const B64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const toB64 = (bytes) => { let s = ''; for (let i = 0; i < bytes.length; i += 3) { const n = (bytes[i] << 16) | ((bytes[i + 1] || 0) << 8) | (bytes[i + 2] || 0);
    s += B64[n >> 18] + B64[(n >> 12) & 63] + (i + 1 < bytes.length ? B64[(n >> 6) & 63] : '=') + (i + 2 < bytes.length ? B64[n & 63] : '='); } return s; };
  const fromB64 = (s) => { const out = []; let n = 0, bits = 0; for (const c of s.replace(/-/g, '+').replace(/_/g, '/')) { const v = B64.indexOf(c); if (v < 0) continue;
    n = (n << 6) | v; bits += 6; if (bits >= 8) { bits -= 8; out.push((n >> bits) & 255); } } return out; };
  class Bytes {
    constructor(data) { this.data = data; }
    get length() { return this.data.length; }
    toString(how = 'utf8') {
      if (how === 'hex') return this.data.map((b) => b.toString(16).padStart(2, '0')).join('');
      return how === 'base64' ? toB64(this.data) : text8(this.data);
    }
    toJSON() { return { type: 'Buffer', data: this.data }; }
    slice(a, b) { return new Bytes(this.data.slice(a, b)); }
    [Symbol.iterator]() { return this.data[Symbol.iterator](); }
    static from(v, how) {
      if (v instanceof Bytes) return new Bytes([...v.data]);
      if (typeof v !== 'string') return new Bytes([...v]);
      return new Bytes(how === 'base64' ? fromB64(v) : how === 'hex' ? (v.match(/../g) || []).map((h) => parseInt(h, 16)) : utf8(v));
    }
    static alloc(n, fill = 0) { return new Bytes(new Array(n).fill(fill)); }
    static concat(list) { return new Bytes(list.flatMap((b) => b.data)); }
    static isBuffer(v) { return v instanceof Bytes; }
    static byteLength(v) { return typeof v === 'string' ? utf8(v).length : v.length; }
  }
  global.Buffer = Bytes;
  global.btoa = (s) => toB64([...s].map((c) => c.charCodeAt(0)));
  global.atob = (s) => String.fromCharCode(...fromB64(s));

  // -- addresses -------------------------------------------------------------------------------------------------------------
  const decode = (s) => { try { return decodeURIComponent(s.replace(/\+/g, ' ')); } catch (e) { return s; } };
  class URLSearchParams {
    constructor(init = '') { this.list = typeof init === 'string'
      ? init.replace(/^\?/, '').split('&').filter(Boolean).map((p) => { const at = p.indexOf('='); return at < 0 ? [decode(p), ''] : [decode(p.slice(0, at)), decode(p.slice(at + 1))]; })
      : Object.entries(init).map(([k, v]) => [k, String(v)]); }
    get(k) { const f = this.list.find((p) => p[0] === k); return f ? f[1] : null; }
    getAll(k) { return this.list.filter((p) => p[0] === k).map((p) => p[1]); }
    has(k) { return this.list.some((p) => p[0] === k); }
    set(k, v) { this.delete(k); this.list.push([k, String(v)]); }
    append(k, v) { this.list.push([k, String(v)]); }
    delete(k) { this.list = this.list.filter((p) => p[0] !== k); }
    forEach(fn) { this.list.forEach(([k, v]) => fn(v, k)); }
    entries() { return this.list[Symbol.iterator](); }
    [Symbol.iterator]() { return this.list[Symbol.iterator](); }
    toString() { return this.list.map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&'); }
  }
  class URL {
    constructor(text, base) {
      let match = /^([a-z][a-z0-9+.-]*:)\/\/([^/?#:]*)(?::(\d+))?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text);
      if (!match && base) { const b = new URL(String(base)); match = /^([a-z]+:)\/\/([^/?#:]*)(?::(\d+))?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(
        b.origin + (text.startsWith('/') ? text : b.pathname.replace(/[^/]*$/, '') + text)); }
      if (!match) { const e = new TypeError('Invalid URL'); e.code = 'ERR_INVALID_URL'; e.input = text; throw e; }
      [, this.protocol, this.hostname, this.port = '', this.pathname, this.search = '', this.hash = ''] = match;
      this.pathname = this.pathname || '/';
      this.host = this.hostname + (this.port ? ':' + this.port : '');
      this.origin = `${this.protocol}//${this.host}`;
      this.searchParams = new URLSearchParams(this.search);
    }
    get href() { return this.origin + this.pathname + this.search + this.hash; }
    toString() { return this.href; }
    toJSON() { return this.href; }
  }
  global.URL = URL; global.URLSearchParams = URLSearchParams;
  const parseQuery = (text) => { const out = {}; for (const [k, v] of new URLSearchParams(text || '')) out[k] = k in out ? [].concat(out[k], v) : v; return out; };

  // -- files -----------------------------------------------------------------------------------------------------------------
  const path = {
    sep: '/', delimiter: ':',
    normalize: (p) => { const abs = p.startsWith('/'), out = []; for (const s of p.split('/')) { if (!s || s === '.') continue; if (s === '..' && out.length && out[out.length - 1] !== '..') out.pop(); else if (s !== '..' || !abs) out.push(s); }
      return (abs ? '/' : '') + out.join('/') || (abs ? '/' : '.'); },
    join: (...p) => path.normalize(p.filter(Boolean).join('/') || '.'),
    resolve: (...p) => { let out = ''; for (const s of p.reverse()) { if (s) out = out ? s + '/' + out : s; if (out.startsWith('/')) break; } return path.normalize(out.startsWith('/') ? out : process.cwd() + '/' + out); },
    dirname: (p) => { const at = p.lastIndexOf('/'); return at < 0 ? '.' : p.slice(0, at) || '/'; },
    basename: (p, ext = '') => { const b = p.slice(p.lastIndexOf('/') + 1); return ext && b.endsWith(ext) ? b.slice(0, -ext.length) : b; },
    extname: (p) => { const b = path.basename(p), at = b.lastIndexOf('.'); return at > 0 ? b.slice(at) : ''; },
    isAbsolute: (p) => p.startsWith('/'),
  };
  path.posix = path;
  function look(name) { // {text}, {names} for a folder, {error}
    const full = path.resolve(String(name));
    if (!files.has(full)) { if (!effects.need.includes(full)) effects.need.push(full); return { error: 'ENOENT' }; }
    return files.get(full);
  }
  const WORDS = { ENOENT: 'no such file or directory', EISDIR: 'illegal operation on a directory', EACCES: 'permission denied', ENOTDIR: 'not a directory', EEXIST: 'file already exists' };
  function fault(code, call, name) {
    const error = new Error(`${code}: ${WORDS[code] || 'error'}, ${call} '${name}'`);
    return Object.assign(error, { errno: { ENOENT: -2, EISDIR: -21, EACCES: -13, ENOTDIR: -20, EEXIST: -17 }[code], code, syscall: call, path: name });
  }
  const change = (name, text, append) => {
    const full = path.resolve(String(name)), old = append ? look(full) : {};
    const all = (old.text || '') + text;
    files.set(full, { text: all });
    effects.writes.push([full, all]);
  };
  const fs = {
    readFileSync(name, how) {
      const found = look(name);
      if (found.names) throw fault('EISDIR', 'read', name);
      if (found.error) throw fault(found.error, 'open', name);
      return how ? found.text : Bytes.from(found.text);
    },
    existsSync: (name) => !look(name).error,
    readdirSync(name) { const f = look(name); if (f.error) throw fault(f.error, 'scandir', name); if (!f.names) throw fault('ENOTDIR', 'scandir', name); return [...f.names]; },
    statSync(name) { const f = look(name); if (f.error) throw fault(f.error, 'stat', name);
      return { isFile: () => !f.names, isDirectory: () => !!f.names, size: f.names ? 4096 : utf8(f.text).length, mtime: new VirtualDate() }; },
    writeFileSync: (name, text) => change(name, String(text), false),
    appendFileSync: (name, text) => change(name, String(text), true),
    createReadStream() { throw new Error('fs.createReadStream is not part of this laboratory: use fs.readFile'); },
  };
  fs.promises = {};
  for (const name of ['readFile', 'readdir', 'stat', 'writeFile', 'appendFile']) {
    const sync = fs[name + 'Sync'];
    fs[name] = (...args) => { const done = args.pop(); let value, error = null; try { value = sync(...args); } catch (e) { error = e; } setImmediate(() => done(error, value)); };
    fs.promises[name] = (...args) => new Promise((yes, no) => { try { yes(sync(...args)); } catch (e) { no(e); } });
  }
  fs.exists = (name, done) => { const ok = fs.existsSync(name); setImmediate(() => done(ok)); };

  // -- http ------------------------------------------------------------------------------------------------------------------
  const REASONS = { 200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 418: "I'm a Teapot", 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' };
  class IncomingMessage extends EventEmitter {
    constructor(given) {
      super();
      Object.assign(this, { method: given.method, url: given.url, headers: given.headers, httpVersion: '1.1', statusCode: given.status, _body: given.body || '' });
      this.rawHeaders = Object.entries(given.headers).flat();
      this.socket = this.connection = { remoteAddress: given.remote, remotePort: 40000, encrypted: false, destroy() {}, on() {} };
      this.complete = false;
    }
    setEncoding() { this._text = true; return this; }
    _flow() { if (this._flowing) return; this._flowing = true;
      setImmediate(() => { if (this._body) this.emit('data', this._text ? this._body : Bytes.from(this._body)); this.complete = true; this.emit('end'); this.emit('close'); }); }
    on(name, fn) { super.on(name, fn); if (name === 'data' || name === 'end') this._flow(); return this; }
    resume() { this._flow(); return this; }
    pipe(to) { this.on('data', (d) => to.write(d)); this.on('end', () => to.end()); return to; }
    async *[Symbol.asyncIterator]() { if (this._body) yield this._text ? this._body : Bytes.from(this._body); }
  }
  class ServerResponse extends EventEmitter {
    constructor(id, req) { super(); this.id = id; this.req = req; this.statusCode = 200; this._headers = {}; this._parts = []; this.headersSent = this.finished = this.writableEnded = false; }
    _check() { if (this.headersSent) { const e = new Error('Cannot set headers after they are sent to the client'); e.code = 'ERR_HTTP_HEADERS_SENT'; throw e; } }
    setHeader(name, value) { this._check(); this._headers[String(name).toLowerCase()] = [String(name), value]; return this; }
    getHeader(name) { const h = this._headers[String(name).toLowerCase()]; return h && h[1]; }
    hasHeader(name) { return String(name).toLowerCase() in this._headers; }
    removeHeader(name) { delete this._headers[String(name).toLowerCase()]; }
    getHeaders() { return Object.fromEntries(Object.entries(this._headers).map(([k, v]) => [k, v[1]])); }
    writeHead(status, reason, headers) {
      this._check();
      this.statusCode = status;
      const given = typeof reason === 'object' ? reason : headers;
      if (typeof reason === 'string') this.statusMessage = reason;
      for (const [k, v] of Object.entries(given || {})) this.setHeader(k, v);
      this.headersSent = true;
      return this;
    }
    flushHeaders() { this.headersSent = true; }
    write(data) { this.headersSent = true; this._parts.push(typeof data === 'string' ? data : text8(data.data || data)); return true; }
    end(data, how, done) {
      if (typeof data === 'function') { done = data; data = undefined; }
      if (this.finished) return this;
      const streamed = this._parts.length > 0;
      if (data !== undefined && data !== null) this._parts.push(typeof data === 'string' ? data : text8(data.data || data));
      this.headersSent = this.finished = this.writableEnded = true;
      const body = this._parts.join('');
      effects.answers.push({ id: this.id, status: this.statusCode, headers: Object.values(this._headers).flatMap(([k, v]) => [].concat(v).map((x) => [k, String(x)])), body, streamed });
      setImmediate(() => { this.emit('finish'); this.emit('close'); if (typeof done === 'function') done(); });
      return this;
    }
  }
  class Server extends EventEmitter {
    constructor(fn) { super(); if (fn) this.on('request', fn); this.listening = false; }
    listen(...args) {
      const done = args.find((a) => typeof a === 'function'), first = args[0];
      const port = Number(first && typeof first === 'object' ? first.port : first) || 0;
      const host = first && typeof first === 'object' ? first.host : typeof args[1] === 'string' ? args[1] : undefined;
      const wanted = port || 49152 + (serial++ % 1000);
      if (typeof first === 'number' && (first < 0 || first > 65535)) throw Object.assign(new RangeError(`options.port should be >= 0 and < 65536. Received type number (${first}).`), { code: 'ERR_SOCKET_BAD_PORT' });
      if (done) this.once('listening', done);
      this._port = wanted; this._host = host;
      if (boot.taken.includes(wanted) || servers.has(wanted)) {
        const e = new Error(`listen EADDRINUSE: address already in use ${host || '::'}:${wanted}`.replace(':::', ':::'));
        Object.assign(e, { code: 'EADDRINUSE', errno: -98, syscall: 'listen', address: host || '::', port: wanted });
        setImmediate(() => this.emit('error', e));
        return this;
      }
      servers.set(wanted, this); this.listening = true;
      effects.listen.push([wanted, host === '127.0.0.1' || host === 'localhost']);
      setImmediate(() => this.emit('listening'));
      return this;
    }
    address() { return this.listening ? { address: this._host || '::', family: this._host && /^\d/.test(this._host) ? 'IPv4' : 'IPv6', port: this._port } : null; }
    close(done) { if (this.listening) { servers.delete(this._port); effects.close.push(this._port); this.listening = false; } if (done) this.once('close', done); setImmediate(() => this.emit('close')); return this; }
    closeAllConnections() {} closeIdleConnections() {}
    setTimeout() { return this; } unref() { return this; } ref() { return this; }
  }
  function request(url, options, done) {
    if (typeof url === 'object' && !(url instanceof URL)) { done = options; options = url; const o = options; url = `${o.protocol || 'http:'}//${o.hostname || o.host || 'localhost'}${o.port ? ':' + o.port : ''}${o.path || '/'}`; }
    if (typeof options === 'function') { done = options; options = {}; }
    const req = new EventEmitter(), parts = [], id = serial++;
    if (done) req.once('response', done);
    Object.assign(req, { write: (d) => { parts.push(typeof d === 'string' ? d : text8(d.data)); return true; }, setTimeout() { return req; }, destroy() { return req; }, setHeader(k, v) { options.headers = { ...(options.headers || {}), [k]: v }; },
      end(d) { if (d) req.write(d); effects.requests.push({ id, url: String(url), method: ((options || {}).method || 'GET').toUpperCase(), headers: (options || {}).headers || {}, body: parts.join('') }); return req; } });
    waiting.set(id, (reply) => { if (reply.error) req.emit('error', Object.assign(new Error(reply.error), { code: reply.code })); else { const res = new IncomingMessage(reply); req.emit('response', res); if (res._events === undefined) res.resume(); } });
    return req;
  }
  const http = { createServer: (a, b) => new Server(typeof a === 'function' ? a : b), Server, IncomingMessage, ServerResponse, request, get: (...a) => { const r = request(...a); r.end(); return r; },
    STATUS_CODES: REASONS, METHODS: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'], Agent: class {}, globalAgent: {} };
  global.fetch = (url, options = {}) => new Promise((yes, no) => {
    const id = serial++;
    effects.requests.push({ id, url: String(url), method: (options.method || 'GET').toUpperCase(), headers: options.headers || {}, body: options.body ? String(options.body) : '' });
    waiting.set(id, (reply) => { if (reply.error) { const e = new TypeError('fetch failed'); e.cause = Object.assign(new Error(reply.error), { code: reply.code }); return no(e); }
      yes({ ok: reply.status >= 200 && reply.status < 300, status: reply.status, statusText: REASONS[reply.status] || '', headers: { get: (n) => reply.headers[n.toLowerCase()] || null, has: (n) => n.toLowerCase() in reply.headers }, text: async () => reply.body, json: async () => JSON.parse(reply.body) }); });
  });

  // -- process -------------------------------------------------------------------------------------------------------------
  const process = new EventEmitter();
  class Exit extends Error {}
  Object.assign(process, {
    title: 'node', platform: 'linux', arch: 'x64', pid: 1, ppid: 0, exitCode: undefined, begun: 0, execArgv: [], release: { name: 'node' },
    cwd: () => boot.cwd, uptime: () => now - process.begun, hrtime: (p) => { const s = now - process.begun; const t = [Math.floor(s), Math.floor((s % 1) * 1e9)]; return p ? [t[0] - p[0], t[1] - p[1]] : t; },
    memoryUsage: () => ({ rss: 43e6, heapTotal: 9e6, heapUsed: 6e6, external: 1e6, arrayBuffers: 1e4 }), cpuUsage: () => ({ user: 1e5, system: 1e4 }),
    nextTick: (fn, ...args) => { Promise.resolve().then(() => fn(...args)); }, getuid: () => boot.uid, umask: () => 18, emitWarning: (w) => write(2, `(node:${boot.pid}) Warning: ${w}\n`),
    exit(code) { if (code !== undefined) process.exitCode = code; finish(Number(process.exitCode) || 0); throw new Exit('exit'); }, abort() { finish(134); throw new Exit('abort'); },
    kill(pid, signal = 'SIGTERM') { if (pid !== boot.pid) throw fault('ESRCH', 'kill', pid); signalled(signal); return true; },
    stdout: { write: (t) => { write(1, String(t)); return true; }, isTTY: false, columns: 80 }, stderr: { write: (t) => { write(2, String(t)); return true; }, isTTY: false },
    stdin: Object.assign(new EventEmitter(), { resume() { return this; }, setEncoding() { return this; }, isTTY: false }),
  });
  process.hrtime.bigint = () => BigInt(Math.floor((now - process.begun) * 1e9));
  global.process = process; global.global = global; global.EventEmitter = undefined; delete global.EventEmitter;
  function finish(code) { if (exiting) return; exiting = true; try { process.emit('exit', code); } catch (e) { if (!(e instanceof Exit)) throw e; } effects.exit = code; }
  function signalled(name) { if (!process.emit(name, name)) finish(128 + ({ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 }[name] || 15)); }
  function crash(error, promise) {
    if (error instanceof Exit || exiting) return;
    if (process.listenerCount(promise ? 'unhandledRejection' : 'uncaughtException')) { process.emit(promise ? 'unhandledRejection' : 'uncaughtException', error); return; }
    const found = error instanceof Error ? /<input>:(\d+)/.exec(String(error.stack)) : null, at = found ? Number(found[1]) : 0, file = at ? order[Math.floor((at - 1) / LINES)] : '';
    let lead = `${process.argv[1]}:1\n`;
    if (file) { const n = ((at - 1) % LINES) + 1, source = (files.get(file) || {}).text || ''; lead = `${file}:${n}\n${source.split('\n')[n - 1] || ''}\n^\n\n`; }
    const shown = error instanceof Error ? inspect(error) : `Uncaught ${inspect(error, 1)}`;
    write(2, `${lead}${error instanceof Error ? '' : 'node:internal/process\n'}${shown}\n` + (boot.major >= 12 ? `\nNode.js ${boot.version}\n` : ''));
    finish(1);
  }

  // -- modules -------------------------------------------------------------------------------------------------------------
  const util = { inspect: (v) => inspect(v, 1), format, promisify: (fn) => (...a) => new Promise((yes, no) => fn(...a, (e, v) => (e ? no(e) : yes(v)))), inherits: (a, b) => Object.setPrototypeOf(a.prototype, b.prototype), isDeepStrictEqual: (a, b) => JSON.stringify(a) === JSON.stringify(b), types: {} };
  const hexes = (n) => { let s = ''; for (let i = 0; i < n; i++) s += Math.floor(random() * 16).toString(16); return s; };
  const builtin = {
    fs, path, util, events: EventEmitter, http, https: { ...http, createServer() { throw new Error('https servers are not part of this laboratory'); } },
    url: { parse: (t, q) => { const u = new URL(t, 'http://x'); return { ...u, href: t, path: u.pathname + u.search, query: q ? parseQuery(u.search.slice(1)) : u.search.slice(1), pathname: u.pathname, search: u.search || null }; }, URL, URLSearchParams, format: String },
    querystring: { parse: parseQuery, stringify: (o) => new URLSearchParams(o).toString(), escape: encodeURIComponent, unescape: decode },
    os: { hostname: () => boot.hostname, platform: () => 'linux', type: () => 'Linux', release: () => '6.6.95', arch: () => 'x64', cpus: () => [{ model: 'simulated', speed: 2000 }, { model: 'simulated', speed: 2000 }], totalmem: () => 4 * 1024 ** 3, freemem: () => 2 * 1024 ** 3, uptime: () => now, loadavg: () => [0, 0, 0], networkInterfaces: () => ({ eth0: [{ address: boot.ip, family: 'IPv4', internal: false }] }), tmpdir: () => '/tmp', homedir: () => boot.env.HOME || '/root', EOL: '\n', userInfo: () => ({ username: boot.uid ? 'node' : 'root', uid: boot.uid }) },
    crypto: { randomUUID: () => `${hexes(8)}-${hexes(4)}-4${hexes(3)}-a${hexes(3)}-${hexes(12)}`, randomBytes: (n) => Bytes.from(hexes(2 * n), 'hex'), randomInt: (a, b) => Math.floor(random() * ((b === undefined ? a : b) - (b === undefined ? 0 : a))) + (b === undefined ? 0 : a) },
    process, buffer: { Buffer: Bytes }, timers: { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval }, assert: Object.assign((ok, m) => { if (!ok) throw new Error(m || 'The expression evaluated to a falsy value'); }, {}),
    'timers/promises': { setTimeout: (ms, v) => new Promise((yes) => setTimeout(() => yes(v), ms)) }, 'fs/promises': fs.promises,
  };
  builtin.assert.equal = builtin.assert.strictEqual = (a, b, m) => { if (a !== b) throw new Error(m || `Expected values to be strictly equal:\n\n${inspect(a, 1)} !== ${inspect(b, 1)}\n`); };
  builtin.assert.ok = builtin.assert;
  const shelf = {}; // packages that are part of this laboratory, once `npm install` has brought them
  global.__package = (name, make) => { shelf[name] = make; };
  const kind = (p) => { const f = look(p); return f.error ? '' : f.names ? 'folder' : 'file'; };
  function asFile(p) { for (const e of ['', '.js', '.json', '.cjs']) if (kind(p + e) === 'file') return p + e; return ''; }
  function asFolder(p) {
    if (kind(p) !== 'folder') return '';
    if (kind(p + '/package.json') === 'file') { const main = JSON.parse(look(p + '/package.json').text).main; if (main) { const f = asFile(path.join(p, main)) || asFile(path.join(p, main, 'index')); if (f) return f; } }
    return asFile(p + '/index');
  }
  function missing(name, from) {
    const stack = from ? `\nRequire stack:\n- ${from}` : '';
    return Object.assign(new Error(`Cannot find module '${name}'` + (boot.major >= 12 ? stack : '')), { code: 'MODULE_NOT_FOUND', ...(boot.major >= 12 ? { requireStack: from ? [from] : [] } : {}) });
  }
  function load(name, from) {
    const bare = name.replace(/^node:/, '');
    if (builtin[bare]) return builtin[bare];
    if (/^(\.\.?(\/|$)|\/)/.test(name)) {
      const full = path.resolve(path.dirname(from), name), file = asFile(full) || asFolder(full);
      if (!file) throw missing(name, from);
      return run(file);
    }
    for (let dir = path.dirname(from); ; dir = path.dirname(dir)) {
      const base = path.join(dir, 'node_modules', name);
      if (kind(base + '/package.json') === 'file' && shelf[name]) return (shelf[name].made = shelf[name].made || shelf[name](load, from));
      const file = asFile(base) || asFolder(base);
      if (file) return run(file);
      if (dir === '/') throw missing(name, from);
    }
  }
  function run(file) {
    const known = modules.get(file);
    if (known) return known.exports;
    const found = look(file), module = { exports: {}, id: file, filename: file, loaded: false, children: [], paths: [] };
    if (found.error) throw missing(file, '');
    modules.set(file, module);
    if (file.endsWith('.json')) { try { return (module.exports = JSON.parse(found.text)); } catch (e) { e.message = `${file}: ${e.message}`; throw e; } }
    const text = found.text.replace(/^#!.*/, '');
    if (/^\s*import\s+[\w{*'"]|^\s*export\s+(default|const|function|class|\{)/m.test(text)) {
      order.push(file); throw new SyntaxError('Cannot use import statement outside a module');
    }
    const pad = '\n'.repeat(order.length * LINES);
    order.push(file);
    const require = (name) => load(String(name), file);
    Object.assign(require, { main: boot.main, cache: {}, resolve: (name) => name });
    module.require = require;
    if (!boot.main) boot.main = require.main = module;
    const body = (0, eval)(`${pad}${WRAP}${text}\n})`);
    body.call(module.exports, module.exports, require, module, file, path.dirname(file));
    module.loaded = true;
    return module.exports;
  }

  // -- what the host calls -------------------------------------------------------------------------------------------------
  function guarded(fn) { try { fn(); } catch (e) { if (e instanceof InternalError || e === null) throw e; try { crash(e); } catch (again) { if (!(again instanceof Exit)) throw again; } } }
  const kinds = {
    start(event) {
      boot = { ...event, major: Number(event.version.slice(1).split('.')[0]), main: null };
      seed = event.seed | 0; process.begun = now;
      Object.assign(process, { argv: event.argv, env: { ...event.env }, version: event.version, versions: { node: event.version.slice(1), v8: '12.4' }, pid: event.pid, argv0: 'node', execPath: '/usr/local/bin/node' });
      global.__dirname = undefined; delete global.__dirname;
      if (event.source !== undefined) { const made = path.join(event.cwd, '[eval]'); files.set(made, { text: event.source }); run(made); return; }
      const file = asFile(event.script) || asFolder(event.script);
      if (!file) throw missing(event.script, '');
      process.argv[1] = file;
      run(file);
    },
    request(event) {
      const server = servers.get(event.port);
      const req = new IncomingMessage(event), res = new ServerResponse(event.id, req);
      current = res;
      if (server) server.emit('request', req, res);
    },
    timers(event) { fire(event.since || 0); },
    reply(event) { const done = waiting.get(event.id); waiting.delete(event.id); if (done) done(event); },
    signal(event) { signalled(event.name); },
  };
  global.__deliver = (text) => {
    const event = JSON.parse(text);
    effects = fresh(); now = event.now;
    for (const [name, entry] of event.files || []) files.set(name, entry);
    guarded(() => kinds[event.type](event));
    return timerId;
  };
  global.__rejected = (reason) => guarded(() => crash(reason, true));
  global.__settle = () => { if (!exiting) guarded(() => fire(0)); };
  global.__effects = () => {
    const live = timers.filter((t) => t.ref);
    if (!exiting && effects.exit === null && !servers.size && !live.length && !waiting.size) guarded(() => finish(Number(process.exitCode) || 0));
    const due = timers.length ? Math.min(...timers.map((t) => t.due)) : null;
    const taken = JSON.stringify({ ...effects, due });
    effects = fresh();
    return taken;
  };
})(globalThis);
