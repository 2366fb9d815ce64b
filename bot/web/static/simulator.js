// The simulator page. The server tells by one event stream which version each phone's screen has; a screen that shows
// another version is fetched again and changed where it differs. So whatever was missed is repaired, and nothing is
// drawn twice, also when the bot goes away and comes back.

const body = document.body;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const stands = all("[data-phone].stand");
let known = null; // the last news
let boot = 0; // number of the bot's start that this page has seen
let restarting = false;

// --- news ---------------------------------------------------------------------------------------------------------

const STATES = { here: "Here and listening", away: "Away. Waiting for it…", restarting: "Restarting…" };

function tellBot(state) {
  if (body.dataset.bot === state) return;
  body.dataset.bot = state;
  find("#state span").textContent = STATES[state];
}

function listen() {
  const source = new EventSource("/simulator/events");
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = () => {
    tellBot(restarting ? "restarting" : "away");
    if (source.readyState !== EventSource.CLOSED) return; // it asks again by itself
    source.close();
    setTimeout(listen, 1000);
  };
}

function take(news) {
  if (boot && news.boot !== boot) restarting = false;
  boot = news.boot;
  tellBot(restarting ? "restarting" : "here");
  for (const name of ["time", "day", "ahead"]) {
    const place = find(`#${name}`);
    if (place.textContent !== news[name]) place.textContent = news[name];
  }
  lay(news);
  known = news;
  stands.forEach(refresh);
}

// Which phones lie on the table, who is played on each, and who has messages that nobody has seen.
function lay(news) {
  const fresh = known ? stands.filter((stand) => stand.hidden && news.open.includes(stand.dataset.phone)) : [];
  for (const part of all("[data-of]")) {
    part.hidden = !news.open.includes(part.dataset.of);
    const title = part.matches("[data-title]") ? part : find("[data-title]", part);
    if (title && title.textContent !== news.titles[part.dataset.of]) title.textContent = news.titles[part.dataset.of];
  }
  if (body.dataset.tab !== "desk" && !news.open.includes(body.dataset.tab)) show(news.open[0]);
  find("#add").hidden = news.open.length === stands.length;
  all(".hides").forEach((button) => { button.hidden = news.open.length === 1; });
  for (const select of all(".play")) {
    const place = news.played[select.dataset.phone];
    people(select, news.people.some(([address]) => address === place) ? news.people : [[place, "New person", 0], ...news.people]);
    if (select.value !== place) select.value = place;
  }
  for (const stand of stands) {
    if (stand.dataset.plays && stand.dataset.plays !== news.played[stand.dataset.phone]) unquote(stand);
    stand.dataset.plays = news.played[stand.dataset.phone];
  }
  fresh.forEach((stand) => stand.scrollIntoView({ inline: "end", block: "nearest" }));
  const waiting = news.people.filter(([, , unread]) => unread);
  find("#news").hidden = !waiting.length;
  find("#news .mail").replaceChildren(...waiting.slice(0, 8).map(([address, name, unread]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.append(Object.assign(document.createElement("b"), { textContent: unread }));
    const phone = news.open[1] ?? news.open[0];
    button.addEventListener("click", async () => { if (await post(phone, "give", { address })) show(phone); });
    return button;
  }));
}

// The options of a list of people; one that is open on the screen is changed as little as possible.
function people(select, list) {
  const labels = list.map(([, name, unread]) => (unread ? `${name} · ${unread} new` : name));
  if (select.length !== list.length) select.replaceChildren(...list.map(() => document.createElement("option")));
  list.forEach(([address], place) => {
    const option = select.options[place];
    if (option.value !== address || !option.hasAttribute("value")) option.value = address;
    if (option.textContent !== labels[place]) option.textContent = labels[place];
  });
}

for (const select of all(".play")) {
  select.addEventListener("change", () => post(select.dataset.phone, "give", { address: select.value }));
}

function refresh(stand) {
  const shown = Number(find(".log", stand)?.dataset.version ?? 0);
  if (known && shown !== known.phones[stand.dataset.phone]) htmx.trigger(find(".chat", stand), "stale");
}

// --- drawing: the newest stays in view, and the focus where she was ---------------------------------------------------

const atEnd = (chat) => chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;

