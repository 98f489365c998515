"use strict";

const EVERY_MS = 2000;
const LONGEST_TRAIL = 45;
const SVG = "http://www.w3.org/2000/svg";
const TIME = new Intl.DateTimeFormat("nl-NL", { timeStyle: "medium", timeZone: "Europe/Amsterdam" });
const STATES = {
  inside: "in verboden gebied",
  outside: "niet in verboden gebied",
  silent: "geen recente positie",
};

const trails = new Map();
const markers = new Map();
let lastAlerts = "";

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawn(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function marker(wearer) {
  if (!markers.has(wearer.id)) {
    const layer = document.getElementById(`dragers-${wearer.map}`);
    const trail = drawn("polyline", { class: "trail" }, layer);
    const group = drawn("g", { class: "wearer" }, layer);
    drawn("circle", { r: 9 }, group);
    drawn("text", { y: 4 }, group).textContent = wearer.id;
    markers.set(wearer.id, { trail, group });
    trails.set(wearer.id, []);
  }
  return markers.get(wearer.id);
}

function showWearer(wearer) {
  const list = document.getElementById(`lijst-${wearer.map}`);
  let row = document.getElementById(`drager-${wearer.id}`);
  if (!row) {
    row = element("li", { id: `drager-${wearer.id}` });
    row.append(element("b", {}, wearer.id), element("span"), " ", element("span", { class: "mark" }), element("span", { class: "rest" }));
    list.append(row);
  }
  const [, name, state, rest] = row.children;
  row.className = wearer.state;
  name.textContent = wearer.name;
  state.textContent = STATES[wearer.state];
  state.className = wearer.state === "inside" ? "mark alarm" : wearer.state === "outside" ? "mark ok" : "mark";
  rest.textContent = [wearer.called, wearer.order, wearer.at && TIME.format(new Date(wearer.at))].filter(Boolean).join(" · ");
  if (wearer.x === null) return;
  const { trail, group } = marker(wearer);
  const points = trails.get(wearer.id);
  const point = `${wearer.x},${wearer.y}`;
  if (points[points.length - 1] !== point) points.push(point);
  if (points.length > LONGEST_TRAIL) points.shift();
  trail.setAttribute("points", points.join(" "));
  group.setAttribute("transform", `translate(${wearer.x} ${wearer.y})`);
  group.setAttribute("class", `wearer ${wearer.state}`);
}

function showAlerts(alerts) {
  const seen = JSON.stringify(alerts);
  if (seen === lastAlerts) return;
  lastAlerts = seen;
  const list = document.getElementById("alarmen");
  document.getElementById("geen-alarm").hidden = alerts.length > 0;
  const wanted = new Set(alerts.map((alert) => `alarm-${alert.id}`));
  for (const row of [...list.children]) if (!wanted.has(row.id)) row.remove();
  for (const alert of [...alerts].reverse()) {
    let row = document.getElementById(`alarm-${alert.id}`);
    if (!row) {
      row = element("li", { id: `alarm-${alert.id}` });
      row.append(element("span", { class: "title" }), element("span", { class: "rest" }));
      list.prepend(row);
    }
    row.className = alert.open && alert.priority === 1 ? "new" : "";
    row.children[0].textContent = alert.title;
    row.children[1].textContent = [
      TIME.format(new Date(alert.at)), alert.who, `prioriteit ${alert.priority}`, alert.status,
    ].filter(Boolean).join(" · ");
  }
}

function showContact(text, good) {
  const contact = document.getElementById("contact");
  contact.textContent = text;
  contact.className = good ? "mark ok" : "mark alarm";
}

async function refresh() {
  try {
    const answer = await fetch("/demo/state", { cache: "no-cache" });
    if (!answer.ok) throw new Error(String(answer.status));
    const state = await answer.json();
    state.wearers.forEach(showWearer);
    showAlerts(state.alerts);
    document.getElementById("aantallen").textContent = state.summary;
    showContact("bijgewerkt elke 2 seconden", true);
  } catch {
    showContact("geen verbinding met de dienst", false);
  }
  setTimeout(refresh, EVERY_MS);
}

refresh();
