// The live picture of a cluster: draws the frames that Python sends, moves what moved, lets people look closer.
//
// Messages in:  frame {svg, ways, view, filter, choices, summary}, details {ask, yaml, events, error}, text {text}, notice {text}
// Messages out: ready, width {width}, choose {view, namespace, selector, kind, system}, details {ask, kind, namespace, name}, text
// Elements of two frames with the same id are the same thing: `pod/NAMESPACE/NAME`, `node/NAME`, `service/NAMESPACE/NAME`,
// `workload/KIND/NAMESPACE/NAME`; lines and marks have ids that only compare.

const MOVE = { duration: 380, easing: "cubic-bezier(.4,0,.2,1)" };
const FOCUSABLE = ".pod,.node,.service,.workload,.group";
const ZOOM = 1.15; // a picture's letters are 10 points high, a page's about 13
const SVG = "http://www.w3.org/2000/svg";
const VIEWS = [["topology", "Topology"], ["ownership", "Ownership"], ["nodes", "Nodes"]];
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function debounce(act, wait) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// ---- moving from one frame to the next ----------------------------------------------------------------------------------

function anchor(element) {
  const shape = element.tagName === "g" ? element.firstElementChild : element;
  if (!shape || shape.tagName === "path") return null;
  if (shape.tagName === "circle") return [+shape.getAttribute("cx"), +shape.getAttribute("cy")];
  if (shape.tagName === "polygon") return shape.getAttribute("points").split(" ")[0].split(",").map(Number);
  return [+shape.getAttribute("x"), +shape.getAttribute("y")];
}

const OURS = new Set(["tabindex", "role", "aria-label"]);

function patch(old, fresh) {
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !OURS.has(name)) old.removeAttribute(name);
  const before = [...old.children], after = [...fresh.children];
  if (before.length === after.length && before.every((child, i) => child.tagName === after[i].tagName)) {
    before.forEach((child, i) => patch(child, after[i]));
    if (!after.length && old.textContent !== fresh.textContent) old.textContent = fresh.textContent;
  } else old.replaceChildren(...after);
}

function offset(element) {
  if (!element.getAnimations?.().length) return [0, 0];
  const now = new DOMMatrix(getComputedStyle(element).transform);
  return [now.e, now.f];
}

function glide(element, from) {
  const to = anchor(element);
  if (!from || !to) return;
  const dx = from[0] - to[0], dy = from[1] - to[1];
  if (Math.abs(dx) < 0.5 && Math.abs(dy) < 0.5) return;
  element.animate([{ transform: `translate(${dx}px,${dy}px)` }, { transform: "none" }], MOVE);
}

function redraw(element, before) {
  const after = element.getAttribute("d");
  if (before === after) return;
  const shape = (d) => d.replace(/[-\d.,\s]+/g, "");
  if (shape(before) === shape(after)) element.animate([{ d: `path("${before}")` }, { d: `path("${after}")` }], MOVE);
  else element.animate([{ opacity: 0 }, { opacity: 1 }], MOVE);
}

export function morph(svg, fresh) {
  const old = new Map([...svg.children].filter((child) => child.id).map((child) => [child.id, child]));
  const calm = still(), focused = document.activeElement;
  const kept = new Set([...fresh.children].map((child) => child.id));
  const settled = (child) => { while (child && !kept.has(child.id)) child = child.nextElementSibling; return child; };
  for (const name of ["viewBox", "width", "height", "aria-label"]) svg.setAttribute(name, fresh.getAttribute(name));
  let cursor = settled(svg.firstElementChild);
  for (const next of [...fresh.children]) {
    let element = old.get(next.id);
    if (element && element.tagName === next.tagName) {
      old.delete(next.id);
      const [x, y] = offset(element), from = anchor(element), d = element.getAttribute("d");
      patch(element, next);
      if (!calm && d) redraw(element, d);
      else if (!calm && from) glide(element, [from[0] + x, from[1] + y]);
    } else {
      element = document.importNode(next, true);
      if (!calm) element.animate([{ opacity: 0 }, { opacity: 1 }], MOVE);
    }
    if (element === cursor) cursor = settled(cursor.nextElementSibling);
    else svg.insertBefore(element, cursor);
  }
  if (focused !== document.activeElement && focused.isConnected) focused.focus(); // moving an element takes its focus
  for (const gone of old.values()) {
    gone.removeAttribute("id");
    if (calm) gone.remove();
    else gone.animate([{ opacity: 1 }, { opacity: 0 }], MOVE).finished.then(() => gone.remove(), () => gone.remove());
  }
}