for (const stand of stands) {
  const chat = find(".chat", stand);
  let stay = true;
  let focused = "";
  chat.addEventListener("htmx:before:swap", () => {
    stay = atEnd(chat);
    focused = chat.contains(document.activeElement) ? document.activeElement.closest(".entry, .empty")?.id || "gone" : "";
  });
  chat.addEventListener("htmx:after:swap", (event) => {
    if (event.target !== chat) return;
    if (stay) chat.scrollTop = chat.scrollHeight;
    const lost = focused && focused !== chat.id && document.activeElement === body;
    if (lost) (next(chat, focused) ?? find("textarea", stand)).focus();
    find(".log", chat).dataset.version < (known?.phones[stand.dataset.phone] ?? 0) && refresh(stand);
  });
  chat.addEventListener("scroll", () => { stay = atEnd(chat); }, { passive: true });
  const follow = () => { if (stay) chat.scrollTop = chat.scrollHeight; };
  chat.addEventListener("load", follow, true); // a picture has come and takes room
  new ResizeObserver(follow).observe(chat);
}

// The button to go on with: in the same card, or in the newest.
function next(chat, id) {
  const keys = find(".key", document.getElementById(id) ?? chat.ownerDocument.createElement("i"));
  return keys ?? all(".bots", chat).pop()?.querySelector(".key");
}

// --- writing ------------------------------------------------------------------------------------------------------

let toasts = 0;
function toast(words) {
  const place = find("#toast");
  place.textContent = words;
  place.hidden = false;
  const mine = ++toasts;
  setTimeout(() => { if (mine === toasts) place.hidden = true; }, 6000);
}

for (const form of all(".write")) {
  const words = find("textarea", form);
  let sent = "";
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    sent = words.value;
    if (!sent.trim()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  form.addEventListener("htmx:after:request", (event) => {
    if (event.detail.ctx.response.status !== 204 || words.value !== sent) return;
    words.value = "";
    unquote(form.closest(".stand"));
    toEnd(form.closest(".stand"));
  });
}

// What she does herself is always in view.
function toEnd(stand) {
  const chat = find(".chat", stand);
  chat.scrollTop = chat.scrollHeight;
}

for (const stand of stands) {
  const block = find(`[hx-post$="/${stand.dataset.phone}/block"]`);
  block.addEventListener("htmx:after:request", () => toEnd(stand));
}

// --- answering one message ----------------------------------------------------------------------------------------

const answered = (stand) => find("[name=reply_to]", stand).value;

function unquote(stand) {
  find("[name=reply_to]", stand).value = "";
  find(".quote", stand).hidden = true;
}

for (const stand of stands) {
  const words = find("textarea", stand);
  find(".chat", stand).addEventListener("click", (event) => {
    const button = event.target.closest(".answer");
    if (!button) return;
    find("[name=reply_to]", stand).value = button.dataset.card;
    find(".quote span", stand).textContent = button.dataset.quote;
    find(".quote", stand).hidden = false;
    words.focus();
  });
  const cancel = () => {
    unquote(stand);
    words.focus();
  };
  find(".unquote", stand).addEventListener("click", cancel);
  words.addEventListener("keydown", (event) => { if (event.key === "Escape") cancel(); });
}

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    const get = event.detail?.ctx?.request?.method === "GET"; // the next news asks again
    if (!get) toast("The bot did not take this. Please try again in a moment.");
  });
}

find("#restart").addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response.status !== 202) return;
  restarting = true;
  tellBot("restarting");
});

// --- voice notes, photos, stickers --------------------------------------------------------------------------------

async function post(phone, what, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  try {
    const answer = await fetch(`/simulator/phones/${phone}/${what}`, { method: "POST", body: form });
    if (answer.ok) return true;
    const why = { 400: "That did not work.", 413: "That is too large: at most 10 MB." };
    toast(why[answer.status] ?? "That could not be sent.");
  } catch {
    toast("The bot did not take this. Please try again in a moment.");
  }
  return false;
}

// A voice note or photo answers the quoted message, as words do; what is written goes under a photo.
async function send(stand, what, fields) {
  const words = find("textarea", stand);
  const caption = words.value;
  if (what === "photo" && caption.trim().length > 1024) {
    toast("That is too long to stand under a photo: at most 1024 characters.");
    return;
  }
  const more = what === "photo" ? { caption } : {};
  if (!await post(stand.dataset.phone, what, { ...fields, ...more, reply_to: answered(stand) })) return;
  unquote(stand);
  toEnd(stand);
  if (what === "photo" && words.value === caption) words.value = "";
}

async function sample(name, mime) {
  const bytes = await (await fetch(`/static/samples/${name}`)).blob();
  return new File([bytes], name, { type: mime });
}

