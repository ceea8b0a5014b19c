"use strict";
(() => {
  const root = document.documentElement;
  const tip = document.getElementById("tip");
  const button = document.getElementById("theme");
  const prefers = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (prefers.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
  const asked = () => {
    if (location.hash === "#dark" || location.hash === "#light") root.dataset.theme = location.hash.slice(1);
    name();
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const closed = target && target.closest("details:not([open])");
    if (closed) { closed.open = true; target.scrollIntoView(); }
  };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  prefers.addEventListener("change", name);
  addEventListener("hashchange", asked);
  asked();

  const place = (x, y) => {
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(6, Math.min(x + 14, innerWidth - box.width - 6))}px`;
    tip.style.top = `${y + box.height + 20 > innerHeight ? Math.max(6, y - box.height - 12) : y + 16}px`;
  };
  const hide = () => { tip.hidden = true; };

  // Native titles serve readers without scripts; here they become quicker ones that also follow the keyboard.
  for (const title of document.querySelectorAll("svg title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  for (const node of document.querySelectorAll("[title]")) {
    node.dataset.tip = node.title;
    node.removeAttribute("title");
  }
  document.addEventListener("pointerover", (event) => {
    const node = event.target.closest("[data-tip]");
    if (!node) { if (!event.target.closest("[data-hover]")) hide(); return; }
    tip.textContent = node.dataset.tip;
    place(event.clientX, event.clientY);
  });
  // A number of the simulation says what it is and where it came from, once the pointer rests on it.
  let resting = 0;
  document.addEventListener("pointerover", (event) => {
    clearTimeout(resting);
    const cell = event.target.closest(".computed td:not(.w)");
    if (!cell || event.target.closest("[data-tip]")) return;
    resting = setTimeout(() => {
      const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent;
      tip.textContent = `${cell.parentNode.cells[0].textContent}, ${head}: ${cell.textContent}. ${document.body.dataset.made}`;
      place(event.clientX, event.clientY);
    }, 500);
  });
  document.addEventListener("focusin", (event) => {
    const node = event.target.closest("[data-tip]");
    if (!node || !node.matches(":focus-visible")) return;
    const box = node.getBoundingClientRect();
    tip.textContent = node.dataset.tip;
    place(box.left, box.bottom);
  });
  document.addEventListener("focusout", hide);
  addEventListener("scroll", hide, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  const spot = (svg) => {
    const data = JSON.parse(svg.dataset.hover);
    const months = data.n.split("|");
    const rows = data.r.map((row) => ({ ...row, v: row.v.split("|") }));
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    const cover = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    let at = data.x.length - 1;
    line.setAttribute("class", "cross");
    line.setAttribute("visibility", "hidden");
    line.setAttribute("y1", data.y[0]);
    line.setAttribute("y2", data.y[1]);
    cover.setAttribute("x", data.x[0]);
    cover.setAttribute("y", data.y[0]);
    cover.setAttribute("width", Math.max(1, data.x[at] - data.x[0]));
    cover.setAttribute("height", data.y[1] - data.y[0]);
    cover.setAttribute("fill", "transparent");
    svg.append(line, cover);
    const show = (index, x, y) => {
      at = index;
      line.setAttribute("x1", data.x[at]);
      line.setAttribute("x2", data.x[at]);
      line.setAttribute("visibility", "visible");
      const table = document.createElement("table");
      const top = document.createElement("caption");
      top.textContent = `${months[at]} (${data.u})`;
      table.append(top);
      for (const row of rows) {
        if (!row.v[at]) continue;
        const tr = table.insertRow();
        const th = document.createElement("th");
        th.className = row.c;
        th.textContent = row.n;
        tr.append(th);
        tr.insertCell().textContent = row.v[at];
      }
      tip.replaceChildren(table);
      place(x, y);
    };
    const off = () => { line.setAttribute("visibility", "hidden"); hide(); };
    cover.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      let best = 0;
      data.x.forEach((value, i) => { if (Math.abs(value - x) < Math.abs(data.x[best] - x)) best = i; });
      show(best, event.clientX, event.clientY);
    });
    cover.addEventListener("pointerleave", off);
    svg.addEventListener("blur", off);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(data.x.length - 1, at + step));
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      show(next, box.left + data.x[next] * scale, box.top + data.y[0] * scale);
    });
  };
  document.querySelectorAll("svg[data-hover]").forEach(spot);
})();