// ---- requests on their way ----------------------------------------------------------------------------------------------

function line(svg, id) {
  return svg.querySelector(`path[id="${CSS.escape(id)}"]`);
}

function road(svg, ids) {
  const pieces = [];
  let end = null, length = 0;
  for (const id of ids) {
    const path = line(svg, id);
    if (!path) continue;
    const start = path.getPointAtLength(0), long = path.getTotalLength();
    if (end) { // across the card between two lines
      const gap = Math.hypot(start.x - end.x, start.y - end.y);
      pieces.push({ from: length, length: gap, a: end, b: start });
      length += gap;
    }
    pieces.push({ from: length, length: long, path });
    length += long;
    end = path.getPointAtLength(long);
  }
  return { pieces, length };
}

function at(way, distance) {
  const piece = way.pieces.find((p) => distance <= p.from + p.length) ?? way.pieces[way.pieces.length - 1];
  const along = distance - piece.from;
  if (piece.path) return piece.path.getPointAtLength(along);
  const share = piece.length ? along / piece.length : 0;
  return { x: piece.a.x + (piece.b.x - piece.a.x) * share, y: piece.a.y + (piece.b.y - piece.a.y) * share };
}

class Traffic {
  // Dots show that and where requests flow, and how many by their density (logarithmic); the numbers stand at the cards.
  constructor(visible) {
    this.visible = visible;
    this.ways = [];
    this.dots = [];
    this.last = 0;
    this.tick = this.tick.bind(this);
  }

  show(svg, ways) {
    const plan = ways.map((way) => way.lines.join(" ") + way.lines.map((id) => line(svg, id)?.getAttribute("d")).join(" ")).join("\n");
    if (!this.layer) this.layer = document.createElementNS(SVG, "g");
    this.layer.setAttribute("aria-hidden", "true");
    svg.append(this.layer);
    clearTimeout(this.timer);
    if (plan === this.plan) { this.build(svg, ways); return; }
    // The roads have moved: nobody travels before they lie where they belong.
    const first = this.plan === undefined;
    this.plan = plan;
    this.ways = [];
    this.clear();
    if (first || still()) this.build(svg, ways);
    else this.timer = setTimeout(() => this.build(svg, ways), MOVE.duration + 30);
  }

  clear() {
    this.dots = [];
    this.layer?.replaceChildren();
  }

  build(svg, ways) {
    const due = new Map(this.ways.map((way) => [way.key, way.due]));
    this.ways = still() ? [] : ways.map((way) => {
      const key = way.lines.join(" ");
      const pause = way.once ? Infinity : 1.6 / Math.log2(2 + way.rate);
      const share = way.rate ? way.failed / way.rate : way.failed ? 1 : 0;
      return { ...road(svg, way.lines), key, pause, share, sum: 0, due: due.get(key) ?? Math.random() * Math.min(pause, 1) };
    }).filter((way) => way.length);
    if (this.ways.length && !this.running) { this.running = true; this.last = 0; requestAnimationFrame(this.tick); }
  }

  tick(now) {
    if (!this.ways.length && !this.dots.length) { this.running = false; return; }
    requestAnimationFrame(this.tick);
    const passed = this.last ? Math.min((now - this.last) / 1000, 0.1) : 0;
    this.last = now;
    if (document.hidden || !this.visible()) return;
    for (const way of this.ways) {
      way.due -= passed;
      if (way.due <= 0) { way.due = way.pause; this.dots.push(this.depart(way)); }
    }
    this.dots = this.dots.filter((dot) => this.advance(dot, passed));
  }

  depart(way) {
    const dot = document.createElementNS(SVG, "circle");
    way.sum += way.share;
    const failing = way.sum >= 0.999;
    if (failing) way.sum -= 1;
    dot.setAttribute("r", "3.2");
    dot.setAttribute("class", `k8snb-dot${failing ? " failing" : ""}`);
    this.layer.append(dot);
    return { element: dot, way, failing, distance: 0 };
  }

  advance(dot, passed) {
    dot.distance += passed * 190;
    if (dot.distance >= dot.way.length) {
      dot.element.remove();
      if (dot.failing) this.cross(at(dot.way, dot.way.length));
      return false;
    }
    const { x, y } = at(dot.way, dot.distance);
    dot.element.setAttribute("cx", x);
    dot.element.setAttribute("cy", y);
    return true;
  }