function recorder(stand, button) {
  let current = null;
  const start = async () => {
    if (!navigator.mediaDevices || !window.MediaRecorder) throw new Error("no recording here");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    const began = performance.now();
    current = new MediaRecorder(stream);
    current.ondataavailable = (event) => parts.push(event.data);
    current.onstop = () => {
      const seconds = Math.max(1, Math.round((performance.now() - began) / 1000));
      const file = new File(parts, "voice", { type: current.mimeType });
      stream.getTracks().forEach((track) => track.stop());
      current = null;
      send(stand, "voice", { file, seconds });
    };
    current.start();
  };
  button.addEventListener("click", async () => {
    if (current) {
      current.stop();
      show(false);
      return;
    }
    try {
      await start();
      show(true);
    } catch {
      toast("No microphone can be used here. The + has a sample voice note.");
      find("summary", button.closest(".composer")).focus();
    }
  });
  const show = (on) => {
    button.setAttribute("aria-pressed", on);
    button.setAttribute("aria-label", on ? "Stop and send the voice note" : "Record a voice note");
  };
}

for (const stand of stands) {
  const phone = stand.dataset.phone;
  const more = find(".more", stand);
  const done = (deed) => async () => {
    more.open = false;
    find("textarea", stand).focus();
    await deed();
  };
  find(".sample-voice", stand).addEventListener("click", done(async () => {
    await send(stand, "voice", { file: await sample("voice.wav", "audio/wav"), seconds: 2 });
  }));
  find(".sample-photo", stand).addEventListener("click", done(async () => {
    await send(stand, "photo", { file: await sample("photo.jpg", "image/jpeg") });
  }));
  find(".sticker-button", stand).addEventListener("click", done(() => post(phone, "sticker", {})));
  const pick = find(".pick input", stand);
  pick.addEventListener("change", done(async () => {
    if (pick.files.length) await send(stand, "photo", { file: pick.files[0] });
    pick.value = "";
  }));
  recorder(stand, find(".mic", stand));
  document.addEventListener("click", (event) => { if (!more.contains(event.target)) more.open = false; });
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.open = false;
    find("summary", more).focus();
  });
}

// --- the list that rises from below -------------------------------------------------------------------------------

for (const stand of stands) {
  const phone = find(".phone", stand);
  const [sheet, scrim] = [find(".sheet", phone), find(".scrim", phone)];
  const behind = [".bar", ".chat", ".composer"].map((part) => find(part, phone));
  let opener = null;

  const shut = () => {
    sheet.hidden = scrim.hidden = true;
    sheet.replaceChildren();
    behind.forEach((part) => { part.inert = false; });
    (opener?.isConnected ? opener : find("textarea", stand)).focus();
    opener = null;
  };
  const open = (button) => {
    opener = button;
    const keys = button.closest(".keys");
    const list = find(".menu", keys);
    const form = keys.cloneNode(false);
    form.append(find("[name=card]", keys).cloneNode(), ...[...list.children].map((line) => line.cloneNode(true)));
    form.className = "lines";
    const title = document.createElement("h3");
    title.append(Object.assign(document.createElement("span"), { textContent: list.dataset.title }));
    const close = find(".more summary svg", phone).cloneNode(true);
    const cross = Object.assign(document.createElement("button"), { type: "button", className: "shut", ariaLabel: "Close" });
    cross.append(close);
    cross.addEventListener("click", shut);
    title.append(cross);
    const entry = button.closest(".entry");
    Object.assign(sheet, { lang: entry.lang, dir: entry.dir, ariaLabel: list.dataset.title });
    sheet.replaceChildren(title, form);
    htmx.process(form);
    form.addEventListener("htmx:after:request", shut);
    behind.forEach((part) => { part.inert = true; });
    sheet.hidden = scrim.hidden = false;
    find(".line", sheet).focus();
  };
  find(".chat", phone).addEventListener("click", (event) => {
    const button = event.target.closest(".opens");
    if (button) open(button);
  });
  scrim.addEventListener("click", shut);
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const lines = all(".line", sheet);
    lines.at((lines.indexOf(document.activeElement) + step) % lines.length)?.focus();
  });
}

// --- one phone at a time where there is room for one only -----------------------------------------------------------

function show(name) {
  body.dataset.tab = name;
  all(".tabs button").forEach((tab) => tab.setAttribute("aria-pressed", tab.dataset.tab === name));
  all("[data-pane]").forEach((pane) => pane.classList.toggle("front", pane.dataset.pane === name));
}

for (const tab of all(".tabs button")) tab.addEventListener("click", () => show(tab.dataset.tab));
show(body.dataset.tab);

listen();
