// ---- the steps of k-means: points in the plane, or colours, which are drawn by two of their channels ----
const steps = (S) => {
  if (!S) return () => {};
  const flat = !S.colors, size = flat ? 2 : 3, shares = (bytes) => Float32Array.from(bytes, (v) => v / 255);
  const points = floatsOf(S.points), count = points.length / size;
  const spots = flat ? points : shares(bytesOf(S.colors));   // where points are drawn, 0 to 1
  const runs = S.runs.map((run) => {
    const places = run.centroids.map(floatsOf), shades = (run.shades || places.map(() => S.hues)).map(bytesOf);
    return { ...run, places, shades, spots: flat ? places : shades.map(shares) };
  });
  const last = Math.max(...runs.map((run) => run.places.length)) - 1;
  $("step").max = last;
  const nearest = (places, point) => {   // the number of the centroid
    let best = 0, least = Infinity;
    for (let j = 0; j < places.length; j += size) {
      let d = 0;
      for (let axis = 0; axis < size; axis++) d += (point[axis] - places[j + axis]) ** 2;
      if (d < least) { least = d; best = j / size; }
    }
    return best;
  };
  const figures = runs.map((run) => {
    const canvas = make("canvas", { role: "img" }), caption = make("figcaption");
    $("steps").append(make("figure", {}, canvas, caption));
    return { run, canvas, caption };
  });
  const regions = (context, { width, height }, places, shade) => {
    const block = Math.ceil(width / 120);
    context.globalAlpha = 0.2;
    for (let x = 0; x < width; x += block) {
      for (let y = 0; y < height; y += block) {
        context.fillStyle = shade(nearest(places, [(x + block / 2) / width, 1 - (y + block / 2) / height]));
        context.fillRect(x, y, block, block);
      }
    }
    context.globalAlpha = 1;
  };
  const draw = () => {
    const step = Number($("step").value), [across, up] = { rg: [0, 1], rb: [0, 2] }[$("plane")?.value ?? "rg"];
    $("at").textContent = `step ${step} of ${last}`;
    for (const { run, canvas, caption } of figures) {
      const at = Math.min(step, run.places.length - 1), places = run.places[at];
      const context = fitted(canvas), dot = Math.max(1.2, canvas.width / (flat ? 110 : 220));
      const shade = (label) => hex([...run.shades[at].subarray(3 * label, 3 * label + 3)]);
      const spot = (from, i) => [from[size * i + across] * canvas.width, canvas.height * (1 - from[size * i + up])];
      if (flat) regions(context, canvas, places, shade);
      for (let i = 0; i < count; i++) {
        const [x, y] = spot(spots, i);
        context.fillStyle = shade(nearest(places, points.subarray(size * i, size * i + size)));
        context.fillRect(x - dot / 2, y - dot / 2, dot, dot);
      }
      const mark = flat ? dot / 2 : dot;
      context.strokeStyle = style("--front");
      context.lineWidth = mark / 1.6;
      for (let j = 0; j < places.length / size; j++) {
        context.beginPath();   // the way of the centroid since the step before
        if (at) { context.moveTo(...spot(run.spots[at - 1], j)); context.lineTo(...spot(run.spots[at], j)); context.stroke(); }
        context.beginPath();
        context.arc(...spot(run.spots[at], j), 2.6 * mark, 0, 7);
        context.fillStyle = shade(j);
        context.fill();
        context.stroke();
      }
      const inertia = run.inertia[at], gone = 1 - inertia / run.inertia[0];
      caption.textContent = `${run.name}: inertia ${number(inertia)}` + (at ? `, ${number(100 * gone, 3)} % less than at first` : "")
        + (step >= run.places.length ? ", at rest" : "");
      canvas.setAttribute("aria-label", `${run.name}, ${$("at").textContent}: ${caption.textContent}`);
    }
  };
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; $("play").setAttribute("aria-pressed", "false"); };
  $("play").addEventListener("click", () => {
    if (timer) return stop();
    if (Number($("step").value) === last) $("step").value = 0;
    $("play").setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      $("step").value = Number($("step").value) + 1;
      draw();
      if (Number($("step").value) >= last) stop();
    }, 350);
  });
  $("step").addEventListener("input", () => { stop(); draw(); });
  $("plane")?.addEventListener("change", draw);
  return draw;
};
