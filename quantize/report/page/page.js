// One report. Every part below is a function of its section.
const say = (text) => { $("said").textContent = text; };

const pixelsOf = async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = make("canvas", { width: image.width, height: image.height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
};

// colours from blue over white to red are no scale: this one gets lighter all the way (after inferno)
const HEAT = [[0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]];
const heat = (share) => {
  const place = Math.min(Math.max(share, 0), 1) * (HEAT.length - 1);
  const low = Math.min(Math.floor(place), HEAT.length - 2);
  return HEAT[low].map((v, i) => Math.round(v + (HEAT[low + 1][i] - v) * (place - low)));
};

// ---- before and after ---------------------------------------------------------------------------
const viewer = async () => {
  const { width, height, palette } = R;
  const [before, indices, errors] = await Promise.all([R.before, R.indices, R.errors].map(pixelsOf));
  const after = new ImageData(width, height), map = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const color = palette[indices.data[4 * i]].rgb;
    after.data.set([color[0], color[1], color[2], color.length > 3 ? color[3] : 255], 4 * i);
    map.data.set([...heat(errors.data[4 * i] / 255), 255], 4 * i);
  }
  const stack = $("stack"), layers = {};
  for (const [name, data] of Object.entries({ after, map, before })) {
    layers[name] = make("canvas", { width, height, "aria-hidden": "true" });
    layers[name].getContext("2d").putImageData(data, 0, 0);
    stack.append(layers[name]);
  }
  const dim = make("canvas", { width, height, "aria-hidden": "true" }), seam = make("div", { class: "seam" });
  stack.append(dim, seam);

  let shows = "both", flicker = 0;
  const place = () => {
    const share = $("slider").value / 10;
    layers.map.hidden = shows !== "map";
    layers.before.hidden = shows !== "both" && shows !== "before";
    seam.hidden = shows !== "both";
    layers.before.style.clipPath = shows === "both" ? `inset(0 ${100 - share}% 0 0)` : "";
    seam.style.left = `${share}%`;
    $("legend").hidden = shows !== "map";
    for (const button of document.querySelectorAll("[data-shows]")) {
      button.setAttribute("aria-pressed", String(!flicker && button.dataset.shows === shows));
    }
    $("flicker").setAttribute("aria-pressed", String(Boolean(flicker)));
  };
  const show = (what) => { shows = what; place(); };
  const stop = () => { clearInterval(flicker); flicker = 0; };
  $("slider").addEventListener("input", () => { stop(); show("both"); });
  for (const button of document.querySelectorAll("[data-shows]")) {
    button.addEventListener("click", () => { stop(); show(button.dataset.shows); });
  }
  $("flicker").addEventListener("click", () => {
    if (flicker) { stop(); return show("both"); }
    flicker = setInterval(() => show(shows === "before" ? "after" : "before"), 600);
    show("before");
  });
  const frame = $("viewer");
  const zoom = () => {
    const fit = $("zoom").value === "fit", factor = fit ? 1 : Number($("zoom").value) / (window.devicePixelRatio || 1);
    const middle = [(frame.scrollLeft + frame.clientWidth / 2) / stack.offsetWidth, (frame.scrollTop + frame.clientHeight / 2) / stack.offsetHeight];
    stack.style.width = fit ? "100%" : `${width * factor}px`;
    stack.style.maxWidth = fit ? `calc(75vh * ${width / height})` : "none";
    stack.style.aspectRatio = `${width} / ${height}`;
    stack.classList.toggle("sharp", !fit || stack.clientWidth > width);
    frame.scrollLeft = middle[0] * stack.offsetWidth - frame.clientWidth / 2;
    frame.scrollTop = middle[1] * stack.offsetHeight - frame.clientHeight / 2;
  };
  $("zoom").addEventListener("change", zoom);
  // the seam follows the pointer where the picture is dragged
  let dragged = false;
  const follow = (event) => {
    if (!dragged || shows !== "both") return;
    const box = stack.getBoundingClientRect();
    $("slider").value = 1000 * (event.clientX - box.left) / box.width;
    place();
  };
  stack.addEventListener("pointerdown", (event) => { dragged = event.pointerType === "mouse"; follow(event); });
  window.addEventListener("pointermove", follow);
  window.addEventListener("pointerup", () => { dragged = false; });

  const legend = $("ramp").getContext("2d");
  for (let x = 0; x < 256; x++) { legend.fillStyle = `rgb(${heat(x / 255)})`; legend.fillRect(x, 0, 1, 1); }
  zoom(); place();

  let seen = -2;
  return (entry) => {   // all but the pixels of one colour are dimmed; -1 shows them all
    if (entry === seen) return;
    seen = entry;
    const context = dim.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (entry < 0) return;
    const veil = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      if (indices.data[4 * i] !== entry) veil.data.set([128, 128, 128, 225], 4 * i);
    }
    context.putImageData(veil, 0, 0);
  };
};