  cross({ x, y }) {
    const mark = document.createElementNS(SVG, "path");
    mark.setAttribute("class", "k8snb-cross");
    mark.setAttribute("d", `M${x - 5},${y - 5}l10,10M${x + 5},${y - 5}l-10,10`);
    this.layer.append(mark);
    mark.animate([{ opacity: 1 }, { opacity: 0 }], 900).finished.then(() => mark.remove(), () => mark.remove());
  }
}

// ---- things people can look at ------------------------------------------------------------------------------------------

function identify(id) {
  const [kind, ...rest] = id.split("/");
  if (kind === "node") return { kind: "Node", namespace: "", name: rest.join("/") };
  if (kind === "pod") return { kind: "Pod", namespace: rest[0], name: rest[1] };
  if (kind === "service") return { kind: "Service", namespace: rest[0], name: rest[1] };
  if (kind === "workload") return { kind: rest[0], namespace: rest[1], name: rest[2] };
  if (kind === "group") { const [name, space, owner] = [rest.pop(), rest.pop(), rest.pop()]; return { kind: owner, namespace: space, name }; }
  return null;
}

function describe(element, fresh) {
  const it = identify(element.id);
  if (!it) return fresh ?? "";
  const texts = [...element.querySelectorAll("text")].slice(1).map((text) => text.textContent);
  const name = it.namespace ? `${it.namespace}/${it.name}` : it.name;
  return `${it.kind} ${name}: ${[...texts, fresh].filter(Boolean).join(", ")}`;
}

function nearest(all, from, key) {
  const box = from.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
  let best = null, least = Infinity;
  for (const other of all) {
    if (other === from) continue;
    const rect = other.getBoundingClientRect(), dx = rect.x + rect.width / 2 - x, dy = rect.y + rect.height / 2 - y;
    const [ahead, aside] = { ArrowRight: [dx, dy], ArrowLeft: [-dx, dy], ArrowDown: [dy, dx], ArrowUp: [-dy, dx] }[key];
    const cost = ahead + 2.5 * Math.abs(aside);
    if (ahead > 4 && cost < least) [best, least] = [other, cost];
  }
  return best;
}

class Stage {
  constructor(inspect, tell) {
    this.inspect = inspect;
    this.tip = make("div", { class: "k8snb-tip", "aria-hidden": "true" });
    this.element = make("div", {
      class: "k8snb-stage", tabindex: "-1",
      onclick: (event) => this.choose(this.thing(event.target)),
      onkeydown: (event) => this.key(event),
      onpointermove: (event) => this.hover(event),
      onpointerleave: () => this.leave(),
      onfocusin: (event) => this.focus(event.target),
    });
    this.seen = true;
    this.observer = new IntersectionObserver((entries) => { this.seen = entries[0].isIntersecting; });
    this.observer.observe(this.element);
    this.traffic = new Traffic(() => this.seen);
    this.tell = tell;
  }

  draw(text, ways) {
    const fresh = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    fresh.removeAttribute("class"); // its colours come from the view around it
    if (this.svg) morph(this.svg, fresh);
    else {
      this.svg = document.importNode(fresh, true);
      this.svg.setAttribute("role", "group");
      this.element.append(this.svg);
    }
    this.leave();
    this.name(fresh);
    this.traffic.show(this.svg, ways);
  }

  name(fresh) {
    const tips = new Map([...fresh.children].map((child) => [child.id, child.getAttribute("aria-label") ?? ""]));
    const all = this.all();
    if (!all.includes(this.current)) this.current = all[0];
    for (const element of all) {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", element === this.current ? "0" : "-1");
      element.setAttribute("aria-label", describe(element, tips.get(element.id)));
      element.classList.toggle("chosen", element.id === this.chosen);
    }
  }

  all() { return [...this.svg.children].filter((child) => child.id && child.matches(FOCUSABLE) && identify(child.id)); }

  thing(target) {
    let element = target.closest?.("svg>*");
    while (element?.matches(".mark,.chip")) element = element.previousElementSibling; // a container belongs to the Pod before it
    return element?.id && element.matches(FOCUSABLE) && identify(element.id) ? element : null;
  }