// ---- the palette --------------------------------------------------------------------------------
const notations = {
  hex: (entry) => entry.hex,
  rgb: (entry) => entry.rgb.length < 4 ? `rgb(${entry.rgb.join(" ")})`
    : `rgb(${entry.rgb.slice(0, 3).join(" ")} / ${number(entry.rgb[3] / 255, 3)})`,
  oklch: (entry) => entry.oklch,
};
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {   // a page from the disk may not, in some browsers
    const field = make("textarea", { class: "gone" });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say(`${text} is copied`);
};
const tiles = (dim) => {
  let held = -1;
  const list = $("tiles");
  R.palette.forEach((entry, place) => {
    const block = make("i", {}, `Aa ${entry.wcag} : 1`);
    block.style.background = entry.hex.length > 7
      ? `linear-gradient(${entry.hex},${entry.hex}),repeating-conic-gradient(#bbb 0 25%,#fff 0 50%) 0 0/16px 16px` : entry.hex;
    block.style.color = entry.text;
    const code = make("span", {}, make("code", {}, entry.hex));
    const tile = make("button", { class: "tile", type: "button", "aria-pressed": "false" }, block, code,
      make("span", {}, `${entry.name} ${entry.share}`.trim()),
      make("span", {}, entry.roles.join(", ")));
    tile.addEventListener("pointerenter", () => dim(place));
    tile.addEventListener("focus", () => dim(place));
    for (const leave of ["pointerleave", "blur"]) tile.addEventListener(leave, () => dim(held));
    tile.addEventListener("click", () => {
      copy(notations[$("notation").value](entry));
      held = held === place ? -1 : place;
      for (const other of list.querySelectorAll(".tile")) other.setAttribute("aria-pressed", String(other === tile && held === place));
      dim(held);
    });
    list.append(make("li", {}, tile));
  });
  $("notation").addEventListener("change", () => {
    list.querySelectorAll("code").forEach((code, place) => { code.textContent = notations[$("notation").value](R.palette[place]); });
  });
};

// ---- the cloud of colours -----------------------------------------------------------------------
const linear = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const oklab = ([r, g, b]) => {   // Ottosson 2020
  [r, g, b] = [linear(r), linear(g), linear(b)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
};
const cloud = () => {
  const colors = bytesOf(R.cloud.colors), labels = bytesOf(R.cloud.labels), count = labels.length;
  const own = Array.from({ length: count }, (_, i) => [...colors.subarray(3 * i, 3 * i + 3)]);
  const given = R.palette.map((entry) => entry.rgb.slice(0, 3));
  const spaces = {
    srgb: (c) => c.map((v) => v / 127.5 - 1),
    // lightness upwards; the axes a and b of sRGB lie within 0.32
    oklab: (c) => { const [a, l, b] = oklab(c); return [a / 0.32, 2 * l - 1, b / 0.32]; },
  };
  const canvas = $("cloud");
  let turn = 0.7, tilt = 0.35;
  const flat = { rg: [0, 1], rb: [0, 2] };
  const draw = () => {
    const context = fitted(canvas), view = $("view").value, axes = flat[view];
    const place = axes ? (c) => c.map((v) => v / 127.5 - 1) : spaces[view];
    const size = Math.min(canvas.width, canvas.height) / (axes ? 2.2 : 3.1);
    const [ct, st, cl, sl] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    const seen = (c) => {
      const p = place(c);
      if (axes) return [canvas.width / 2 + size * p[axes[0]], canvas.height / 2 - size * p[axes[1]], 0];
      const x = p[0] * ct + p[2] * st, z = p[2] * ct - p[0] * st;
      return [canvas.width / 2 + size * x, canvas.height / 2 - size * (p[1] * cl - z * sl), p[1] * sl + z * cl];
    };
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.strokeStyle = style("--line");
    context.lineWidth = canvas.width / 900;
    for (const corner of axes ? [] : [0, 1, 2, 3, 4, 5, 6, 7]) {   // the edges of the cube of sRGB
      for (const bit of [1, 2, 4].filter((bit) => !(corner & bit))) {
        context.beginPath();
        for (let part = 0; part <= 16; part++) {   // in Oklab they are bent
          const end = [1, 2, 4].map((b) => b === bit ? part / 16 * 255 : corner & b ? 255 : 0);
          context.lineTo(...seen(end).slice(0, 2));
        }
        context.stroke();
      }
    }
    const after = $("colored").value === "after", dot = Math.max(1.5, canvas.width / 450);
    const shown = own.map((c, i) => [seen(c), after ? given[labels[i]] : c, 0]);
    given.forEach((c) => shown.push([seen(c), c, 1]));
    shown.sort((a, b) => axes ? a[2] - b[2] : b[0][2] - a[0][2]);
    context.strokeStyle = style("--front");
    context.lineWidth = dot / 1.5;
    for (const [[x, y], color, centroid] of shown) {
      context.fillStyle = hex(color);
      context.beginPath();
      context.arc(x, y, centroid ? 3.2 * dot : dot, 0, 7);
      context.fill();
      if (centroid) context.stroke();
    }
    context.fillStyle = style("--quiet");
    context.font = `${Math.round(canvas.width / canvas.clientWidth * 13)}px system-ui, sans-serif`;
    const names = { rg: ["R →", "G ↑"], rb: ["R →", "B ↑"], srgb: ["red, green (up), blue"], oklab: ["a, lightness (up), b"] }[view];
    context.fillText(names.join("   "), 10, canvas.height - 10);
  };
  let from = null;
  canvas.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointerup", () => { from = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    turn += (event.clientX - from[0]) / 150;
    tilt = Math.min(Math.max(tilt + (event.clientY - from[1]) / 150, -1.5), 1.5);
    from = [event.clientX, event.clientY];
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (!move) return;
    event.preventDefault();
    turn += move[0];
    tilt = Math.min(Math.max(tilt + move[1], -1.5), 1.5);
    draw();
  });
  for (const id of ["view", "colored"]) $(id).addEventListener("change", draw);
  return draw;
};

(async () => {
  tiles(await viewer());
  const drawings = [cloud(), steps(R.steps)];
  const draw = () => drawings.forEach((each) => each());
  draw();
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  document.body.dataset.ready = "yes";
})();