  choose(element) {
    if (!element) return;
    this.focus(element);
    this.chosen = element.id;
    for (const other of this.all()) other.classList.toggle("chosen", other === element);
    this.inspect(identify(element.id));
  }

  unchoose() {
    this.chosen = null;
    for (const other of this.all()) other.classList.remove("chosen");
    this.current?.focus();
  }

  focus(element) {
    if (!element.matches?.(FOCUSABLE)) return;
    this.current?.setAttribute("tabindex", "-1");
    this.current = element;
    element.setAttribute("tabindex", "0");
    this.highlight(element);
  }

  key(event) {
    const element = this.thing(event.target);
    if (!element) return;
    if (event.key === "Enter" || event.key === " ") this.choose(element);
    else if (event.key.startsWith("Arrow")) nearest(this.all(), element, event.key)?.focus();
    else if (event.key === "Home") this.all()[0].focus();
    else if (event.key === "End") this.all().at(-1).focus();
    else return;
    event.preventDefault();
    event.stopPropagation(); // arrows must not move the notebook's cursor
  }

  hover(event) {
    const element = event.target.closest?.("svg>*");
    const words = element?.getAttribute("aria-label") || this.thing(event.target)?.getAttribute("aria-label") || "";
    if (this.tip.textContent !== words) this.tip.textContent = words;
    const frame = this.element.parentElement.parentElement.getBoundingClientRect();
    const left = event.clientX - frame.x;
    this.tip.style.left = `${Math.min(left + 12, frame.width - Math.min(300, this.tip.offsetWidth) - 8)}px`;
    this.tip.style.top = `${event.clientY - frame.y + 16}px`;
    this.highlight(this.thing(event.target));
  }

  leave() {
    this.tip.textContent = "";
    this.highlight(this.element.contains(document.activeElement) ? this.current : null);
  }

  highlight(element) {
    // A Service's lines have its lane's class; the others step back while one is looked at.
    const lane = element?.matches(".service") ? [...element.classList].find((name) => name.startsWith("lane")) : null;
    for (const line of this.svg.querySelectorAll("path.request,path.call")) {
      line.classList.toggle("dim", Boolean(lane) && !line.classList.contains(lane));
    }
  }

  close() {
    this.observer.disconnect();
    this.traffic.ways = [];
    this.traffic.clear();
  }
}

// ---- the object behind a thing ------------------------------------------------------------------------------------------

class Details {
  constructor(send, closed) {
    this.send = send;
    this.asked = 0;
    this.title = make("h3");
    this.body = make("pre", { tabindex: "0" });
    this.tabs = tabs([["yaml", "YAML"], ["events", "Events"]], (name) => this.show(name));
    const close = make("button", { "aria-label": "Close details", onclick: () => this.close() }, "✕");
    this.element = make("aside", { class: "k8snb-details", "aria-label": "Details", hidden: true },
      make("header", {}, this.title, close), this.tabs.element, this.body);
    this.element.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    this.closed = closed;
  }

  open(thing) {
    this.thing = thing;
    this.title.textContent = `${thing.kind} ${thing.namespace ? `${thing.namespace}/` : ""}${thing.name}`;
    this.element.hidden = false;
    this.found = null;
    this.body.textContent = "Asking the kernel …";
    this.ask();
  }

  ask() {
    if (!this.element.hidden) this.send({ type: "details", ask: ++this.asked, ...this.thing });
  }

  answer(message) {
    if (message.ask !== this.asked) return;
    this.found = message;
    this.show(this.tabs.chosen);
  }

  show(name) {
    if (!this.found) return;
    this.body.classList.toggle("wrap", name === "events" || Boolean(this.found.error));
    const text = this.found.error || this.found[name] || (name === "events" ? "No events." : "");
    if (this.body.textContent !== text) this.body.textContent = text;
  }

  close() {
    this.element.hidden = true;
    this.closed();
  }
}

function tabs(names, chosen) {
  const group = { chosen: names[0][0] };
  group.buttons = names.map(([name, label]) => make("button", {
    role: "tab", type: "button", "data-name": name, "aria-selected": String(name === group.chosen),
    onclick: () => { group.mark(name); chosen(name); },
  }, label));
  group.mark = (name) => {
    group.chosen = name;
    for (const button of group.buttons) button.setAttribute("aria-selected", String(button.dataset.name === name));
  };
  group.element = make("div", { class: "k8snb-tabs", role: "tablist" }, ...group.buttons);
  return group;
}

// ---- the bar above it ---------------------------------------------------------------------------------------------------

class Bar {
  constructor(send, text) {
    const choose = (change) => send({ type: "choose", ...change });
    this.views = tabs(VIEWS, (view) => choose({ view }));
    this.namespace = make("select", { "aria-label": "Namespace", onchange: () => choose({ namespace: this.namespace.value }) });
    this.kind = make("select", { "aria-label": "Kind", onchange: () => choose({ kind: this.kind.value }) });
    this.selector = make("input", { type: "search", placeholder: "labels: app=web", "aria-label": "Label selector",
      onchange: () => choose({ selector: this.selector.value }) });
    this.system = make("input", { type: "checkbox", onchange: () => choose({ system: this.system.checked }) });
    this.text = make("button", { type: "button", "aria-pressed": "false", onclick: () => text(this.text.getAttribute("aria-pressed") !== "true") }, "Text");
    this.status = make("span", { class: "k8snb-status", role: "status", "aria-live": "polite" });
    this.notice = make("div", { class: "k8snb-notice", role: "alert" });
    this.element = make("div", { class: "k8snb-bar" }, this.views.element, this.namespace, this.kind, this.selector,
      make("label", {}, this.system, "system"), this.text, this.status, this.notice);
  }

  update({ view, filter, choices, summary }) {
    this.views.mark(view);
    this.fill(this.namespace, "all namespaces", choices.namespaces, filter.namespace);
    this.fill(this.kind, "all kinds", choices.kinds, filter.kind);
    if (document.activeElement !== this.selector) this.selector.value = filter.selector;
    this.system.checked = filter.system;
    this.notice.textContent = "";
    if (this.status.textContent !== summary) this.status.textContent = summary;
  }

  fill(select, all, values, value) {
    const wanted = ["", ...values, ...(value && !values.includes(value) ? [value] : [])];
    const present = [...select.options].map((option) => option.value);
    if (wanted.join("\n") !== present.join("\n")) {
      select.replaceChildren(...wanted.map((name) => make("option", { value: name }, name || all)));
    }
    select.value = value;
  }
}

// ---- light or dark, as the page is --------------------------------------------------------------------------------------

function theme(root) {
  const apply = () => {
    const { jpThemeLight } = document.body.dataset, { classList } = document.body;
    const dark = jpThemeLight === "false" || classList.contains("vscode-dark") || classList.contains("vscode-high-contrast");
    root.classList.toggle("k8snb-dark", dark);
    root.classList.toggle("k8snb-light", !dark && (jpThemeLight === "true" || classList.contains("vscode-light")));
  };
  const observer = new MutationObserver(apply);
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  apply();
  return () => observer.disconnect();
}

function render({ model, el }) {
  const send = (message) => model.send(message);
  const text = make("pre", { class: "k8snb-text", tabindex: "0", hidden: true });
  const details = new Details(send, () => stage.unchoose());
  const stage = new Stage((thing) => details.open(thing));
  const bar = new Bar(send, (on) => {
    bar.text.setAttribute("aria-pressed", String(on));
    text.hidden = !on;
    if (stage.svg) stage.svg.style.display = on ? "none" : "";
    if (on) send({ type: "text" });
  });
  stage.element.append(text);
  const root = make("div", { class: "k8snb k8snb-view", role: "region", "aria-label": "Cluster view" },
    bar.element, make("div", { class: "k8snb-body" }, stage.element, details.element), stage.tip);
  const untheme = theme(root);
  const width = new ResizeObserver(debounce(() => {
    const wide = Math.floor(stage.element.clientWidth / ZOOM / 20) * 20;
    if (wide) send({ type: "width", width: wide });
  }, 150));
  width.observe(stage.element);
  const receive = (message) => {
    if (message.type === "frame") {
      bar.update(message);
      stage.draw(message.svg, message.ways);
      details.ask();
      if (!text.hidden) send({ type: "text" });
    } else if (message.type === "details") details.answer(message);
    else if (message.type === "text") text.textContent = message.text;
    else if (message.type === "notice") bar.notice.textContent = message.text;
  };
  model.on("msg:custom", receive);
  el.append(root);
  send({ type: "ready" });
  return () => { model.off("msg:custom", receive); stage.close(); width.disconnect(); untheme(); };
}

export default { render };
